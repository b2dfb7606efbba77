import { basename, join, relative, sep } from 'node:path';
import type { Random } from '../fuzz/random.js';

/** Disks write so much at once; of anything longer a part may be there. */
const SECTOR = 512;

type Change = { at: number; bytes: Buffer } | { size: number };

/** Bytes that grow in steps: thousands of sectors may be added to them. */
class Content {
  private bytes: Buffer;
  private length: number;

  constructor(bytes: Buffer) {
    this.bytes = Buffer.from(bytes);
    this.length = bytes.length;
  }

  get whole(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  change(change: Change): void {
    if ('size' in change) {
      this.resize(change.size);
    } else {
      this.resize(Math.max(this.length, change.at + change.bytes.length));
      change.bytes.copy(this.bytes, change.at);
    }
  }

  private resize(size: number): void {
    if (size > this.bytes.length) this.bytes = Buffer.concat([this.whole, Buffer.alloc(2 * size - this.length)]);
    // What a shorter file had there must not come back.
    if (size < this.length) this.bytes.fill(0, size, this.length);
    this.length = size;
  }
}

/** A file: what of it was synced, and what was done to it since. */
export class ForgetfulFile {
  private synced: Content | null;
  private changes: Change[] = [];

  /** @param synced null as long as it is as it was found. */
  constructor(synced: Buffer | null) {
    this.synced = synced && new Content(synced);
  }

  get isAsFound(): boolean {
    return this.synced === null;
  }

  get isSynced(): boolean {
    return this.changes.length === 0;
  }

  /** To be called before the first change. */
  load(read: () => Buffer): void {
    this.synced ??= new Content(read());
  }

  change(change: Change): void {
    this.changes.push(change);
  }

  sync(): void {
    for (const change of this.changes.splice(0)) this.synced?.change(change);
  }

  /** What is found of it after a loss of power: of what was not synced nothing, all, or any sectors. */
  remains(random: Random): Buffer {
    const probability = [0, 0.5, 1][random.below(3)] ?? 0;
    const content = new Content(this.synced?.whole ?? Buffer.alloc(0));
    for (const change of this.changes.flatMap(sectorsOf)) {
      if (random.chance(probability)) content.change(change);
    }
    return content.whole;
  }
}

/** A directory: the names in it, and those of them that are on the disk. */
export class ForgetfulDirectory {
  readonly names = new Map<string, Node>();
  private synced = new Map<string, Node>();
  private changes: { name: string; node: Node | null }[][] = [];

  get isSynced(): boolean {
    return this.changes.length === 0;
  }

  /** Something that was there before. */
  found(name: string, node: Node): void {
    this.names.set(name, node);
    this.synced.set(name, node);
  }

  /** Gives these names, or takes them away where there is no node: all at once, or not at all. */
  change(...names: { name: string; node: Node | null }[]): void {
    apply(this.names, names);
    this.changes.push(names);
  }

  sync(): void {
    for (const names of this.changes.splice(0)) apply(this.synced, names);
  }

  /** The names that are found after a loss of power: of the changes that were not synced the first ones, or none. */
  remains(random: Random): ReadonlyMap<string, Node> {
    const names = new Map(this.synced);
    for (const each of this.changes.slice(0, random.between(0, this.changes.length))) apply(names, each);
    return names;
  }
}

export type Node = ForgetfulFile | ForgetfulDirectory;

/** Some entries of one directory and all that is in them, with what is on the disk of it. */
export class ForgetfulTree {
  readonly top = new ForgetfulDirectory();

  constructor(
    private readonly root: string,
    /** What the names in `root` that are looked at begin with. */
    private readonly prefix: string,
  ) {}

  /** The directory that a path's last name is in, and that name. Null where that is not looked at. */
  placeOf(path: string): { directory: ForgetfulDirectory; name: string } | null {
    // Others use files by URLs and buffers, too.
    const [first = '', ...rest] = relative(this.root, String(path)).split(sep);
    if (!first.startsWith(this.prefix)) return null;
    const steps = [first, ...rest].slice(0, -1);
    let directory: Node | undefined = this.top;
    for (const step of steps)
      directory = directory instanceof ForgetfulDirectory ? directory.names.get(step) : undefined;
    return directory instanceof ForgetfulDirectory ? { directory, name: basename(path) } : null;
  }

  nodeAt(path: string): Node | null {
    if (relative(this.root, String(path)) === '') return this.top;
    const place = this.placeOf(path);
    return place?.directory.names.get(place.name) ?? null;
  }

  /** Where each of its files is just now. */
  paths(): Map<Node, string> {
    const paths = new Map<Node, string>();
    const walk = (directory: ForgetfulDirectory, path: string): void => {
      for (const [name, node] of directory.names) {
        paths.set(node, join(path, name));
        if (node instanceof ForgetfulDirectory) walk(node, join(path, name));
      }
    };
    walk(this.top, this.root);
    return paths;
  }
}

function apply(names: Map<string, Node>, changes: { name: string; node: Node | null }[]): void {
  for (const { name, node } of changes) {
    if (node) names.set(name, node);
    else names.delete(name);
  }
}

function sectorsOf(change: Change): Change[] {
  if ('size' in change) return [change];
  const sectors: Change[] = [];
  for (let from = 0; from < change.bytes.length; ) {
    const to = Math.min(change.bytes.length, from + SECTOR - ((change.at + from) % SECTOR));
    sectors.push({ at: change.at + from, bytes: change.bytes.subarray(from, to) });
    from = to;
  }
  return sectors;
}
