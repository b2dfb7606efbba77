import { describe, expect, it } from '@jest/globals';
import { isPythonThere } from '../python/python-program.js';
import { order } from './behaviours/order.js';
import { syncing } from './behaviours/syncing.js';
import { conform } from './suite.js';
import { TRANSPORTS } from './transports.js';
import { DEPLOYMENTS } from './venue.js';

/** All behaviours: `npm run conformance -- --over python`. */
describe('one node on the embedded database, over the client for Python', () => {
  if (isPythonThere())
    conform(DEPLOYMENTS.embedded.start, {
      chosen: { order, sync: syncing },
      transport: { ...TRANSPORTS.python, lacks: {} },
    });
  else it('is not tried without Python', () => expect(isPythonThere()).toBe(false));
});
