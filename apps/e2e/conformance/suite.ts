import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BEHAVIOURS } from './behaviours/index.js';
import { DocumentedContract } from './documented-contract.js';
import { titleOf } from './plan.js';
import { Stage } from './stage.js';
import { notExercised } from './table.js';
import { TRANSPORTS, type TransportName, type TriedTransport } from './transports.js';
import { DEPLOYMENTS, type DeploymentName, type Venue } from './venue.js';

interface Tried {
  chosen?: typeof BEHAVIOURS;
  transport?: TriedTransport;
}

/** Tries every behaviour over a transport, on a deployment that is started for it. */
export function conformOn(on: DeploymentName, over: TransportName): void {
  describe.each([titleOf({ over, on })])('%s', () => {
    conform(DEPLOYMENTS[on].start, { transport: TRANSPORTS[over] });
  });
}

/** Tries every behaviour of the contract, or those chosen, against one deployment, whatever it consists of. */
export function conform(
  start: () => Promise<Venue>,
  { chosen = BEHAVIOURS, transport = TRANSPORTS['socket.io'] }: Tried = {},
): void {
  let venue: Venue;
  let stage: Stage;
  beforeAll(async () => {
    venue = await start();
    const contract = await DocumentedContract.of(venue.urls[0] ?? '');
    stage = new Stage(venue, contract, transport.connect(contract));
  });
  afterAll(async () => {
    await transport.stop?.();
    await venue?.stop();
  });

  describe.each(Object.entries(chosen))('%s', (_group, behaviours) => {
    const had = Object.entries(behaviours).filter(([title]) => !(title in transport.lacks));
    it.each(had)('%s', async (_title, behave) => {
      try {
        await behave(stage);
        expect(stage.clear()).toEqual([]);
      } finally {
        stage.clear();
      }
    });
  });

  const lacking = Object.entries(transport.lacks);
  if (lacking.length > 0)
    it.each(lacking)('this transport lacks “%s”: %s', (title) => {
      expect(Object.values(chosen).flatMap(Object.keys)).toContain(title);
    });

  it('S0.12: every answer, acknowledgement and event was as the deployment tells in /api/docs and /api/asyncapi', () => {
    expect(Object.fromEntries(stage.coverage.contract.broken)).toEqual({});
  });
  if (chosen !== BEHAVIOURS) return;
  const unsupported = Object.entries(transport.unsupported);
  if (unsupported.length > 0)
    it.each(unsupported)('%s is answered with unsupported', async (_name, attempt) => {
      expect(await attempt(stage)).toBe('unsupported');
      expect(stage.clear()).toEqual([]);
    });
  it('every command and every event that this transport does not lack was made use of', () => {
    expect(notExercised(stage.coverage, [...unsupported.map(([name]) => name), ...(transport.byItself ?? [])])).toEqual(
      [],
    );
  });
}
