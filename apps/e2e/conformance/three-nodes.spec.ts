import { describe } from '@jest/globals';
import { conform } from './suite.js';
import { onPostgres } from './venue.js';

describe('three nodes', () => {
  conform(() => onPostgres(3));
});
