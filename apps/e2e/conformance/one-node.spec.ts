import { describe } from '@jest/globals';
import { conform } from './suite.js';
import { onPostgres } from './venue.js';

describe('one node on Postgres', () => {
  conform(() => onPostgres(1));
});
