import { existsSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The repository's root, from the sources as well as from what they are compiled to. */
export const ROOT = findRoot(import.meta.dirname);

/** What `npm start` starts. */
export const SERVER = join(ROOT, 'apps/api/dist/bundle/main.js');

/** The same, each module a file of its own: for what reaches into one. */
export const SERVER_IN_FILES = join(ROOT, 'apps/api/dist/main.js');

/** A fresh directory below the system's temporary one. The caller removes it. */
export function freshDirectory(purpose: string): string {
  return mkdtempSync(join(tmpdir(), `parley-${purpose}-`));
}

/**
 * A TCP port on the loopback address that no process listens on just now. It lies below those that systems give to
 * outgoing connections, so that a listener may go away and find it free again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 22_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const probe = createServer();
  probe.once('error', () => resolve(false));
  probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  return promise;
}

function findRoot(start: string): string {
  let directory = start;
  while (!existsSync(join(directory, 'pnpm-workspace.yaml'))) {
    const above = dirname(directory);
    if (above === directory) throw new Error(`No pnpm-workspace.yaml above ${start}.`);
    directory = above;
  }
  return directory;
}
