import { expect, it } from '@jest/globals';
import { ParleyError } from '../../kernel/errors.js';
import { Counters } from './counters.js';
import { EventReporter } from './event-reporter.js';
import { createLog } from './log.js';

function reporting() {
  const lines: Record<string, unknown>[] = [];
  const counters = new Counters();
  const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line)) });
  return { lines, counters, reporter: new EventReporter(log, counters) };
}

it('an event is logged and counted together, by what is to be told apart', () => {
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

it('what happens with every message is counted, and not logged unless asked for', () => {
  const { lines, counters, reporter } = reporting();
  for (let i = 0; i < 3; i += 1) reporter.committed('message:new');
  reporter.delivered('message:new');
  expect(lines).toEqual([]);
  expect(counters.of('changes_committed_total', { event: 'message:new' })).toBe(3);
  expect(counters.of('changes_delivered_total', { event: 'message:new' })).toBe(1);
  expect(counters.of('changes_committed_total', { event: 'message:edited' })).toBe(0);
});
