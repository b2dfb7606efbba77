import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BEHAVIOURS } from './behaviours/index.js';
import { DocumentedContract } from './documented-contract.js';
import { Stage } from './stage.js';
import { notExercised } from './table.js';
import type { Venue } from './venue.js';

/** Tries every behaviour of the contract, or those chosen, against one deployment, whatever it consists of. */
export function conform(start: () => Promise<Venue>, chosen: typeof BEHAVIOURS = BEHAVIOURS): void {
  let venue: Venue;
  let stage: Stage;
  beforeAll(async () => {
    venue = await start();
    stage = new Stage(venue, await DocumentedContract.of(venue.urls[0] ?? ''));
  });
  afterAll(() => venue?.stop());

  describe.each(Object.entries(chosen))('%s', (_group, behaviours) => {
    it.each(Object.entries(behaviours))('%s', async (_title, behave) => {
      try {
        await behave(stage);
        expect(stage.clear()).toEqual([]);
      } finally {
        stage.clear();
      }
    });
  });

  it('S0.12: every answer, acknowledgement and event was as the deployment tells in /api/docs and /api/asyncapi', () => {
    expect(Object.fromEntries(stage.coverage.contract.broken)).toEqual({});
  });
  if (chosen !== BEHAVIOURS) return;
  it('every command and every event that this version offers was made use of', () => {
    expect(notExercised(stage.coverage)).toEqual([]);
  });
}
