import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bareEnvironment, Child, freePort, freshDirectory } from '@parley/testkit';
import type { FilePlace } from './file-transfers.js';

/** Node alone as a server of files, in a process of its own. */
export class PlainFiles {
  private constructor(
    private readonly child: Child,
    readonly place: FilePlace,
    private readonly directory: string,
  ) {}

  static async start(): Promise<PlainFiles> {
    const [port, directory] = [await freePort(), freshDirectory('plain-files')];
    const child = new Child({
      command: process.execPath,
      args: [fileURLToPath(import.meta.resolve('./plain-file-server.js'))],
      env: { ...bareEnvironment(), PORT: String(port), DIRECTORY: directory },
      logFile: join(directory, 'log'),
    });
    await sleep(1000);
    if (child.exit !== null) throw new Error(`The plain server ended at its start:\n${child.log()}`);
    return new PlainFiles(child, { url: `http://127.0.0.1:${port}`, path: '', token: '', pid: child.pid }, directory);
  }

  async stop(): Promise<void> {
    await this.child.end('SIGTERM');
    rmSync(this.directory, { recursive: true, force: true });
  }
}
