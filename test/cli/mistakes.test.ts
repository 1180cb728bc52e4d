import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { type Environment, wildstyle } from '../support/command-line.js';
import { type SmallJob, smallJob } from '../support/small-job.js';

let job: SmallJob;
let environment: Environment;

test.before(async () => {
  job = await smallJob();
  environment = { cache: job.cache, cwd: job.folder };
});
test.after.always(() => job?.remove());

/** A command line and everything it prints. */
const mistakes: readonly [words: string, stderr: string | RegExp][] = [
  ['', 'wildstyle: option-invalid: No command given.\n  See wildstyle --help.\n'],
  [
    'plna job.yaml',
    'wildstyle: option-invalid: Unknown command: plna; did you mean "plan"?\n  See wildstyle --help.\n',
  ],
  [
    'statsu out --help',
    'wildstyle: option-invalid: Unknown command: statsu; did you mean "status"?\n  See wildstyle --help.\n',
  ],
  [
    'run',
    'wildstyle: option-invalid: The command needs 1 argument, but got 0.\n  See wildstyle run --help.\n',
  ],
  [
    'run job.yaml --lmit=3 --dry-rn --color',
    'wildstyle: option-invalid: Unknown option: --lmit; did you mean "--limit"?\nUnknown option: --dry-rn; did you mean "--dry-run"?\nUnknown option: --color\n  See wildstyle run --help.\n',
  ],
  ['run job.yaml --set', 'wildstyle: option-invalid: --set needs a value.\n  See wildstyle run --help.\n'],
  [
    'run job.yaml --limit many',
    'wildstyle: option-invalid: --limit must be a number.\n  See wildstyle run --help.\n',
  ],
  [
    'run job.yaml --out a --out b',
    'wildstyle: option-invalid: --out is given 2 times, but allowed only once.\n  See wildstyle run --help.\n',
  ],
  [
    'run job.yaml --set recipe.stpes=3',
    'wildstyle: override-invalid: --set recipe.stpes=3: recipe: unknown key "stpes"; did you mean "steps"?\n  docs/formats.md lists every key with its values.\n',
  ],
  [
    'run nothing.yaml',
    'wildstyle: job-not-found: The job file nothing.yaml does not exist.\n  Give the path of a YAML job file. See configs/ for examples.\n',
  ],
  [
    'run job.yaml --set recipe.network=vgg19 --weights none.safetensors',
    /^wildstyle: weights-missing: --weights none\.safetensors: run\.weights: \/.*\/none\.safetensors does not exist\n {2}Correct the path\. .*\n$/,
  ],
  [
    'run job.yaml --weights job.yaml',
    /^wildstyle: override-invalid: --weights job\.yaml: run\.weights: no network of this job reads weights; set network: vgg19\n/,
  ],
  [
    'stylize style/noise.png style/rings.png result.png --weights job.yaml',
    'wildstyle: option-invalid: The weights file job.yaml would be ignored: no network in use (compact) reads weights.\n  Set network: vgg19, name the network (compact=FILE), or give no weights.\n',
  ],
  [
    'run job.yaml --weights random=job.yaml',
    'wildstyle: option-invalid: --weights names "random", which is not a network with weights\n  Networks: compact, vgg19, vgg16, squeezenet1_1.\n',
  ],
  [
    'sheet style',
    /^wildstyle: dataset-invalid: .*\/style has no dataset\.json\.\n {2}Give the folder of a wildstyle dataset\.\n$/,
  ],
  [
    'sheet out --out sheet.jpg',
    'wildstyle: option-invalid: --out must end in .png, not sheet.jpg.\n  See wildstyle sheet --help.\n',
  ],
  [
    'sheet out --rows 0',
    /--rows must be a whole number above 0, not 0\.\n {2}See wildstyle sheet --help\.\n$/,
  ],
  ['view out --port 0', /--port must be a whole number .*, not 0\.\n {2}See wildstyle view --help\.\n$/],
  ['report out --inline 2000', /from 0 to 1000 megabytes.*\n {2}See wildstyle report --help\.\n$/],
  ['report style', /^wildstyle: dataset-invalid: .*\n {2}Give the folder of a wildstyle dataset\.\n$/],
  [
    'try none.jpg style/rings.png',
    'wildstyle: image-missing: none.jpg does not exist.\n  Give the path of an image, such as a JPEG or PNG file.\n',
  ],
  [
    'try style style/rings.png',
    'wildstyle: image-missing: style is a folder.\n  Give the path of an image, such as a JPEG or PNG file.\n',
  ],
  [
    'try style/noise.png style/rings.png --vary strength=3,x',
    /^wildstyle: override-invalid: --vary recipe\.style\.strength=x: .*, got "x"\n {2}docs\/formats\.md lists every key/,
  ],
  [
    'try style/noise.png style/rings.png --set plateau=null',
    /^wildstyle: override-invalid: --set recipe\.plateau=null: .*\n {2}docs\/formats\.md lists every key/,
  ],
  [
    'try style/noise.png style/rings.png --size 5',
    /--size must be .*, not 5\.\n {2}See wildstyle try --help\.\n$/,
  ],
  ['init --content content --job new.yaml', /--style is missing, .*\n {2}Give the folder: --style DIR\.\n$/],
  [
    'init --content content --style none --job new.yaml',
    /^wildstyle: style-missing: .* does not exist\.\n {2}Give the path of a folder/,
  ],
  [
    'init --content job.yaml --style style --job new.yaml',
    /^wildstyle: content-missing: .* is not a folder\.\n {2}Give the path of a folder/,
  ],
  [
    'init --content content --style style --job new.yaml --out content/made',
    /^wildstyle: option-invalid: .* is inside a folder of images.*\n {2}Give a folder beside them: --out DIR\.\n$/,
  ],
  [
    'init --content content --style style --job new.yaml --hours 0',
    /--hours must be above 0, not 0\.\n {2}See wildstyle init --help\.\n$/,
  ],
  ['stylize nothing.png style/rings.png result.png', /^wildstyle: image-missing: nothing\.png: /],
  [
    'stylize style/noise.png style/rings.png result.bmp',
    'wildstyle: option-invalid: The output must end in .jpg, .png or .webp, not result.bmp.\n  See wildstyle stylize --help.\n',
  ],
  [
    'weights',
    'wildstyle: option-invalid: No action given: list, fetch, convert or check.\n  See wildstyle weights --help.\n',
  ],
  [
    'weights fetch vgg18',
    'wildstyle: option-invalid: No published weights are known for "vgg18"; did you mean "vgg19"?\n  Networks: vgg19, vgg16, squeezenet1_1.\n',
  ],
  [
    'weights convert none.pth',
    /^wildstyle: weights-missing: The weights file none\.pth cannot be read: ENOENT/,
  ],
  [
    'weights convert style/noise.png --preprocess rgb',
    'wildstyle: option-invalid: --preprocess must be one of rgb-imagenet, bgr-255-caffe, not rgb\n  See wildstyle weights --help.\n',
  ],
  ['weights check job.yaml', /^wildstyle: weights-invalid: /],
  [
    'stylize style/noise.png style/rings.png ./style/noise.png',
    'wildstyle: option-invalid: The output would overwrite ./style/noise.png. Choose another file.\n  See wildstyle stylize --help.\n',
  ],
];

