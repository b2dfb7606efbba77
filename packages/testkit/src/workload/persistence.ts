import { setTimeout as sleep } from 'node:timers/promises';
import type { Device } from './device.contract.js';
import type { Outcome } from './journal.js';

const LOOK_MS = 50;
const PAUSE_MS = 200;

/** Tries again, under the same id, until it is done or refused, or `timeout` seconds are over. */
export async function persist<T>(
  device: Pick<Device, 'isReady'>,
  timeout: number,
  attempt: () => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const until = Date.now() + timeout * 1_000;
  for (;;) {
    while (!device.isReady && Date.now() < until) await sleep(LOOK_MS);
    if (Date.now() >= until) return { how: 'again' };
    const outcome = await attempt();
    if (outcome.how !== 'again') return outcome;
    await sleep(PAUSE_MS);
  }
}
