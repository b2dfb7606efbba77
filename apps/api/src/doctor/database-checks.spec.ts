import { expect, it } from '@jest/globals';
import { databaseFacts } from '../database/database-facts.js';
import { COMMON, OF_SERVERS } from './database-checks.js';
import { findingsOf } from './finding.js';

type Server = Parameters<(typeof OF_SERVERS)[number]>[0];

const GOOD: Server = {
  ...{ version: 15, words: '15.1', encoding: 'UTF8', knowsLetters: true, rules: { made: null, now: null }, bytes: 1 },
  ...{ role: 'parley', schema: 'public', mayCreate: true, migrations: 0, isNewer: false },
  ...{
    unsafe: [],
    autovacuum: true,
    readOnly: false,
    room: 90,
    nodes: 0,
    isEncrypted: false,
    skewMs: 5,
    isLocal: true,
  },
};

const besides = (facts: Partial<Server>) => {
  const all = { ...GOOD, ...facts };
  const found = [...findingsOf('database', all, COMMON), ...findingsOf('database', all, OF_SERVERS)];
  return found.flatMap(({ level, sentence }) => (level === 'ok' ? [] : [`${level}: ${sentence}`]));
};

// What the machines of tests do not have: clocks that go wrong, a network, a newer build.
it.each<[string, Partial<Server>, RegExp | null]>([
  ['that all is well', {}, null],
  ['clocks a little apart', { skewMs: 2_500 }, /^warning: .* 2500 ms apart\.$/],
  ['clocks far apart', { skewMs: 90_000 }, /^error: .* 90000 ms apart\. Tokens/],
  ['a network without TLS', { isLocal: false }, /^warning: The way there is not encrypted/],
  ['nothing of TLS where there is some', { isLocal: false, isEncrypted: true }, null],
  ['a newer build', { migrations: null, isNewer: true }, /^warning: Its tables are of a newer build/],
  ['another build', { migrations: null }, /^error: Its tables are of another build/],
  ['an older build', { migrations: 1, mayCreate: false }, /^error: The role parley may not make tables/],
])('the doctor says of a database %s', (_what, facts, sentence) => {
  expect(besides(facts)).toEqual(sentence === null ? [] : [expect.stringMatching(sentence)]);
});

it('a server that is too old is named before it is asked what it does not know', async () => {
  const session = {
    query: async <T>(text: string): Promise<T[]> => {
      if (text.includes('datcollversion')) throw new Error('column d.datcollversion does not exist');
      return [{ version: 14, words: '14.9' } as T];
    },
  };
  await expect(databaseFacts(session)).rejects.toThrow('PostgreSQL 14.9 is too old, 15 or later is needed');
});
