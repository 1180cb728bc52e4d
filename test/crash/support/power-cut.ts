/**
 * A file system that remembers everything, to find out what a power cut would leave. What a system must keep is what was
 * flushed: the bytes of a file when it was flushed, and the names in a folder when that was flushed. See Pillai et al.,
 * "All File Systems Are Not Created Equal" (OSDI 2014).
 * @module
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { FileSystem, OpenFile } from '../../../src/files/file-system.js';

type Entry =
  | { readonly op: 'create'; readonly path: string; readonly file: number }
  | { readonly op: 'write'; readonly file: number; readonly data: Buffer }
  | { readonly op: 'truncate'; readonly file: number; readonly length: number }
  | { readonly op: 'sync'; readonly file: number }
  | { readonly op: 'syncFolder' | 'mkdir' | 'unlink' | 'rmdir'; readonly path: string }
  | { readonly op: 'rename' | 'link'; readonly from: string; readonly to: string }
  /** Something was promised to be on disk. */
  | { readonly op: 'promise'; readonly what: string };

/** What is left after a cut. `flushed`: only what had to be; `names`: names in folders are never lost, bytes are. */
export type Survival = 'flushed' | 'names';

interface Inode {
  bytes: Buffer;
  flushed: Buffer;
}

/** Records the operations below a folder. */
export class RecordedFileSystem implements FileSystem {
  readonly entries: Entry[] = [];
  readonly #initial = new Map<string, Buffer | undefined>();
  /** File numbers by path. */
  readonly #files = new Map<string, number>();
  #count = 0;

  private constructor(
    private readonly root: string,
    private readonly real: FileSystem,
  ) {}

  /** Starts to record. What is below the root now is on disk. */
  static async start(root: string, real: FileSystem): Promise<RecordedFileSystem> {
    const recorded = new RecordedFileSystem(root, real);
    await recorded.#read(root);
    return recorded;
  }

  promise(what: string): void {
    this.entries.push({ op: 'promise', what });
  }

  async open(path: string, flags: string): Promise<OpenFile> {
    const file = await this.real.open(path, flags);
    if (flags === 'r')
      return { ...wrap(file), sync: () => this.#log({ op: 'syncFolder', path }, () => file.sync()) };
    let number = this.#files.get(path);
    if (number === undefined) {
      number = this.#count++;
      this.#files.set(path, number);
      this.entries.push({ op: 'create', path, file: number });
    }
    const of = { file: number };
    return {
      ...wrap(file),
      writeFile: (data) =>
        this.#log({ op: 'write', ...of, data: Buffer.from(data) }, () => file.writeFile(data)),
      truncate: (length) => this.#log({ op: 'truncate', ...of, length }, () => file.truncate(length)),
      sync: () => this.#log({ op: 'sync', ...of }, () => file.sync()),
      datasync: () => this.#log({ op: 'sync', ...of }, () => file.datasync()),
    };
  }

  mkdir = (path: string) => this.#log({ op: 'mkdir', path }, () => this.real.mkdir(path));
  unlink = (path: string) => {
    this.#files.delete(path);
    return this.#log({ op: 'unlink', path }, () => this.real.unlink(path));
  };
  rmdir = (path: string) => this.#log({ op: 'rmdir', path }, () => this.real.rmdir(path));
  link = (from: string, to: string) => {
    this.#files.set(to, this.#files.get(from) as number);
    return this.#log({ op: 'link', from, to }, () => this.real.link(from, to));
  };
  rename = (from: string, to: string) => {
    this.#files.set(to, this.#files.get(from) as number);
    this.#files.delete(from);
    return this.#log({ op: 'rename', from, to }, () => this.real.rename(from, to));
  };

  /** Returns the files and folders (undefined) that are left when power fails after a number of operations. */
  after(count: number, survival: Survival): Map<string, Buffer | undefined> {
    const disk = new Disk(this.root, this.#initial);
    for (const entry of this.entries.slice(0, count)) disk.apply(entry);
    return disk.left(survival);
  }

  /** What had been promised by then. */
  promisedAfter(count: number): string[] {
    return this.entries.slice(0, count).flatMap((entry) => (entry.op === 'promise' ? [entry.what] : []));
  }

  /** Logs an operation when it is done; one that fails changes nothing. */
  async #log(entry: Entry, work: () => Promise<void>): Promise<void> {
    await work();
    this.entries.push(entry);
  }

  async #read(folder: string): Promise<void> {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        this.#initial.set(path, undefined);
        await this.#read(path);
      } else this.#initial.set(path, await readFile(path));
    }
  }
}

