import type { Row } from '../row.contract.js';
import { accounts, guessing } from './accounts.js';
import { authorization } from './authorization.js';
import { bombRows } from './bombs.js';
import { content } from './content.js';
import { exhaustion } from './exhaustion.js';
import { files } from './files.js';
import { handshake } from './handshake.js';
import { hygiene } from './hygiene.js';
import { limits } from './limits.js';
import { payloads } from './payloads.js';
import { plainWebSocket } from './plain-websocket.js';
import { restarts } from './restart.js';
import { statements } from './statements.js';
import { overStomp } from './stomp.js';

/** In the order in which they are played. */
export const ROWS: readonly Row[] = [
  ...handshake,
  ...plainWebSocket,
  ...overStomp,
  ...authorization,
  ...payloads,
  ...accounts,
  ...content,
  ...files,
  ...bombRows,
  ...exhaustion,
  ...hygiene,
  ...statements,
  ...limits,
  ...restarts,
  ...guessing,
];
