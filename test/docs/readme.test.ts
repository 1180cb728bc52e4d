import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { parseJob } from '../../src/job/load.js';
import { wildstyle } from '../support/command-line.js';
import { repositoryRoot } from '../support/paths.js';

const folders = ['.', 'docs', 'datasets'];
const pages = folders.flatMap((folder) =>
  readdirSync(join(repositoryRoot, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => posix.join(folder, name)),
);
const read = (page: string) => readFileSync(join(repositoryRoot, page), 'utf8');

test('the page of commands names every command and every option', async (t) => {
  const cache = await mkdtemp(join(tmpdir(), 'wildstyle-help-'));
  t.teardown(() => rm(cache, { recursive: true, force: true }));
  const page = read('docs/commands.md');
  const help = async (...args: string[]) => (await wildstyle([...args, '--help'], { cache })).stdout;
  const pattern = /^ {2}wildstyle (\w+(?: \w+)?)((?: <[\w.]+>)*) /gm;
  const commands = [...`${await help()}${await help('weights')}`.matchAll(pattern)].filter(
    ([, command]) => command !== 'weights',
  );
  t.is(commands.length, 23);
  for (const [, command = '', positionals = ''] of commands) {
    t.true(page.includes(`\`wildstyle ${command}${positionals}\``), command);
    const text = await help(...command.split(' '));
    const options = [...text.matchAll(/^ .*?(--[\w-]+)/gm)].map(([, option]) => option);
    t.true(options.length >= 2);
    for (const option of options) t.regex(page, new RegExp(`${option}\\b`), `${command} ${option}`);
  }
});

test('the README and the site list every page', (t) => {
  const site = readFileSync(join(repositoryRoot, 'site', '.vitepress', 'config.mjs'), 'utf8');
  for (const page of pages.filter((path) => path.startsWith('docs/') && path !== 'docs/index.md')) {
    t.true(read('README.md').includes(`](${page})`), page);
    t.true(site.includes(`'${posix.basename(page, '.md')}'`), page);
  }
});

test('the job in the README is valid', (t) => {
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(read('README.md')) ?? [];
  const job = parseJob(join(tmpdir(), 'configs', 'job.yaml'), yaml);
  t.is(job.recipe.steps, 50);
  t.deepEqual(Object.keys(parse(yaml)), ['seed', 'content', 'style', 'sampling', 'recipe', 'output', 'run']);
});

/** The anchors of a page as code hosts make them from headings, and those set by hand. */
function anchorsOf(text: string): string[] {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
  return [...headings, ...[...text.matchAll(/<a id="([^"]+)"/g)].map(([, id = '']) => id)];
}

test('links to files and headings work', (t) => {
  t.true(pages.length >= 13);
  for (const page of pages) {
    const links = [...read(page).matchAll(/\]\(([^)\s:]+)\)/g)].map(([, link = '']) => link);
    const broken = links.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : posix.join(dirname(page), path);
      if (!existsSync(join(repositoryRoot, target))) return true;
      return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
    });
    t.deepEqual(broken, [], page);
  }
});

test('commands in the documentation exist', (t) => {
  const { scripts } = JSON.parse(read('package.json'));
  for (const page of [...pages, '.github/workflows/ci.yml', '.github/PULL_REQUEST_TEMPLATE.md']) {
    const text = read(page);
    const unknown = [...text.matchAll(/\bnpm run ([\w:-]+)/g)].filter(([, name = '']) => !(name in scripts));
    t.deepEqual(unknown, [], page);
    const built = [...text.matchAll(/\bdist\/[\w/.-]+\.js\b/g)].map(([file]) => file);
    t.deepEqual(
      built.filter((file) => !existsSync(join(repositoryRoot, file))),
      [],
      page,
    );
  }
});

test('workflows and issue forms are YAML with the keys that they need', (t) => {
  const ci = parse(read('.github/workflows/ci.yml'));
  t.deepEqual(ci.jobs.test.strategy.matrix, {
    os: ['ubuntu-latest', 'macos-latest', 'windows-latest'],
    node: [20, 22],
  });
  const forms = '.github/ISSUE_TEMPLATE';
  for (const name of readdirSync(join(repositoryRoot, forms))) {
    const form = parse(read(`${forms}/${name}`));
    t.true(form.name.length > 0 && form.description.length > 0, name);
    const ids = form.body.map(({ id }: { id: string }) => id);
    t.is(new Set(ids).size, ids.length, name);
    for (const { attributes } of form.body) t.true(attributes.label.length > 0, name);
  }
});

test('the picture is small enough for a page', (t) => {
  t.true(statSync(join(repositoryRoot, 'docs', 'images', 'contact-sheet.jpg')).size <= 400_000);
});
