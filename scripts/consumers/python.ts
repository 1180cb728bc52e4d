/** A virtual environment with the Python libraries, outside of the repository. @module */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/files/cache-folder.js';
import { sha256 } from '../../src/files/digest.js';

const run = promisify(execFile);
const megabyte = 1 << 20;
const installer = 'uv==0.13.9';

/** Why the libraries cannot be had here; undefined if they can. */
export async function whyUnavailable(): Promise<string | undefined> {
  if (await python('--version').catch(() => undefined)) {
    const folder = await mkdtemp(join(tmpdir(), 'wildstyle-pypi-'));
    try {
      // A small package without dependencies.
      await python('-m', 'pip', 'download', '--quiet', '--no-deps', '--no-cache-dir', '-d', folder, 'six');
      return undefined;
    } catch {
      return 'PyPI cannot be reached';
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return 'there is no python3';
}

/**
 * Installs libraries, if they are not installed yet. Returns the interpreter.
 * @param name of the folder in the cache folder
 * @param requirements file with the libraries
 */
export async function installLibraries(
  name = 'consumers',
  requirements = 'scripts/consumers/requirements.txt',
): Promise<string> {
  const wanted = sha256(`${await readFile(requirements, 'utf8')}${(await python('--version')).stdout}`);
  const folder = join(cacheFolder(), name, wanted.slice(0, 16));
  const interpreter = join(folder, 'bin', 'python');
  const mark = join(folder, 'installed');
  if (existsSync(mark)) return interpreter;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await python('-m', 'venv', folder);
  const options = ['--quiet', '--no-cache-dir'];
  const maxBuffer = 64 * megabyte;
  await run(interpreter, ['-m', 'pip', 'install', '--disable-pip-version-check', ...options, installer]);
  // Gigabytes: a quarter of the time that pip takes.
  const install = ['-m', 'uv', 'pip', 'install', ...options, '--python', interpreter, '-r', requirements];
  await run(interpreter, install, { maxBuffer });
  await writeFile(mark, '');
  return interpreter;
}

/** Runs a check on a dataset; `home` is for the files that libraries leave behind. Returns what it printed last. */
export async function runCheck(
  interpreter: string,
  script: string,
  root: string,
  home: string,
): Promise<string> {
  const { stdout } = await run(interpreter, [join('scripts/consumers/python', script), root], {
    maxBuffer: 64 * megabyte,
    env: {
      ...process.env,
      HOME: home,
      XDG_CACHE_HOME: home,
      HF_HOME: home,
      HF_HUB_OFFLINE: '1',
      HF_DATASETS_DISABLE_PROGRESS_BARS: '1',
      YOLO_CONFIG_DIR: home,
      YOLO_AUTOINSTALL: 'false',
      CUDA_VISIBLE_DEVICES: '-1',
      TF_CPP_MIN_LOG_LEVEL: '3',
      PYTHONDONTWRITEBYTECODE: '1',
    },
  });
  return stdout.trim().split('\n').at(-1) ?? '';
}

function python(...args: string[]): Promise<{ stdout: string }> {
  return run('python3', args);
}
