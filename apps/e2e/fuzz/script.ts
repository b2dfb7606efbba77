import { Random } from './random.js';

/** How often each operation comes, in relation to the others. */
const WEIGHTS = {
  send: 30,
  reply: 9,
  mention: 7,
  data: 1,
  edit: 9,
  delete: 4,
  react: 9,
  unreact: 4,
  read: 10,
  flush: 1,
  open: 2,
  close: 1,
  older: 2.5,
  newer: 1,
  jump: 1.5,
  latest: 1,
  add: 2.2,
  remove: 1.2,
  leave: 0.4,
  role: 1.5,
  rename: 1,
  archive: 0.3,
  unarchive: 0.6,
  resend: 0.5,
  discard: 0.3,
  cut: 1.2,
  away: 0.6,
  back: 0,
  crash: 0.6,
  restart: 0.5,
};

export type StepKind = keyof typeof WEIGHTS;

/**
 * The end of a play: only creators write, so that no other send hides a mark that was lost while members came and went
 * and devices synced.
 */
const LAST_WEIGHTS: Partial<Record<StepKind, number>> = { send: 6, read: 10, cut: 6, add: 0.8, remove: 1 };
const LAST_SHARE = 0.15;

/** One operation. What it is done to depends on what its device knows by then: `pick` and `second` choose among that. */
export interface Step {
  device: number;
  kind: StepKind;
  conversation: number;
  /** From 0 up to 1. */
  pick: number;
  /** From 0 up to 1. */
  second: number;
}

export interface Cast {
  users: number;
  devicesEach: number;
  /** Conversation number n was made by user number n. */
  conversations: number;
}

/** Only the ones who manage a conversation may do these: most of them are left to its creator. */
const MANAGED: ReadonlySet<StepKind> = new Set(['add', 'remove', 'role', 'rename', 'archive', 'unarchive']);

/** The operations of a seed, in order: nothing but the seed decides about them. */
export function writeScript(seed: number, operations: number, cast: Cast): Step[] {
  const random = new Random(`script ${seed}`);
  const due = new Map<number, Step[]>();
  const later = (at: number, step: Step) => due.set(at, [...(due.get(at) ?? []), step]);
  longAbsences(operations, cast, random, later);
  const steps: Step[] = [];
  for (let at = 0; at < operations; at += 1) {
    steps.push(...(due.get(at) ?? []));
    due.delete(at);
    const isEnd = at >= operations * (1 - LAST_SHARE);
    const step = draw(isEnd ? LAST_WEIGHTS : WEIGHTS, cast, random);
    if (isEnd && step.kind === 'send') step.device = ownerDevice(step, cast, random);
    steps.push(step);
    if (step.kind === 'away') later(at + random.between(10, 120), { ...step, kind: 'back' });
    if (step.kind !== 'archive') continue;
    // An archived conversation refuses nearly everything: it does not stay so for long.
    for (const wait of [6, 14, 25])
      later(at + wait, { ...step, kind: 'unarchive', device: ownerDevice(step, cast, random) });
  }
  return steps;
}

/** Two are away for a large part of it, so that catching up takes several pages, while the others go on. */
function longAbsences(operations: number, cast: Cast, random: Random, later: (at: number, step: Step) => void): void {
  const devices = cast.users * cast.devicesEach;
  const first = random.below(devices);
  for (const device of [first, (first + cast.devicesEach + 1) % devices]) {
    const step = { device, conversation: 0, pick: 0, second: 0 };
    const from = Math.floor(operations * (0.05 + 0.1 * random.next()));
    later(from, { ...step, kind: 'away' });
    later(from + Math.floor(operations * (0.4 + 0.3 * random.next())), { ...step, kind: 'back' });
  }
}

function draw(weights: Partial<Record<StepKind, number>>, cast: Cast, random: Random): Step {
  const choices = Object.entries(weights) as [StepKind, number][];
  let at = random.next() * choices.reduce((sum, [, weight]) => sum + weight, 0);
  const [kind] = choices.find(([, weight]) => (at -= weight) < 0) ?? ['read'];
  const conversation = random.below(cast.conversations);
  const step = { kind, conversation, device: 0, pick: random.next(), second: random.next() };
  const managed = MANAGED.has(kind) && random.chance(0.7);
  step.device = managed ? ownerDevice(step, cast, random) : random.below(cast.users * cast.devicesEach);
  return step;
}

function ownerDevice({ conversation }: { conversation: number }, cast: Cast, random: Random): number {
  return (conversation % cast.users) * cast.devicesEach + random.below(cast.devicesEach);
}
