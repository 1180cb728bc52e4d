/**
 * A file system that remembers everything, to find out what a power cut would leave. What a system must keep is what was
 * flushed: the bytes of a file when it was flushed, and the names in a folder when that was flushed. See Pillai et al.,
 * "All File Systems Are Not Created Equal" (OSDI 2014).
 * @module
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
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

interface FileNode {
  bytes: Buffer;
  flushed: Buffer;
}

/** What a folder contains, by name. It moves with the folder. */
interface FolderNode {
  names: Map<string, Node>;
  flushedNames: Map<string, Node>;
}

type Node = FileNode | FolderNode;

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
    for (const [path, file] of [...this.#files]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.#files.delete(path);
      this.#files.set(to + path.slice(from.length), file);
    }
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
  readonly #top: FolderNode = { names: new Map(), flushedNames: new Map() };
  readonly #files = new Map<number, FileNode>();

  constructor(
    private readonly root: string,
    initial: ReadonlyMap<string, Buffer | undefined>,
  ) {
    for (const [path, bytes] of initial) {
      const node: Node = bytes ? { bytes, flushed: bytes } : { names: new Map(), flushedNames: new Map() };
      this.#parent(path)?.names.set(basename(path), node);
      this.#parent(path)?.flushedNames.set(basename(path), node);
    }
  }

  apply(entry: Entry): void {
    switch (entry.op) {
      case 'create': {
        // There may be a file from before the recording.
        const node = this.#at(entry.path) ?? { bytes: Buffer.alloc(0), flushed: Buffer.alloc(0) };
        this.#files.set(entry.file, node as FileNode);
        this.#parent(entry.path)?.names.set(basename(entry.path), node);
        return;
      }
      case 'write':
        this.#change(entry.file, (bytes) => Buffer.concat([bytes, entry.data]));
        return;
      case 'truncate':
        this.#change(entry.file, (bytes) => bytes.subarray(0, entry.length));
        return;
      case 'sync': {
        const node = this.#files.get(entry.file) as FileNode;
        node.flushed = node.bytes;
        return;
      }
      case 'syncFolder': {
        const node = this.#at(entry.path);
        if (node && 'names' in node) node.flushedNames = new Map(node.names);
        return;
      }
      case 'mkdir':
        this.#parent(entry.path)?.names.set(basename(entry.path), {
          names: new Map(),
          flushedNames: new Map(),
        });
        return;
      case 'unlink':
      case 'rmdir':
        this.#parent(entry.path)?.names.delete(basename(entry.path));
        return;
      case 'link':
      case 'rename': {
        const moved = this.#at(entry.from) as Node;
        if (entry.op === 'rename') this.#parent(entry.from)?.names.delete(basename(entry.from));
        this.#parent(entry.to)?.names.set(basename(entry.to), moved);
      }
    }
  }

  left(survival: Survival): Map<string, Buffer | undefined> {
    const left = new Map<string, Buffer | undefined>();
    const visit = (folder: string, node: FolderNode) => {
      for (const [name, each] of survival === 'flushed' ? node.flushedNames : node.names) {
        const path = join(folder, name);
        left.set(path, 'names' in each ? undefined : each.flushed);
        if ('names' in each) visit(path, each);
      }
    };
    visit(this.root, this.#top);
    return left;
  }

  /** What a path names now. Above the root, nothing is recorded. */
  #at(path: string): Node | undefined {
    if (path === this.root) return this.#top;
    return this.#parent(path)?.names.get(basename(path));
  }

  #parent(path: string): FolderNode | undefined {
    if (!path.startsWith(`${this.root}/`)) return undefined;
    const node = this.#at(dirname(path));
    return node && 'names' in node ? node : undefined;
  }

  #change(file: number, change: (bytes: Buffer) => Buffer): void {
    const node = this.#files.get(file) as FileNode;
    node.bytes = change(node.bytes);
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
