import { describe } from '@jest/globals';
import { type Combination, readPlan, titleOf } from './plan.js';
import { conform } from './suite.js';
import { TRANSPORTS } from './transports.js';
import { DEPLOYMENTS, type Venue } from './venue.js';

/** The tests of `npm run conformance`, one deployment after the other. */
const { combinations, running } = readPlan();

describe.each(combinations.map((each) => [titleOf(each), each] as const))('%s', (_title, { over, on }: Combination) => {
  const start = on === null ? async () => given() : DEPLOYMENTS[on].start;
  conform(start, { transport: TRANSPORTS[over] });
});

function given(): Venue {
  if (!running) throw new Error('No deployment is named.');
  return { ...running, stop: async () => undefined };
}
