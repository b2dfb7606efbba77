import { invalid } from '../../kernel/errors.js';
import { isUuid } from '../../kernel/ids.js';

/** Where a page of messages begins: a position, a message or a moment. */
export type Anchor = { kind: 'seq'; seq: number } | { kind: 'id'; id: string } | { kind: 'time'; at: Date };

export type Direction = 'before' | 'after' | 'around';

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?$/;

/** Digits are a seq, a UUID is a message, an ISO time has its `T`; anything else is refused. */
function parseAnchor(direction: Direction, value: string): Anchor {
  if (/^\d{1,15}$/.test(value)) return { kind: 'seq', seq: Number(value) };
  if (isUuid(value)) return { kind: 'id', id: value.toLowerCase() };
  const at = ISO_TIME.test(value) ? new Date(value) : null;
  // The database has no year 0 and reads no year of five digits; an offset may lead to either.
  if (at && at.getUTCFullYear() > 0 && at.getUTCFullYear() < 10_000) return { kind: 'time', at };
  throw invalid(direction, 'must be a seq, the id of a message or an ISO time');
}

export interface PageRequest {
  direction: Direction | null;
  anchor: Anchor | null;
  limit: number;
  type: string | null;
  /** Of the whole answer, where that is to be less than the protocol's limit. */
  bytes?: number;
}

interface PageQuery {
  before?: string;
  after?: string;
  around?: string;
  limit?: number;
  type?: string;
}

/** Exactly one or none of `before`, `after` and `around`. */
export function parsePageRequest(query: PageQuery, limit: number): PageRequest {
  const given = (['before', 'after', 'around'] as const).filter((name) => query[name] !== undefined);
  const [direction, second] = given;
  if (second) throw invalid(second, `cannot be combined with ${direction}`);
  const value = direction && query[direction];
  return {
    direction: direction ?? null,
    anchor: direction && value !== undefined ? parseAnchor(direction, value) : null,
    limit: query.limit ?? limit,
    type: query.type ?? null,
  };
}
