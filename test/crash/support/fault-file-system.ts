/** File systems that fail, or die, at the n-th operation. @module */
import type { ErrorCode } from '../../../src/errors.js';
import type { FileSystem, OpenFile } from '../../../src/files/file-system.js';

/** How an operation goes wrong. `short`: half of a write arrives, then the disk is full; `death`: nothing follows. */
export type Fault = 'ENOSPC' | 'EIO' | 'EACCES' | 'short' | 'death';

export const faults: readonly Fault[] = ['ENOSPC', 'EIO', 'EACCES', 'short', 'death'];

/** What a run that meets a fault ends with. */
export const faultCodes: Readonly<Record<Fault, ErrorCode>> = {
  ENOSPC: 'disk-full',
  short: 'disk-full',
  EIO: 'disk-failed',
  EACCES: 'output-unwritable',
  death: 'output-unwritable',
};

/** Looks at each operation, and lets one of them go wrong. */
export class FaultPoint {
  /** The operations attempted so far, with what they changed. */
  readonly operations: string[] = [];
  #isReached = false;

  /** @param at the operation that goes wrong: its index, from 1, or what the first such operation is and changes */
  constructor(
    private readonly at: number | RegExp,
    private readonly fault: Fault,
  ) {}

  get isReached(): boolean {
    return this.#isReached;
  }

  /** Call before an operation. @param half does half of it */
  async pass(what: string, half?: () => Promise<void>): Promise<void> {
    const isDead = this.fault === 'death' && this.#isReached;
    this.operations.push(what);
    const isNow = this.at instanceof RegExp ? this.at.test(what) : this.operations.length === this.at;
    if (!isDead && (this.#isReached || !isNow)) return;
    this.#isReached = true;
    if (!isDead && (this.fault === 'short' || this.fault === 'death')) await half?.();
    const code = this.fault === 'short' ? 'ENOSPC' : this.fault;
    throw Object.assign(new Error(`${code}: injected at ${what}`), { code });
  }
}

/** Returns a file system whose operations pass a fault point. */
export function faultFileSystem(real: FileSystem, point: FaultPoint): FileSystem {
  const open = async (path: string, flags: string): Promise<OpenFile> => {
    await point.pass(`open ${flags} ${path}`);
    const file = await real.open(path, flags);
    return {
      async writeFile(data) {
        await point.pass(`write ${path}`, () =>
          file.writeFile(Buffer.from(data).subarray(0, data.length / 2)),
        );
        await file.writeFile(data);
      },
      sync: () => point.pass(`sync ${path}`).then(() => file.sync()),
      datasync: () => point.pass(`datasync ${path}`).then(() => file.datasync()),
      truncate: (length) => point.pass(`truncate ${path}`).then(() => file.truncate(length)),
      utimes: (accessed, modified) => file.utimes(accessed, modified),
      close: () =>
        point.pass(`close ${path}`, () => file.close()).then(() => file.close(), closeAnyway(file)),
    };
  };
  return {
    open,
    mkdir: (path) => point.pass(`mkdir ${path}`).then(() => real.mkdir(path)),
    link: (from, to) => point.pass(`link ${to}`).then(() => real.link(from, to)),
    rename: (from, to) => point.pass(`rename ${to}`).then(() => real.rename(from, to)),
    unlink: (path) => point.pass(`unlink ${path}`).then(() => real.unlink(path)),
    rmdir: (path) => point.pass(`rmdir ${path}`).then(() => real.rmdir(path)),
  };
}

/** The process of a test must not run out of descriptors. */
function closeAnyway(file: OpenFile): (error: unknown) => Promise<never> {
  return async (error) => {
    await file.close().catch(() => {});
    throw error;
  };
}
