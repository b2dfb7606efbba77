import { describe } from '@jest/globals';
import { conform } from './suite.js';
import { STOMP } from './transports.js';
import { embedded } from './venue.js';

describe('one node on the embedded database, over STOMP', () => {
  conform(embedded, { transport: STOMP });
});