function wrap(file: OpenFile): OpenFile {
  return {
    writeFile: (data) => file.writeFile(data),
    sync: () => file.sync(),
    datasync: () => file.datasync(),
    truncate: (length) => file.truncate(length),
    utimes: (accessed, modified) => file.utimes(accessed, modified),
    close: () => file.close(),
  };
}

/** The folders and files of a system, with what of them is flushed. */
class Disk {
  readonly #inodes = new Map<number, Inode>();
  /** Names in each folder: a file number, or a path of a folder. */
  readonly #names = new Map<string, Map<string, number | 'folder'>>();
  readonly #flushedNames = new Map<string, Map<string, number | 'folder'>>();
  #number = -1;

  constructor(
    private readonly root: string,
    initial: ReadonlyMap<string, Buffer | undefined>,
  ) {
    this.#names.set(root, new Map());
    for (const [path, bytes] of initial) {
      if (bytes === undefined) this.#names.set(path, new Map());
      this.#folder(path).set(path, bytes === undefined ? 'folder' : this.#number);
      if (bytes !== undefined) this.#inodes.set(this.#number--, { bytes, flushed: bytes });
    }
    for (const [path, names] of this.#names) this.#flushedNames.set(path, new Map(names));
  }

  apply(entry: Entry): void {
    switch (entry.op) {
      case 'create':
        if (!this.#folder(entry.path).has(entry.path)) {
          this.#inodes.set(entry.file, { bytes: Buffer.alloc(0), flushed: Buffer.alloc(0) });
          this.#folder(entry.path).set(entry.path, entry.file);
        } else {
          // A file from before the recording.
          const inode = this.#inodes.get(this.#folder(entry.path).get(entry.path) as number) as Inode;
          this.#inodes.set(entry.file, inode);
        }
        return;
      case 'write':
        this.#change(entry.file, (bytes) => Buffer.concat([bytes, entry.data]));
        return;
      case 'truncate':
        this.#change(entry.file, (bytes) => bytes.subarray(0, entry.length));
        return;
      case 'sync': {
        const inode = this.#inodes.get(entry.file) as Inode;
        inode.flushed = inode.bytes;
        return;
      }
      case 'syncFolder':
        if (this.#names.has(entry.path))
          this.#flushedNames.set(entry.path, new Map(this.#names.get(entry.path)));
        return;
      case 'mkdir':
        this.#names.set(entry.path, new Map());
        this.#flushedNames.set(entry.path, new Map());
        this.#folder(entry.path).set(entry.path, 'folder');
        return;
      case 'unlink':
      case 'rmdir':
        this.#folder(entry.path).delete(entry.path);
        return;
      case 'link':
      case 'rename': {
        const moved = this.#folder(entry.from).get(entry.from) as number;
        if (entry.op === 'rename') this.#folder(entry.from).delete(entry.from);
        this.#folder(entry.to).set(entry.to, moved);
      }
    }
  }

  left(survival: Survival): Map<string, Buffer | undefined> {
    const left = new Map<string, Buffer | undefined>();
    const names = survival === 'flushed' ? this.#flushedNames : this.#names;
    const visit = (folder: string) => {
      for (const [path, what] of names.get(folder) ?? []) {
        if (what === 'folder') {
          left.set(path, undefined);
          visit(path);
        } else left.set(path, (this.#inodes.get(what) as Inode).flushed);
      }
    };
    visit(this.root);
    return left;
  }

  #folder(path: string): Map<string, number | 'folder'> {
    const names = this.#names.get(dirname(path));
    // Above the root, nothing is recorded.
    return names ?? new Map();
  }

  #change(file: number, change: (bytes: Buffer) => Buffer): void {
    const inode = this.#inodes.get(file) as Inode;
    inode.bytes = change(inode.bytes);
  }
}

/** Writes what is left into an empty folder. */
export async function materialize(
  left: ReadonlyMap<string, Buffer | undefined>,
  root: string,
  into: string,
): Promise<void> {
  for (const [path, bytes] of left) {
    const target = join(into, relative(root, path));
    if (bytes === undefined) await mkdir(target, { recursive: true });
    else await writeFile(target, bytes);
  }
}
