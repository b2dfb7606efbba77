import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a process is killed: around a call of this kind for a path with this in it, the first one or the `nth`. */
export interface Step {
  when: 'before' | 'after';
  call: 'mkdir' | 'rename' | 'rm';
  path: string;
  nth?: number;
}

/** What a process runs before its own program, to die by `kill -9` at the step that stands in a file. */
const preload = (file: string) => `
  import fs from 'node:fs/promises';
  import { existsSync, readFileSync, rmSync } from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  let calls = 0;
  const at = (when, call, path) => {
    if (!existsSync(${JSON.stringify(file)})) return;
    const step = JSON.parse(readFileSync(${JSON.stringify(file)}, 'utf8'));
    if (step.when !== when || step.call !== call || !String(path).includes(step.path)) return;
    calls += 1;
    if (calls < (step.nth ?? 1)) return;
    rmSync(${JSON.stringify(file)});
    process.kill(process.pid, 'SIGKILL');
  };
  for (const call of ['mkdir', 'rename', 'rm']) {
    const original = fs[call];
    fs[call] = async (path, ...more) => {
      at('before', call, path);
      const made = await original(path, ...more);
      at('after', call, path);
      return made;
    };
  }
  syncBuiltinESMExports();
`;

/** Kills processes in the middle of what they do with files. */
export class KilledAtStep {
  private readonly folder = mkdtempSync(join(tmpdir(), 'killed-at-step-'));
  private readonly step = join(this.folder, 'step.json');
  private readonly preload = join(this.folder, 'preload.mjs');

  constructor() {
    writeFileSync(this.preload, preload(this.step));
  }

  /** With which a process of Node is to be started. */
  get nodeArguments(): string[] {
    return ['--import', this.preload];
  }

  /** The process that comes there next. */
  at(step: Step): void {
    writeFileSync(this.step, JSON.stringify(step));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
