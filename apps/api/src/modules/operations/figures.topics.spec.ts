import { expect, it } from '@jest/globals';
import { FIGURES_ANSWERED, FIGURES_ASKED } from './figures.topics.js';

const ID = '018f0000-0000-7000-8000-000000000000';
const process = { cpuMs: 1, busyMs: 1, idleMs: 1, heapBytes: 1, residentBytes: 1 };
const totals = { messages: 1, deliveries: 1, connections: 1, commands: 1, requests: 1, refusals: 1, defects: 1 };
const figures = {
  host: 'here',
  pid: 1,
  worker: null,
  version: '1.0.0',
  startedAt: '2026-12-01T00:00:00.000Z',
  sockets: { socketio: 1, websocket: 0, stomp: 0, forum: 0 },
  ...{ polling: 0, users: 1, conversations: 1 },
  totals: { ...totals, budgetsSpent: 1, slowConsumers: 1, gaps: 1 },
  deliverySeconds: { bounds: [1], counts: [0, 1] },
  process,
  database: { isUp: true, ms: 0.4, busy: 0, idle: 1, waiting: 0 },
  link: { part: 'redis', isUp: true, ms: null, unsent: 0 },
  missing: ['scanner'],
};
const answer = { question: ID, nodeId: ID, figures };

it('figures of another node are taken as they are', () => {
  expect(FIGURES_ASKED.decode({ question: ID })).toEqual({ question: ID });
  expect(FIGURES_ANSWERED.decode(answer)).toEqual(answer);
  const alone = { ...answer, figures: { ...figures, link: null } };
  expect(FIGURES_ANSWERED.decode(alone)).toEqual(alone);
});

it.each([
  ['nothing', null],
  ['a text', 'x'],
  ['an answer to no question', { ...answer, question: 7 }],
  ['an answer of nobody', { ...answer, nodeId: 'x' }],
  ['no figures', { ...answer, figures: null }],
  ['a figure less', { ...answer, figures: { ...figures, process: { ...process, cpuMs: undefined } } }],
  ['a figure more', { ...answer, figures: { ...figures, more: 1 } }],
  ['a figure that is none', { ...answer, figures: { ...figures, users: '1' } }],
  ['a text without end', { ...answer, figures: { ...figures, host: 'x'.repeat(256) } }],
  ['a list without end', { ...answer, figures: { ...figures, missing: Array.from({ length: 65 }, () => 'x') } }],
])('%s is not, and no listener hears of it', (_, value) => {
  expect(FIGURES_ANSWERED.decode(value)).toBeNull();
  expect(FIGURES_ASKED.decode(value)).toEqual((value as { question?: unknown } | null)?.question === ID ? value : null);
});
