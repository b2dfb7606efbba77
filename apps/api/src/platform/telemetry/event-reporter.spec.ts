import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { ParleyError } from '../../kernel/errors.js';
import { Distribution } from './distribution.js';
import { EventReporter } from './event-reporter.js';
import { createLog } from './log.js';
import { ReturningUsers } from './returning-users.js';

function reporting() {
  const lines: Record<string, unknown>[] = [];
  const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line)) });
  const reporter = new EventReporter(log);
  return { lines, counters: reporter.counters, reporter };
}

it('an event is logged and counted together, by its labels', () => {
  const { lines, counters, reporter } = reporting();
  const facts = { userId: 'u', transport: 'socketio', command: 'sync', requestId: 'r' };
  reporter.commandFailed(new ParleyError('not_found'), facts);
  reporter.commandFailed(new ParleyError('not_found'), { ...facts, command: 'whatever a client calls it' });
  reporter.commandFailed(new ParleyError('internal', {}, { cause: new Error('ours') }), facts);
  expect(lines.map(({ msg, level, code }) => [msg, level, code])).toEqual([
    ['refused', 'info', 'not_found'],
    ['refused', 'info', 'not_found'],
    ['a command failed', 'error', 'internal'],
  ]);
  expect(counters.of('commands_failed_total', { transport: 'socketio', code: 'not_found' })).toBe(2);
  expect(counters.of('commands_failed_total', { transport: 'socketio', code: 'internal' })).toBe(1);
});

it('what happens with every message is counted, and logged only at the level trace', () => {
  const { lines, counters, reporter } = reporting();
  for (let i = 0; i < 3; i += 1) reporter.committed('message:new');
  reporter.delivered('message:new');
  expect(lines).toEqual([]);
  expect(counters.of('changes_committed_total', { event: 'message:new' })).toBe(3);
  expect(counters.of('changes_delivered_total', { event: 'message:new' })).toBe(1);
  expect(counters.of('changes_committed_total', { event: 'message:edited' })).toBe(0);
});

it('S4.47: a label that takes ever new values is counted under one name, and nothing is lost', () => {
  const { counters } = reporting();
  for (let i = 0; i < 1_000; i += 1) counters.add('spam_found_total', { rule: `rule ${i}` });
  const series = [...counters.seriesOf('spam_found_total')];
  expect(series.length).toBeLessThan(200);
  expect(series.reduce((sum, { value }) => sum + value, 0)).toBe(1_000);
  expect(counters.of('spam_found_total', { rule: 'other' })).toBeGreaterThan(800);
});

it('S4.47: a distribution counts each value between two bounds, the upper one included', () => {
  const distribution = new Distribution([1, 2, 5]);
  for (const value of [0, 1, 1.5, 2, 2.1, 5, 6, 1e9]) distribution.observe(value);
  expect([distribution.counts, distribution.sum]).toEqual([[2, 2, 2, 2], 1e9 + 17.6]);
});

it('S4.47: who comes back within a minute of an ending has returned, once for each', () => {
  const clock = { now: 0 };
  const returning = new ReturningUsers(() => clock.now);
  returning.ended('ada');
  returning.ended('bob');
  expect([returning.returns('ada'), returning.returns('ada'), returning.returns('eve')]).toEqual([true, false, false]);
  clock.now += 60_001;
  expect(returning.returns('bob')).toBe(false);
});

it('every event has one caller, or one for each place that it names, so that nothing is counted twice or by a part of its cases', () => {
  const root = join(import.meta.dirname, '../..');
  const files = globSync('**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.spec.ts'));
  const code = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
  const events: string[] = [];
  for (let one = EventReporter.prototype; one !== Object.prototype; one = Object.getPrototypeOf(one))
    events.push(...Object.getOwnPropertyNames(one).filter((name) => name !== 'constructor'));
  for (const event of events) {
    const places = [...code.matchAll(new RegExp(`reporter\\??\\.${event}\\(('\\w+',)?`, 'g'))].map(
      ([, place]) => place,
    );
    expect({ event, places }).toEqual({ event, places: [...new Set(places)] });
    expect(places.includes(undefined) ? places : places.slice(0, 1)).toHaveLength(1);
  }
});
