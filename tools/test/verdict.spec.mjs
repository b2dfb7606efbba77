import { describe, expect, test } from '@jest/globals';
import { obstacleTo, verdict } from './verdict.mjs';

const FINE = { problem: null };
const FAILED = { problem: 'jest ended with code 1' };

function results({ tests = [], broken = 0 }) {
  const count = (status) => tests.filter((each) => each.status === status).length;
  return {
    numTotalTests: tests.length,
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numPendingTests: count('pending'),
    numTodoTests: count('todo'),
    numRuntimeErrorTestSuites: broken,
    testResults: [{ assertionResults: tests }],
  };
}

const passed = { status: 'passed', fullName: 'holds' };

describe('a suite', () => {
  test('has passed where all of its tests have', () => {
    const all = results({ tests: [passed, passed] });
    expect(verdict(FINE, all, false)).toEqual({ passed: 2, failed: 0, problems: [] });
  });

  test('has failed by as many tests as failed', () => {
    const all = results({ tests: [passed, { status: 'failed', fullName: 'fails' }] });
    expect(verdict(FAILED, all, false)).toEqual({ passed: 1, failed: 1, problems: [] });
  });

  test.each(['pending', 'todo'])('has failed where a test is %s, and names it', (status) => {
    const all = results({ tests: [passed, { status, fullName: 'is idle' }] });
    const problems = ['1 tests are skipped or to do: is idle'];
    expect(verdict(FINE, all, false)).toEqual({ passed: 1, failed: 1, problems });
  });

  test('has failed where a file could not run', () => {
    const problems = ['1 test files could not run'];
    expect(verdict(FAILED, results({ tests: [passed], broken: 1 }), false)).toEqual({ passed: 1, failed: 1, problems });
  });

  test('has failed where it has no tests, unless only some were asked for', () => {
    expect(verdict(FINE, results({}), false)).toEqual({ passed: 0, failed: 1, problems: ['no tests'] });
    expect(verdict(FINE, results({}), true)).toEqual({ passed: 0, failed: 0, problems: [] });
  });

  test('has failed where jest ended otherwise, with and without results', () => {
    const late = { problem: 'not done after 30 minutes' };
    const expected = { failed: 1, problems: ['not done after 30 minutes'] };
    expect(verdict(late, results({ tests: [passed] }), false)).toEqual({ passed: 1, ...expected });
    expect(verdict(late, null, false)).toEqual({ passed: 0, ...expected });
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
