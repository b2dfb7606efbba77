// For `node --import`, before a node's own script: a disk that forgets what was not synced. It follows everything that is
// done below DATA_DIR to what belongs to the embedded database, and at the operation numbered POWER_CUT_AT it makes of the
// directory what a disk without power would have kept, by POWER_CUT_SEED, and kills the process. The product itself knows
// nothing of this.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { Random } from '../../fuzz/random.js';
import { ForgetfulDirectory, ForgetfulFile, ForgetfulTree, type Node } from '../forgetful-tree.js';

const ROOT = process.env.DATA_DIR ?? '';
const PREFIX = 'postgres';
const CUT_AT = Number(process.env.POWER_CUT_AT);
const random = new Random(`power cut ${process.env.POWER_CUT_SEED}`);

const real = { ...fs };
const tree = new ForgetfulTree(ROOT, PREFIX);
const opened = new Map<number, { node: Node; path: string }>();
let operations = 0;

function find(directory: ForgetfulDirectory, path: string): void {
  for (const entry of real.readdirSync(path, { withFileTypes: true })) {
    if (directory === tree.top && !entry.name.startsWith(PREFIX)) continue;
    const node = entry.isDirectory() ? new ForgetfulDirectory() : new ForgetfulFile(null);
    directory.found(entry.name, node);
    if (node instanceof ForgetfulDirectory) find(node, join(path, entry.name));
  }
}

/** Counts what is about to be done; never returns where there is no power for it any more. */
function operate(): void {
  operations += 1;
  if (operations !== CUT_AT) return;
  try {
    forget();
    real.writeSync(2, 'The power is cut.\n');
  } catch (fault) {
    real.writeSync(2, String((fault as Error).stack));
  }
  process.kill(process.pid, 'SIGKILL');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Makes the directory what it would be found to be. */
function forget(): void {
  const paths = tree.paths();
  const image = join(ROOT, '.image');
  real.mkdirSync(image);
  remember(tree.top, image, paths);
  for (const name of tree.top.names.keys()) real.rmSync(join(ROOT, name), { recursive: true });
  for (const name of real.readdirSync(image)) real.renameSync(join(image, name), join(ROOT, name));
  real.rmdirSync(image);
}

function remember(directory: ForgetfulDirectory, image: string, paths: ReadonlyMap<Node, string>): void {
  for (const [name, node] of directory.remains(random)) {
    const path = join(image, name);
    if (node instanceof ForgetfulDirectory) {
      real.mkdirSync(path, 0o700);
      remember(node, path, paths);
    } else if (node.isAsFound) {
      real.copyFileSync(paths.get(node) ?? '', path);
    } else {
      real.writeFileSync(path, node.remains(random), { mode: 0o600 });
    }
  }
}

/** The file as it is, before something is done to it. */
function loaded(node: Node | null, path: string): ForgetfulFile | null {
  if (!(node instanceof ForgetfulFile)) return null;
  node.load(() => real.readFileSync(path));
  return node;
}

function give(path: string, node: Node): void {
  const place = tree.placeOf(path);
  place?.directory.change({ name: place.name, node });
}

function take(path: string): void {
  const place = tree.placeOf(path);
  if (!place) return;
  operate();
  loadAll(tree.nodeAt(path), path);
  place.directory.change({ name: place.name, node: null });
}

function loadAll(node: Node | null, path: string): void {
  loaded(node, path);
  if (!(node instanceof ForgetfulDirectory)) return;
  for (const [name, each] of node.names) loadAll(each, join(path, name));
}

/** As `writeFileSync` and `open` make or empty a file. */
function begin(path: string, isEmptied: boolean): void {
  if (!tree.placeOf(path)) return;
  const file = loaded(tree.nodeAt(path), path);
  if (file && !isEmptied) return;
  operate();
  if (file) file.change({ size: 0 });
  else give(path, new ForgetfulFile(Buffer.alloc(0)));
}

const isSet = (flags: string | number | undefined, flag: number, letters: RegExp) =>
  typeof flags === 'number' ? (flags & flag) !== 0 : letters.test(flags ?? 'r');

Object.assign(fs, {
  openSync(path: string, flags?: string | number, mode?: number): number {
    const isMade = isSet(flags, fs.constants.O_CREAT, /^[wa]/);
    const isEmptied = isSet(flags, fs.constants.O_TRUNC, /^w/);
    if (isMade || isEmptied) begin(path, isEmptied);
    const descriptor = real.openSync(path, flags ?? 'r', mode);
    const node = tree.nodeAt(path);
    if (node) opened.set(descriptor, { node, path });
    return descriptor;
  },
  closeSync(descriptor: number): void {
    opened.delete(descriptor);
    real.closeSync(descriptor);
  },
  writeFileSync(path: string, content: string, options?: fs.WriteFileOptions): void {
    begin(path, true);
    const file = tree.nodeAt(path);
    if (file instanceof ForgetfulFile && content.length > 0) file.change({ at: 0, bytes: Buffer.from(content) });
    real.writeFileSync(path, content, options);
  },
  writeSync(...given: [number, Uint8Array, number, number, number]): number {
    const [descriptor, buffer, offset, length, position] = given;
    const { node, path } = opened.get(descriptor) ?? {};
    const file = node && path ? loaded(node, path) : null;
    if (file) {
      operate();
      file.change({ at: position, bytes: Buffer.from(buffer.subarray(offset, offset + length)) });
    }
    return real.writeSync(...given);
  },
  truncateSync(path: string, size: number): void {
    const file = loaded(tree.nodeAt(path), path);
    if (file) operate();
    file?.change({ size });
    real.truncateSync(path, size);
  },
  ftruncateSync(descriptor: number, size: number): void {
    const { node, path } = opened.get(descriptor) ?? {};
    const file = node && path ? loaded(node, path) : null;
    if (file) operate();
    file?.change({ size });
    real.ftruncateSync(descriptor, size);
  },
  mkdirSync(path: string, options?: fs.MakeDirectoryOptions): unknown {
    if (tree.placeOf(path)) operate();
    const answer = real.mkdirSync(path, options);
    give(path, new ForgetfulDirectory());
    return answer;
  },
  renameSync(from: string, to: string): void {
    const [source, target] = [tree.placeOf(from), tree.placeOf(to)];
    const node = tree.nodeAt(from);
    if (source && target && node) {
      operate();
      loaded(node, from);
      loaded(tree.nodeAt(to), to);
      const [gone, come] = [
        { name: source.name, node: null },
        { name: target.name, node },
      ];
      if (source.directory === target.directory) source.directory.change(gone, come);
      else {
        target.directory.change(come);
        source.directory.change(gone);
      }
    }
    real.renameSync(from, to);
  },
  unlinkSync(path: string): void {
    take(path);
    real.unlinkSync(path);
  },
  rmdirSync(path: string): void {
    take(path);
    real.rmdirSync(path);
  },
  rmSync(path: string, options?: fs.RmOptions): void {
    if (tree.nodeAt(path)) take(path);
    real.rmSync(path, options);
  },
  fsyncSync(descriptor: number): void {
    const node = opened.get(descriptor)?.node;
    if (node && !node.isSynced) {
      operate();
      node.sync();
    }
    real.fsyncSync(descriptor);
  },
});
if (real.existsSync(ROOT)) find(tree.top, ROOT);
syncBuiltinESMExports();
