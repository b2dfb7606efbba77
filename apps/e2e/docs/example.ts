import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bareEnvironment, Child, type Exit, freshDirectory, ROOT } from '@parley/testkit';

const TIMEOUT_MS = 30_000;

/** Runs a documented example against a node, as its reader would: a module of its own beside its packages. */
export async function runExample(code: string, url: string): Promise<Exit & { printed: string }> {
  const directory = freshDirectory('example');
  try {
    symlinkSync(join(ROOT, 'apps/e2e/node_modules'), join(directory, 'node_modules'));
    writeFileSync(join(directory, 'example.mjs'), code);
    const child = new Child({
      command: process.execPath,
      args: ['example.mjs'],
      cwd: directory,
      env: { ...bareEnvironment(), PARLEY_URL: url },
      logFile: join(directory, 'printed.txt'),
    });
    const timer = setTimeout(() => child.signal('SIGKILL'), TIMEOUT_MS);
    const exit = await child.exited;
    clearTimeout(timer);
    return { ...exit, printed: child.log() };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
