/**
 * Loaded into processes of the built command line by `--import`: kills the process at its n-th write operation, once.
 * WILDSTYLE_FAULT has the operation, the process, and the file that says that it happened.
 * @module
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { nodeFileSystem, type OpenFile } from '../../../src/files/file-system.js';

interface Injection {
  readonly role: 'main' | 'worker';
  readonly at: number;
  readonly note: string;
}

const { role, at, note } = JSON.parse(process.env.WILDSTYLE_FAULT ?? '{}') as Injection;
const isWorker = (process.argv[1] ?? '').endsWith('worker.js');
const real = { ...nodeFileSystem };
let count = 0;

async function pass(what: string, half?: () => Promise<void>): Promise<void> {
  if (++count !== at || !claim(what)) return;
  await half?.();
  process.kill(process.pid, 'SIGKILL');
  await new Promise(() => {});
}

/** Of several workers, only the first one is killed. */
function claim(what: string): boolean {
  try {
    const file = openSync(note, 'wx');
    writeSync(file, what);
    closeSync(file);
    return true;
  } catch {
    return false;
  }
}

function faulty(file: OpenFile, path: string): OpenFile {
  return {
    async writeFile(data) {
      await pass(`write ${path}`, () => file.writeFile(Buffer.from(data).subarray(0, data.length / 2)));
      await file.writeFile(data);
    },
    sync: () => pass(`sync ${path}`).then(() => file.sync()),
    datasync: () => pass(`datasync ${path}`).then(() => file.datasync()),
    truncate: (length) => pass(`truncate ${path}`).then(() => file.truncate(length)),
    utimes: (accessed, modified) => file.utimes(accessed, modified),
    close: () => file.close(),
  };
}

if (isWorker === (role === 'worker')) {
  Object.assign(nodeFileSystem, {
    open: (path: string, flags: string) =>
      pass(`open ${path}`)
        .then(() => real.open(path, flags))
        .then((file) => faulty(file, path)),
    mkdir: (path: string) => pass(`mkdir ${path}`).then(() => real.mkdir(path)),
    link: (from: string, to: string) => pass(`link ${to}`).then(() => real.link(from, to)),
    rename: (from: string, to: string) => pass(`rename ${to}`).then(() => real.rename(from, to)),
    unlink: (path: string) => pass(`unlink ${path}`).then(() => real.unlink(path)),
    rmdir: (path: string) => pass(`rmdir ${path}`).then(() => real.rmdir(path)),
  });
}
