import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SdkError } from '@parley/client';
import { freshDirectory } from '@parley/testkit';
import type { Device } from './device.js';
import { createDevices } from './devices.js';
import { FREQUENT_FAULTS, NO_FAULTS } from './disturbed-line.js';
import { type Figures, figuresOf, sumUp } from './figures.js';
import { createFixture, type Fixture } from './fixture.js';
import { inspect } from './inspection.js';
import { land } from './landing.js';
import { OPERATIONS, type Turn } from './operations.js';
import { Pace } from './pace.js';
import { Random } from './random.js';
import type { SeedRecord } from './rows-oracle.js';
import { type Step, writeScript } from './script.js';

const CAST = { users: 5, devicesEach: 3, conversations: 3 };

/**
 * Codes with which an operation may be refused: what it was done to may have changed, the device may be away, and on a
 * busy machine some wait too long for a conversation's lock.
 */
const LEGITIMATE: ReadonlySet<string> = new Set([
  'not_found',
  'forbidden',
  'conflict',
  'service_unavailable',
  'network',
  'offline',
  'timeout',
]);

export interface SeedOutcome {
  /** Sentences, each beginning with the letter of its oracle. */
  faults: string[];
  /** Null where the devices never came to rest. */
  record: SeedRecord | null;
  figures: Figures;
}

/** Plays one seed on a node that others have played on: with people and conversations of its own. */
export async function runSeed(url: string, seed: number, operations: number): Promise<SeedOutcome> {
  const directory = freshDirectory(`fuzz-${seed}`);
  const fixture = await createFixture(url, seed, CAST.users, CAST.conversations);
  const random = new Random(`faults ${seed}`);
  const devices = createDevices(fixture, { url, directory, devicesEach: CAST.devicesEach, random });
  try {
    const run = new SeedRun(devices, fixture);
    await run.board();
    await run.play(writeScript(seed, operations, CAST));
    const missing = await land(devices);
    const { faults, record, compared } =
      missing.length > 0 ? notLanded(missing) : await inspect({ seed, url, fixture, devices });
    const figures = sumUp([run.figures(), ...devices.map(figuresOf), compared]);
    return { faults: [...run.faults, ...faults], record, figures };
  } finally {
    await Promise.all(devices.filter(({ isRunning }) => isRunning).map((device) => device.stop()));
    rmSync(directory, { recursive: true, force: true });
  }
}

function notLanded(missing: string[]) {
  const faults = missing.map((sentence) => `(q) not at rest: ${sentence}`);
  return { faults, record: null, compared: {} };
}

class SeedRun {
  readonly faults: string[] = [];
  private readonly refusals = new Map<string, number>();
  private readonly pace = new Pace();
  private done = 0;

  constructor(
    private readonly devices: Device[],
    private readonly fixture: Fixture,
  ) {}

  /** Brings every device online without faults; some open a conversation. */
  async board(): Promise<void> {
    for (const device of this.devices) {
      device.line.faults = NO_FAULTS;
      device.start();
    }
    for (const [number, device] of this.devices.entries()) {
      while (!device.isOnline) await sleep(5);
      device.open(this.fixture.conversations[number % CAST.conversations] as string);
    }
  }

  async play(script: Step[]): Promise<void> {
    for (const device of this.devices) device.line.faults = FREQUENT_FAULTS;
    for (const [number, step] of script.entries()) {
      await this.pace.turn();
      if (number % 5 === 0) this.comeBack();
      const device = this.devices[step.device] as Device;
      const conversationId = this.fixture.conversations[step.conversation] as string;
      if (device.isRunning)
        this.pace.track(this.operate({ device, conversationId, fixture: this.fixture, step, number }));
    }
    await this.pace.end();
  }

  /** Has disconnected devices retry at once, as a user who looks at one would. */
  private comeBack(): void {
    for (const device of this.devices) {
      if (device.isRunning && !device.isOnline && !device.line.isGone) device.client.retryNow();
    }
  }

  figures(): Figures {
    const refused = [...this.refusals].map(([code, times]) => [`refused ${code}`, times] as const);
    return { operations: this.done, ...Object.fromEntries(refused) };
  }

  private async operate(turn: Turn): Promise<void> {
    const { kind } = turn.step;
    try {
      await OPERATIONS[kind](turn);
      this.done += 1;
    } catch (fault) {
      const code = fault instanceof SdkError ? fault.code : 'no refusal';
      this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
      if (!LEGITIMATE.has(code))
        this.faults.push(`(r) step ${turn.number}, ${kind} by ${turn.device.name}: ${String(fault)}`);
    }
  }
}
