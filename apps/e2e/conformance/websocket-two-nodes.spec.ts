import { describe } from '@jest/globals';
import { conform } from './suite.js';
import { WEBSOCKET } from './transports.js';
import { onPostgres } from './venue.js';

describe('two nodes, over plain WebSockets', () => {
  conform(() => onPostgres(2), { transport: WEBSOCKET });
});