for (const [words, expected] of mistakes) {
  test.serial(`wildstyle ${words}`, async (t) => {
    const { exitCode, stdout, stderr } = await wildstyle(words.split(' ').filter(Boolean), environment);
    t.is(exitCode, 2);
    t.is(stdout, '');
    if (typeof expected === 'string') t.is(stderr, expected);
    else t.regex(stderr, expected);
    t.notRegex(stderr, /\n\s+at /, 'no stack trace');
  });
}

test.serial('messages are in English with suggestions under a German locale', async (t) => {
  const german = { ...environment, locale: 'de_DE.UTF-8' };
  const { exitCode, stderr } = await wildstyle(['run', 'job.yaml', '--lmit=3'], german);
  t.is(exitCode, 2);
  t.is(
    stderr,
    'wildstyle: option-invalid: Unknown option: --lmit; did you mean "--limit"?\n  See wildstyle run --help.\n',
  );
  const { stdout } = await wildstyle(['run', '--help'], german);
  t.true(stdout.includes('Show help'), stdout);
});

test.serial('refuses to overwrite an input through a link', async (t) => {
  await symlink(join(job.folder, 'style'), join(job.folder, 'linked'));
  const words = ['stylize', 'style/noise.png', 'style/rings.png', 'linked/noise.png'];
  const { exitCode, stderr } = await wildstyle(words, environment);
  t.is(exitCode, 2);
  t.regex(stderr, /^wildstyle: option-invalid: The output would overwrite linked\/noise\.png/);
});

test.serial('none of these commands wrote anything', (t) => {
  t.false(existsSync(job.out));
});

test.serial('every mistake in a job file is shown with its line', async (t) => {
  await job.put(
    'bad.yaml',
    'content: { root: content }\nstyle: { root: style }\nrecipe: { stpes: 3 }\noutptu: { root: out }\n',
  );
  const { exitCode, stderr } = await wildstyle(['run', 'bad.yaml'], environment);
  t.is(exitCode, 2);
  t.true(stderr.startsWith('wildstyle: job-invalid: bad.yaml:'), stderr);
  for (const text of ['bad.yaml:3:11', 'did you mean "steps"?', 'bad.yaml:4:1', 'did you mean "output"?']) {
    t.true(stderr.includes(text), `${text} in ${stderr}`);
  }
});

test.serial('every command has help', async (t) => {
  const top = await wildstyle(['--help'], environment);
  t.is(top.exitCode, 0);
  t.is(top.stderr, '');
  t.true(
    top.stdout.includes(
      'Exit codes: 0 complete, 1 failures or differences, 2 invalid job or command, 75 stopped early.',
    ),
  );
  const commands = [...top.stdout.matchAll(/^ {2}wildstyle (\w+)/gm)].map(([, name]) => name);
  const expected =
    'init run plan status view merge submit task worker schedule verify sheet report export stylize try compare inspect weights doctor';
  t.deepEqual(commands, expected.split(' '));
  // The other commands are built the same way.
  for (const command of ['run', 'stylize']) {
    const { exitCode, stdout, stderr } = await wildstyle([command, '--help'], environment);
    t.is(exitCode, 0);
    t.is(stderr, '');
    t.true(stdout.startsWith(`wildstyle ${command} `), stdout);
  }
});
