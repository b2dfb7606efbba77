import type { NodeFigures } from '@parley/protocol';
import { isUuid } from '../../kernel/ids.js';
import type { Topic } from '../../realtime/bus/topic.js';

interface Question {
  /** Names it in the answers. */
  question: string;
}

interface Answer extends Question {
  /** As the database has it. */
  nodeId: string;
  figures: NodeFigures;
}

type Check = (value: unknown) => boolean;

const LONGEST_TEXT = 255;
const MOST_ITEMS = 64;

const number: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const text: Check = (value) => typeof value === 'string' && value.length <= LONGEST_TEXT;
const flag: Check = (value) => typeof value === 'boolean';
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length <= MOST_ITEMS && value.every(check);
const shapeOf =
  <T>(checks: Record<keyof T, Check>): Check =>
  (value) => {
    if (typeof value !== 'object' || value === null) return false;
    const given = value as Record<string, unknown>;
    const all = Object.entries(checks) as [string, Check][];
    return Object.keys(given).length === all.length && all.every(([key, check]) => check(given[key]));
  };

const isFigures = shapeOf<NodeFigures>({
  host: text,
  pid: number,
  worker: orNull(number),
  version: text,
  startedAt: text,
  sockets: shapeOf<NodeFigures['sockets']>({ socketio: number, websocket: number, stomp: number, forum: number }),
  polling: number,
  users: number,
  conversations: number,
  totals: shapeOf<NodeFigures['totals']>({
    messages: number,
    deliveries: number,
    connections: number,
    commands: number,
    requests: number,
    refusals: number,
    defects: number,
    budgetsSpent: number,
    slowConsumers: number,
    gaps: number,
  }),
  deliverySeconds: shapeOf<NodeFigures['deliverySeconds']>({ bounds: listOf(number), counts: listOf(number) }),
  process: shapeOf<NodeFigures['process']>({
    cpuMs: number,
    busyMs: number,
    idleMs: number,
    heapBytes: number,
    residentBytes: number,
  }),
  database: shapeOf<NodeFigures['database']>({
    isUp: flag,
    ms: orNull(number),
    busy: number,
    idle: number,
    waiting: number,
  }),
  link: orNull(
    shapeOf<NonNullable<NodeFigures['link']>>({ part: text, isUp: flag, ms: orNull(number), unsent: number }),
  ),
  missing: listOf(text),
});

/** An admin wants to know what every node is at. A format has every figure and no other: more of them are another format. */
export const FIGURES_ASKED: Topic<Question> = {
  name: 'figures-asked',
  format: 1,
  channel: 'nodes',
  decode: (value) => (isUuid((value as Partial<Question> | null)?.question) ? (value as Question) : null),
};

export const FIGURES_ANSWERED: Topic<Answer> = {
  name: 'figures-answered',
  format: 1,
  channel: 'nodes',
  decode(value): Answer | null {
    const { question, nodeId, figures } = (value ?? {}) as Partial<Answer>;
    return isUuid(question) && isUuid(nodeId) && isFigures(figures) ? (value as Answer) : null;
  },
};
