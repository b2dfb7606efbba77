import { existsSync, fsyncSync, lstatSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { syncDirectory, syncPlaceOf, syncTree } from './synced.js';

type Preparing = Parameters<NodeFS['init']>[1];
type Module = Parameters<NonNullable<Preparing['preRun']>[number]>[0];

/** A file or directory as Emscripten knows it. */
interface FileNode {
  parent: FileNode;
}

/** What of Emscripten's files on Node is used here; its types do not tell. */
interface FilesOnNode {
  realPath(node: FileNode): string;
  /** Gives faults of Node the numbers that Postgres knows. */
  tryFSOperation<T>(work: () => T): T;
  node_ops: Record<'mknod' | 'symlink' | 'unlink' | 'rmdir', (parent: FileNode, ...rest: unknown[]) => unknown> & {
    rename: (node: FileNode, directory: FileNode, name: string) => unknown;
  };
  stream_ops: { fsync?: (stream: { nfd?: number }) => void };
}

interface ModuleOnNode {
  FS: { mkdirTree(path: string): void; mount(type: FilesOnNode, place: { root: string }, path: string): void };
  NODEFS: FilesOnNode;
}

/**
 * What PGlite has to be started with besides these files: without `-F`, which turns `fsync` off, and with the one way to
 * sync the log that reaches them. The default, `fdatasync`, does nothing in PGlite, and nobody is told.
 */
export const DURABLE_START = [
  ...PGlite.defaultStartParams.filter((each) => each !== '-F'),
  '-c',
  'wal_sync_method=fsync',
];

/**
 * The files of a database of PGlite, in a directory of the disk, with an `fsync` that does what it says: the file is on the
 * disk, and so is every name that was given or taken before.
 */
export class DurableFiles extends NodeFS {
  private readonly directory: string;
  private readonly place: { root: string };
  private readonly changedDirectories = new Set<FileNode>();
  private readonly isNew: boolean;

  /**
   * @param directory where the database is, or is to be made.
   * @param onAbort once the engine has given itself up: there is nothing to return to.
   */
  constructor(
    directory: string,
    private readonly onAbort: () => never,
  ) {
    super(prepared(behindLinks(directory)));
    this.directory = behindLinks(directory);
    this.place = { root: this.rootDir };
    this.isNew = !isDatabase(this.rootDir);
  }

  override init(engine: PGlite, options: Preparing): ReturnType<NodeFS['init']> {
    this.pg = engine;
    const preRun = [...(options.preRun ?? []), (module: Module) => this.mount(module as unknown as ModuleOnNode)];
    return Promise.resolve({ emscriptenOpts: { ...options, preRun, onAbort: this.onAbort } });
  }

  /** To be called once the engine runs, before anything is promised. */
  settle(): void {
    if (!this.isNew) return;
    syncTree(this.place.root);
    if (this.place.root === this.directory) return;
    renameSync(this.place.root, this.directory);
    syncPlaceOf(this.directory);
    // Emscripten makes each path anew of this.
    this.place.root = this.directory;
  }

  private mount({ FS, NODEFS: files }: ModuleOnNode): void {
    FS.mkdirTree(PGlite.paths.PGDATA);
    FS.mount(files, this.place, PGlite.paths.PGDATA);
    this.noteChanges(files.node_ops);
    files.stream_ops.fsync = ({ nfd }) =>
      files.tryFSOperation(() => {
        // Directories have no descriptor; of those the changed ones are written below.
        if (nfd !== undefined) fsyncSync(nfd);
        for (const each of this.changedDirectories) {
          syncDirectory(files.realPath(each));
          this.changedDirectories.delete(each);
        }
      });
  }

  private noteChanges(operations: FilesOnNode['node_ops']): void {
    for (const name of ['mknod', 'symlink', 'unlink', 'rmdir'] as const) {
      const operation = operations[name];
      operations[name] = (parent, ...rest) => {
        this.changedDirectories.add(parent);
        return operation(parent, ...rest);
      };
    }
    const { rename } = operations;
    operations.rename = (node, directory, name) => {
      this.changedDirectories.add(node.parent).add(directory);
      return rename(node, directory, name);
    };
  }
}

/**
 * Where the engine is to begin. A database is made aside and then renamed, so that a loss of power in the middle leaves
 * none; one that is there is synced, since a build that did not do so, or a copy, may have left it.
 */
function prepared(directory: string): string {
  if (isDatabase(directory)) {
    // Says who uses the directory, which our own lock does better; cut off, it would keep the engine from starting.
    rmSync(join(directory, 'postmaster.pid'), { force: true });
    syncTree(directory);
    return directory;
  }
  // Making one begins with that file.
  if (existsSync(join(directory, 'global/pg_control')))
    throw new Error(
      `The database in ${directory} is not whole: its file PG_VERSION is missing. Put it back, or restore a backup.`,
    );
  if (isFixed(directory)) return directory;
  // Whatever this was, it is not ours to remove.
  if (existsSync(directory) && readdirSync(directory).length > 0) renameSync(directory, `${directory}.${Date.now()}`);
  const aside = `${directory}.new`;
  rmSync(aside, { recursive: true, force: true });
  return aside;
}

/** Emscripten takes a link at the root of its files for a file. */
function behindLinks(directory: string): string {
  return existsSync(directory) ? realpathSync(directory) : resolve(directory);
}

const isDatabase = (directory: string): boolean => existsSync(join(directory, 'PG_VERSION'));

/** Whether no other directory can take its place: it is a link, or a disk of its own. Windows moves none with an open file. */
export function isFixed(directory: string): boolean {
  if (process.platform === 'win32') return true;
  const entry = lstatSync(directory, { throwIfNoEntry: false });
  return entry !== undefined && (entry.isSymbolicLink() || entry.dev !== lstatSync(dirname(directory)).dev);
}
