import type { Row } from '../row.contract.js';
import { authorization } from './authorization.js';
import { handshake } from './handshake.js';
import { payloads } from './payloads.js';

/** In the order in which they are played. */
export const ROWS: readonly Row[] = [...handshake, ...authorization, ...payloads];
