/**
 * `npm run first-user [-- --packed] [-- --images DIR]`: does what a new user does, with an empty npm cache, and prints how long
 * it takes until the first contact sheet: install, `init`, `run --limit 8`. Exits with 1 if a command fails or all takes longer
 * than ten minutes.
 *
 * By default in a clean clone of the current commit, with `npm run build`; `--packed` installs the packed package in an empty
 * folder instead. `--images` names a folder with `content/<class>/` and `style/`; default: `../shared/images` if it exists, else
 * the demo images. Needs the npm registry. Plain JavaScript: a clean clone has nothing that compiles it.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const shared = join(root, '..', 'shared', 'images');
const demo = join(root, 'datasets', 'demo');

const { values } = parseArgs({
  options: { packed: { type: 'boolean', default: false }, images: { type: 'string' } },
});
const images = values.images ?? (existsSync(shared) ? shared : demo);
const [classes, photosOfClass, paintings] = [2, 4, 3];
const allowedSeconds = 600;

const work = mkdtempSync(join(tmpdir(), 'wildstyle-first-user-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const environment = {
  ...process.env,
  npm_config_cache: join(work, 'npm-cache'),
  XDG_CACHE_HOME: join(work, 'cache'),
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
};
const rows = [];

/** Runs a command, and notes its time where it counts for the user. */
function run(cwd, words, step) {
  process.stderr.write(`\n$ ${words.join(' ')}\n`);
  const [command, ...args] = words;
  const beganMs = performance.now();
  const { status, error } = spawnSync(command, args, {
    cwd,
    env: environment,
    stdio: ['ignore', 2, 2],
    // npm is a script there.
    shell: process.platform === 'win32',
  });
  const seconds = (performance.now() - beganMs) / 1000;
  if (error || status !== 0) {
    process.stderr.write(`${words.join(' ')}: ${error?.message ?? `exit code ${status}`}\n`);
    process.exit(1);
  }
  if (step) rows.push([step, seconds]);
}

/** Installs wildstyle; returns the words that start it. */
function install() {
  if (!values.packed) {
    const clone = join(work, 'clone');
    run(work, ['git', 'clone', '--quiet', root, clone], 'git clone');
    run(clone, ['npm', 'run', '--silent', 'build'], 'npm run build, with an empty cache');
    return [process.execPath, join(clone, 'dist', 'src', 'cli', 'main.js')];
  }
  run(root, ['npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', work]);
  const [tarball] = readdirSync(work).filter((name) => name.endsWith('.tgz'));
  const project = join(work, 'project');
  mkdirSync(project);
  run(project, ['npm', 'init', '--yes', '--silent']);
  // The install script of onnxruntime-node fetches a GPU part: see docs/dependencies.md.
  const packed = ['npm', 'install', '--ignore-scripts', '--silent', join(work, tarball)];
  run(project, packed, 'npm install of the package, with an empty cache');
  return [process.execPath, join(project, 'node_modules', 'wildstyle', 'dist', 'src', 'cli', 'main.js')];
}

/** Copies a few photographs of a few classes, and a few paintings. */
function copyImages(user) {
  const isImage = (name) => /\.(jpe?g|png|webp)$/i.test(name);
  const few = (folder, wanted, count) => readdirSync(folder).filter(wanted).sort().slice(0, count);
  for (const label of few(join(images, 'content'), (name) => !name.startsWith('.'), classes))
    for (const name of few(join(images, 'content', label), isImage, photosOfClass))
      cpSync(join(images, 'content', label, name), join(user, 'photos', label, name));
  for (const name of few(join(images, 'style'), isImage, paintings))
    cpSync(join(images, 'style', name), join(user, 'paintings', name));
}

const loadBefore = loadavg()[0];
const wildstyle = install();
const user = join(work, 'user');
copyImages(user);
run(user, [...wildstyle, 'init', '--content', 'photos', '--style', 'paintings'], 'wildstyle init');
run(user, [...wildstyle, 'run', 'job.yaml', '--limit', '8', '--out', 'look'], 'wildstyle run --limit 8');
const sheet = join(user, 'look', 'contact-sheet.png');
const seconds = rows.reduce((sum, [, each]) => sum + each, 0);
rows.push(['first contact sheet after', seconds]);
for (const [step, each] of rows) console.log(`${step.padEnd(48)} ${each.toFixed(0).padStart(5)} s`);
console.log(
  `${cpus().length} processors, load ${loadBefore.toFixed(1)} before and ${loadavg()[0].toFixed(1)} after`,
);
if (!existsSync(sheet)) console.error('There is no contact sheet.');
if (!existsSync(sheet) || seconds > allowedSeconds) process.exitCode = 1;
