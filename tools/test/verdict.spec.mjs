import { describe, expect, test } from '@jest/globals';
import { afterSecondTry, obstacleTo, secondTries, verdict } from './verdict.mjs';

const JEST_FAILED = 'jest ended with code 1';
const passed = { status: 'passed', fullName: 'holds' };
const results = (tests, broken = []) => ({ tests, broken, seconds: 2 });

describe('a suite', () => {
  test('has passed where all of its tests have', () => {
    const expected = { passed: 2, failed: 0, problems: [], seconds: 2 };
    expect(verdict(null, results([passed, passed]), false)).toEqual(expected);
  });

  test('has failed by as many tests as failed', () => {
    const failed = { status: 'failed', fullName: 'fails' };
    expect(verdict(null, results([passed, failed]), false)).toMatchObject({ passed: 1, failed: 1, problems: [] });
  });

  test.each(['pending', 'todo'])('has failed where a test is %s, and names it', (status) => {
    const idle = { status, fullName: 'is idle' };
    const problems = ['1 tests are skipped or to do: is idle'];
    expect(verdict(null, results([passed, idle]), false)).toMatchObject({ passed: 1, failed: 1, problems });
  });

  test('has failed where a file could not run', () => {
    const problems = ['test files that could not run: a.spec.ts'];
    expect(verdict(null, results([passed], ['a.spec.ts']), false)).toMatchObject({ passed: 1, failed: 1, problems });
  });

  test('has failed where it has no tests, unless only some were asked for', () => {
    expect(verdict(null, undefined, false)).toMatchObject({ passed: 0, failed: 1, problems: ['no tests'] });
    expect(verdict(null, undefined, true)).toMatchObject({ passed: 0, failed: 0, problems: [] });
  });

  test('has failed where jest ended otherwise, with and without results', () => {
    const problems = [JEST_FAILED];
    expect(verdict(JEST_FAILED, results([passed]), false)).toMatchObject({ passed: 1, failed: 1, problems });
    expect(verdict(JEST_FAILED, undefined, true)).toMatchObject({ passed: 0, failed: 1, problems });
  });
});

describe('a second try', () => {
  const test1 = (file, status = 'failed') => ({ file, status, fullName: 'holds' });
  const journeys = ['a', 'b', 'c', 'd'].map((name) => `apps/e2e/journeys/${name}.spec.ts`);
  const [a, b, c] = journeys;

  test('is for the few journeys in which something failed', () => {
    expect(secondTries(results([test1(a), test1(a), test1(b, 'passed')], [c]))).toEqual([a, c]);
    expect(secondTries(results(journeys.map((file) => test1(file))))).toEqual([]);
    expect(secondTries(undefined)).toEqual([]);
  });

  test.each(['apps/e2e/durability/kill.spec.ts', 'apps/api/test/order.spec.ts'])('is for none with %s', (file) => {
    expect(secondTries(results([test1(a), test1(file)]))).toEqual([]);
  });

  test('takes the place of the first for its files alone', () => {
    const first = results([test1('a'), test1('b', 'passed')]);
    const again = afterSecondTry(first, results([test1('a', 'passed')]), ['a']);
    expect(verdict(null, again, false)).toEqual({ passed: 2, failed: 0, problems: [], seconds: 4 });
    expect(verdict(null, afterSecondTry(first, results([test1('a')]), ['a']), false)).toMatchObject({ failed: 1 });
  });

  test('changes nothing where a file did not run in it', () => {
    const first = results([test1('a')]);
    expect(afterSecondTry(first, undefined, ['a'])).toBe(first);
    expect(afterSecondTry(first, results([]), ['a'])).toBe(first);
  });
});

describe('a machine without what a suite needs', () => {
  const suite = { needs: [{ part: 'redis', sentence: 'no redis-server found' }] };

  test('does not run it, which only CI calls a failure', () => {
    const sentence = 'not run: no redis-server found';
    expect(obstacleTo(suite, { redis: {} }, false)).toEqual({ sentence, fails: false });
    expect(obstacleTo(suite, { redis: {} }, true)).toEqual({ sentence, fails: true });
    expect(obstacleTo(suite, { redis: { value: '/usr/bin/redis-server' } }, true)).toBeNull();
  });

  test('fails where what it names does not work', () => {
    const sentence = 'not run: redis: does not start';
    expect(obstacleTo(suite, { redis: { error: 'does not start' } }, false)).toEqual({ sentence, fails: true });
  });
});
