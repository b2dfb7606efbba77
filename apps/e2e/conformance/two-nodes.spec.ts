import { describe } from '@jest/globals';
import { conform } from './suite.js';
import { onPostgres } from './venue.js';

describe('two nodes', () => {
  conform(() => onPostgres(2));
});
