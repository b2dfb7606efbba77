import { describe } from '@jest/globals';
import { conform } from './suite.js';
import { WEBSOCKET } from './transports.js';
import { embedded } from './venue.js';

describe('one node on the embedded database, over plain WebSockets', () => {
  conform(embedded, { transport: WEBSOCKET });
});
