import { describe } from '@jest/globals';
import { conform } from './suite.js';
import { embedded } from './venue.js';

describe('one node on the embedded database', () => {
  conform(embedded);
});
