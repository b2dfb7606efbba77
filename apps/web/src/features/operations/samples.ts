import type { Distribution, NodeFigures, OperationsStatus } from '@parley/protocol';

/** What all nodes together were at between two looks at them. */
export interface Sample {
  /** Milliseconds since 1970, by this device. */
  at: number;
  /** A second. */
  messages: number;
  deliveries: number;
  refusals: number;
  /** Milliseconds from a send to its delivery; null where nothing was delivered. */
  p50: number | null;
  p99: number | null;
  sockets: number;
  /** Percent of the time in which the event loop of the busiest node had something to do. */
  busy: number;
}

/** A look at all nodes. */
export interface Look {
  /** Milliseconds since 1970, and by a clock that is never set. */
  at: number;
  ticks: number;
  status: OperationsStatus;
}

/** What happened between two looks. A node counts from the second look on that it answered. */
export function sampleOf(before: Look, now: Look): Sample {
  const seconds = Math.max((now.ticks - before.ticks) / 1_000, 0.001);
  const earlier = figuresById(before.status);
  const pairs = [...figuresById(now.status)].flatMap(([id, figures]) => {
    const former = earlier.get(id);
    return former ? [[former, figures] as const] : [];
  });
  const rate = (name: 'messages' | 'deliveries' | 'refusals') =>
    sum(pairs.map(([former, figures]) => figures.totals[name] - former.totals[name])) / seconds;
  const spread = merged(pairs.map(([former, figures]) => between(former.deliverySeconds, figures.deliverySeconds)));
  return {
    at: now.at,
    messages: rate('messages'),
    deliveries: rate('deliveries'),
    refusals: rate('refusals'),
    p50: quantile(spread, 0.5),
    p99: quantile(spread, 0.99),
    sockets: socketsOf(now.status),
    busy: Math.max(0, ...pairs.map(([former, figures]) => busyBetween(former, figures))),
  };
}

/** In use, at all nodes that answered. */
function socketsOf(status: OperationsStatus): number {
  return sum([...figuresById(status).values()].map(openSockets));
}

export const openSockets = ({ sockets }: NodeFigures): number => sum(Object.values(sockets));

/** Percent of the time between. */
export function busyBetween({ process: before }: NodeFigures, { process: now }: NodeFigures): number {
  const busy = now.busyMs - before.busyMs;
  const all = busy + now.idleMs - before.idleMs;
  return all <= 0 ? 0 : (100 * busy) / all;
}

/** In milliseconds, with the values between two bounds evenly spread; null of none. What is above all bounds is the last. */
function quantile({ bounds, counts }: Distribution, share: number): number | null {
  let rank = sum(counts) * share;
  if (rank <= 0) return null;
  for (const [i, bound] of bounds.entries()) {
    const count = counts[i] ?? 0;
    const low = bounds[i - 1] ?? 0;
    if (count > 0 && rank <= count) return 1_000 * (low + ((bound - low) * rank) / count);
    rank -= count;
  }
  return 1_000 * (bounds.at(-1) ?? 0);
}

function between(before: Distribution, now: Distribution): Distribution {
  return { bounds: now.bounds, counts: now.counts.map((count, i) => count - (before.counts[i] ?? 0)) };
}

/** Of those that have the bounds of the first: nodes of another version may have others. */
function merged(spreads: readonly Distribution[]): Distribution {
  const [first] = spreads;
  if (!first) return { bounds: [], counts: [] };
  const alike = spreads.filter(({ bounds }) => String(bounds) === String(first.bounds));
  return { bounds: first.bounds, counts: first.counts.map((_, i) => sum(alike.map(({ counts }) => counts[i] ?? 0))) };
}

function figuresById({ nodes }: OperationsStatus): Map<string, NodeFigures> {
  return new Map(nodes.flatMap(({ id, figures }) => (figures ? [[id, figures] as const] : [])));
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
