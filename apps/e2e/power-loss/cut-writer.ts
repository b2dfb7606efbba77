import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bareEnvironment, Child, type Exit, freshDirectory, ROOT } from '@parley/testkit';
import { type Cut, type CutDirectory, powerCut, requireCut } from './power-cut.js';
import type { Found } from './promises.js';

const WRITER = join(ROOT, 'apps/e2e/dist/power-loss/writer.js');

/** One writer of the embedded database after the other on a data directory; what it promises is counted from 1 on. */
export class CutWriter implements CutDirectory {
  /** What was there when it was opened last. */
  found: Found = { last: 0, whole: 0 };
  private acked = 0;

  constructor(private readonly directory: string) {}

  async cut(seed: number): Promise<Cut> {
    const { at, nodeArguments, env } = powerCut(seed);
    const before = this.acked;
    const { exit, log } = await this.write(nodeArguments, env);
    requireCut(exit, log);
    const lost = this.read(log);
    return { at, wasOpen: log.includes('found'), acked: this.acked - before, lost };
  }

  async check(): Promise<string[]> {
    const { exit, log } = await this.write([], {});
    if (exit.code !== 0) throw new Error(`It does not open (${exit.code ?? exit.signal}):\n${log}`);
    return this.read(log);
  }

  private async write(nodeArguments: string[], env: Record<string, string>): Promise<{ exit: Exit; log: string }> {
    const logs = freshDirectory('log');
    const child = new Child({
      command: process.execPath,
      args: [...nodeArguments, WRITER],
      env: { ...bareEnvironment(), DATA_DIR: this.directory, ...env },
      logFile: join(logs, 'writer.log'),
    });
    const exit = await child.exited;
    const log = readFileSync(join(logs, 'writer.log'), 'utf8');
    rmSync(logs, { recursive: true });
    return { exit, log };
  }

  /** Reads what was found and promised. @returns what is not as it was promised before. */
  private read(log: string): string[] {
    const facts = log
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { found?: Found; acked?: number });
    const lost: string[] = [];
    for (const { found, acked = this.acked } of facts) {
      this.found = found ?? this.found;
      if (found && (found.last < acked || found.whole !== found.last)) {
        lost.push(`promised up to ${acked}, found up to ${found.last}, of which ${found.whole} are whole`);
      }
      this.acked = acked;
    }
    return lost;
  }
}
