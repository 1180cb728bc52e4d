// Installs missing packages, builds, and runs the given command, so that `npm run demo` and `npm test` work in a clean
// clone. Plain JavaScript, because it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const installedMark = join(root, 'node_modules', '.package-lock.json');
const windows = process.platform === 'win32';

// Ctrl-C also reaches the command, which may need time to finish. Wait for it and exit with its status or signal.
process.on('SIGINT', () => {});

function run(command, args, label) {
  if (label) process.stderr.write(`${label}\n`);
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: windows,
    env: { ...process.env, PATH: join(root, 'node_modules', '.bin') + delimiter + process.env.PATH },
  });
  if (error) process.stderr.write(`${command}: ${error.message}\n`);
  if (signal) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
  return status ?? 1;
}

const needsInstall =
  !existsSync(installedMark) ||
  statSync(installedMark).mtimeMs < statSync(join(root, 'package-lock.json')).mtimeMs;
if (needsInstall) {
  const status = run('npm', ['ci', '--no-audit', '--no-fund'], 'wildstyle: installing packages ...');
  if (status !== 0) process.exit(status);
}

// Remove compiled tests, so that deleted tests do not run.
rmSync(join(root, 'dist', 'test'), { recursive: true, force: true });
const built = run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', root]);
if (built !== 0) process.exit(built);

const [command, ...args] = process.argv.slice(2);
if (command) process.exit(run(command, args));
