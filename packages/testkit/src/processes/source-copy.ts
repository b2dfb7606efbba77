import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ROOT } from './places.js';

const COPIED = [
  'apps',
  'packages',
  'drizzle',
  'package.json',
  'pnpm-workspace.yaml',
  'tsconfig.json',
  'tsconfig.base.json',
];

/** `from` is in the file exactly once: a change of the sources that moves it away is reported as a fault. */
export interface Patch {
  file: string;
  from: string;
  to: string;
}

/** How a script of the copy ended, and all that it printed. */
export interface Ran {
  succeeded: boolean;
  output: string;
}

/** The sources in a temporary directory, to be broken there. It shares what is installed. */
export class SourceCopy {
  private constructor(
    readonly directory: string,
    private readonly project: string,
  ) {}

  /** `project`: what is compiled, with all that it is built on. It is removed when this process ends. */
  static make(project = '.'): SourceCopy {
    const directory = mkdtempSync(join(tmpdir(), 'parley-broken-'));
    process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
    copySources(directory);
    return new SourceCopy(directory, project);
  }

  /** What `npm start` would start there. */
  get server(): string {
    return join(this.directory, 'apps/api/dist/main.js');
  }

  /** Breaks it for the time of `work`, compiled. @throws where a place is not found, or it does not compile. */
  async broken<T>(patches: readonly Patch[], work: () => Promise<T>): Promise<T> {
    const files = [...new Set(patches.map(({ file }) => join(this.directory, file)))];
    const before = files.map((path) => [path, readFileSync(path, 'utf8')] as const);
    try {
      for (const { file, from, to } of patches) replace(join(this.directory, file), from, to);
      await this.compile();
      return await work();
    } finally {
      for (const [path, text] of before) writeFileSync(path, text);
    }
  }

  async compile(): Promise<void> {
    const { succeeded, output } = await this.run(['node_modules/typescript/bin/tsc', '-b', this.project]);
    if (!succeeded) throw new Error(`The copy does not compile:\n${output}`);
  }

  /** Runs a script of the copy to its end. */
  run(args: readonly string[]): Promise<Ran> {
    const { promise, resolve, reject } = Promise.withResolvers<Ran>();
    const child = spawn(process.execPath, args, { cwd: this.directory, stdio: ['ignore', 'pipe', 'pipe'] });
    const end = () => child.kill();
    process.once('exit', end);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('exit', end);
      resolve({ succeeded: code === 0, output });
    });
    return promise;
  }
}

function replace(path: string, from: string, to: string): void {
  const parts = readFileSync(path, 'utf8').split(from);
  if (parts.length !== 2) throw new Error(`${path} has this ${parts.length - 1} times, not once:\n${from}`);
  writeFileSync(path, parts.join(to));
}

function copySources(copy: string): void {
  const filter = (path: string) => basename(path) !== 'node_modules';
  for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true, filter });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  // Links between packages are relative: copied as they are, they lead to the copy's own.
  for (const group of ['apps', 'packages']) {
    for (const workspace of readdirSync(join(ROOT, group))) {
      const links = join(group, workspace, 'node_modules');
      if (!existsSync(join(ROOT, links))) continue;
      mkdirSync(join(copy, group, workspace), { recursive: true });
      cpSync(join(ROOT, links), join(copy, links), { recursive: true, verbatimSymlinks: true, force: true });
    }
  }
}
