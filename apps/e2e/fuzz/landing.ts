import { setTimeout as sleep } from 'node:timers/promises';
import type { Device } from './device.js';
import { NO_FAULTS } from './disturbed-line.js';

const TIMEOUT_MS = 45_000;
const POLL_MS = 60;

/**
 * The storm is over: every device comes back over a new connection, one in five over a line that is slow, and sends what
 * it has left. Resolves when all stand where the server stands; or, after a long while, with what is still missing.
 */
export async function land(devices: Device[]): Promise<string[]> {
  for (const [number, device] of devices.entries()) {
    device.line.isClogged = number % 5 === 0;
    device.line.faults = NO_FAULTS;
    device.line.comeBack();
    device.line.cut();
  }
  const until = performance.now() + TIMEOUT_MS;
  for (;;) {
    const missing = await whatIsMissing(devices);
    if (missing.length === 0 || performance.now() > until) {
      for (const { line } of devices) line.isClogged = false;
      return missing;
    }
    await sleep(POLL_MS);
  }
}

async function whatIsMissing(devices: Device[]): Promise<string[]> {
  const missing: string[] = [];
  for (const device of devices) {
    if (!device.isRunning) missing.push(`${device.name} is between two lives`);
    else if (!device.isOnline) {
      device.client.retryNow();
      missing.push(`${device.name} is ${device.client.connection.getSnapshot().state}`);
    } else {
      const waiting = (await device.outbox()).filter(({ failure }) => !failure);
      for (const { clientMessageId, conversationId } of waiting) {
        missing.push(`${device.name} has not sent ${clientMessageId} to ${conversationId}`);
      }
    }
  }
  if (missing.length > 0) return missing;
  return behind(devices);
}

/** Those whose list does not show the versions that the server answers. */
async function behind(devices: Device[]): Promise<string[]> {
  await Promise.all(devices.map((device) => device.client.flush()));
  const missing: string[] = [];
  for (const [guest, own] of Map.groupBy(devices, (device) => device.guest)) {
    const heads = (await guest.rest.conversations()).map(({ id, version }) => `${id}: ${version}`).toSorted();
    for (const device of own) {
      const { items } = device.client.conversations.getSnapshot();
      const held = items.map(({ id, version }) => `${id}: ${version}`).toSorted();
      if (held.join() !== heads.join())
        missing.push(`${device.name} stands at ${held.join()}; the server at ${heads.join()}`);
    }
  }
  return missing;
}
