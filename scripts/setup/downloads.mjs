// What the setup commands share: wheels from PyPI and packages from npm, through their own clients, with checksums.
// Plain JavaScript, so that it runs without a build.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The cache folder of wildstyle, as in src/files/cache-folder.ts. */
export const cacheFolder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'wildstyle');

export function fail(message) {
  throw new Error(message);
}

/** Reports what goes wrong in one line, and what is left without it. */
export function reportFailures(name, without) {
  process.on('uncaughtException', ({ message }) => {
    process.stderr.write(`${name}: ${message}\n${without}\n`);
    process.exitCode = 1;
  });
}

/** Runs a program; its errors are shown. @returns whether it succeeded */
export function succeeds(program, args, what) {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (error) fail(`${program} is needed to ${what}: ${error.message}`);
  return status === 0;
}

export const python = (...args) => succeeds('python3', args, 'download and unpack wheels');

const digestOf = (file, algorithm, encoding) =>
  createHash(algorithm).update(readFileSync(file)).digest(encoding);

/**
 * Downloads wheels into a folder with pip, which checks them against the index.
 * @param requirement `name==version`, or several
 */
export function downloadWheels(requirements, platformArguments, folder) {
  const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:'];
  const list = [requirements].flat();
  if (!python('-m', 'pip', 'download', ...options, ...platformArguments, '-d', folder, ...list))
    fail('the download failed.');
}

/** Downloads one wheel. @param sha256 if it is known @returns its file */
export function downloadWheel(requirement, platformArguments, folder, sha256) {
  const target = mkdtempSync(join(folder, 'wheel-'));
  downloadWheels(requirement, platformArguments, target);
  const file = join(target, readdirSync(target).find((name) => name.endsWith('.whl')) ?? '');
  if (!sha256) return file;
  const found = digestOf(file, 'sha256', 'hex');
  return found === sha256 ? file : fail(`the wheel has the SHA-256 ${found}, not ${sha256}.`);
}

/** Unpacks a package of npm into a folder, without its dependencies and without its scripts. */
export function unpackPackage(name, integrity, folder, workFolder) {
  const pack = mkdtempSync(join(workFolder, 'pack-'));
  if (!succeeds('npm', ['pack', '--silent', '--pack-destination', pack, name], 'download packages'))
    fail(`${name} could not be downloaded.`);
  const file = join(pack, readdirSync(pack)[0] ?? '');
  const found = `sha512-${digestOf(file, 'sha512', 'base64')}`;
  if (found !== integrity) fail(`${name} has the checksum ${found}, not ${integrity}.`);
  mkdirSync(folder, { recursive: true });
  if (!succeeds('tar', ['-xzf', file, '-C', folder, '--strip-components=1'], 'unpack packages'))
    fail(`${name} could not be unpacked.`);
}

/** Lets `make` fill a temporary folder; if it succeeds, the folder appears at `target`. */
export function publishFolder(target, make) {
  mkdirSync(dirname(target), { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'wildstyle-setup-'));
  const partial = mkdtempSync(join(dirname(target), '.partial-'));
  try {
    make(partial, work);
    renameSync(partial, target);
  } finally {
    rmSync(partial, { recursive: true, force: true });
    rmSync(work, { recursive: true, force: true });
  }
}
