import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@parley/testkit';

/** Where it is on this machine; undefined where it is not. */
export const CLAMD = process.env.PARLEY_TEST_CLAMD;

/** What the daemon of the tests takes for harmful. It is not. */
export const MARKER = Buffer.from('the harmless marker of these tests');
/** It looks at no more. */
export const STREAM_MAX_BYTES = 2_097_152;

/** ClamAV's daemon with one signature of our own, on a socket in a directory of its own. */
export class TestClamd {
  private readonly directory = mkdtempSync(join(tmpdir(), 'parley-clamd-'));
  private readonly socket = join(this.directory, 'clamd.sock');
  private process: ChildProcess | null = null;

  get url(): string {
    return `unix://${this.socket}`;
  }

  async start(): Promise<void> {
    const { directory, socket } = this;
    writeFileSync(join(directory, 'tests.ndb'), `Parley.Test.Marker:0:*:${MARKER.toString('hex')}\n`);
    const config = join(directory, 'clamd.conf');
    const limit = `StreamMaxLength ${STREAM_MAX_BYTES}`;
    writeFileSync(config, `DatabaseDirectory ${directory}\nLocalSocket ${socket}\nForeground yes\n${limit}\n`);
    this.process = spawn(CLAMD ?? 'clamd', ['--config-file', config], { stdio: 'ignore' });
    await eventually('the scanner listens', () => canConnect(socket), 30_000);
  }

  /** As a crash would. */
  async kill(): Promise<void> {
    if (this.process?.exitCode !== null || this.process.signalCode !== null) return;
    const gone = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await gone;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.directory, { recursive: true });
  }
}

function canConnect(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
