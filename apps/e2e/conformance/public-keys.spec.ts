import { describe } from '@jest/globals';
import { handshake } from './behaviours/handshake.js';
import { hostTokens } from './behaviours/host-tokens.js';
import { conform } from './suite.js';
import { publicKeys } from './venue.js';

describe('one node that has the host product’s keys by URL, and tokens without a key id', () => {
  conform(publicKeys, { chosen: { 'the handshake': handshake, 'tokens of the host product': hostTokens } });
});
