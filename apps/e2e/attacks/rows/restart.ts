import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, type FleetNode } from '@parley/testkit';
import type { Row } from '../row.contract.js';
import type { Target } from '../target.js';
import { frame, Wire } from '../wire.js';
import { SENDING } from './authorization.js';
import { BROKEN, beginnings, JUNK } from './exhaustion.js';

const TEXT = 1;
/** Of each kind of half request, held at the same time. */
const HALVES = 50;
const HELD_MS = 1_000;
const FLOODING_SOCKETS = 10;
const SENDS_OF_EACH = 50;
const PAUSE_MS = 50;
/** Each attack is made so often before the node is ended. */
const ROUNDS = 3;
const LONGEST_STOP_S = 10;
const LONGEST_START_S = 10;

/** Attacks that are made again and again, whatever becomes of the node, until they are stopped. */
class Assault {
  private readonly over = new AbortController();
  private readonly rounds: number[];
  private readonly loops: Promise<void>[];

  constructor(attacks: readonly (() => Promise<void>)[]) {
    this.rounds = attacks.map(() => 0);
    this.loops = attacks.map((attack, place) => this.repeat(attack, place));
  }

  /** How often that one was made which was made least. */
  get fewestRounds(): number {
    return Math.min(...this.rounds);
  }

  async stop(): Promise<void> {
    this.over.abort();
    await Promise.all(this.loops);
  }

  private async repeat(attack: () => Promise<void>, place: number): Promise<void> {
    while (!this.over.signal.aborted) {
      const isMade = await attack().then(
        () => true,
        () => false,
      );
      // While the node is away nothing can be opened.
      if (isMade) this.rounds[place] = (this.rounds[place] ?? 0) + 1;
      else await sleep(PAUSE_MS);
    }
  }
}

/** A53, A56 and A58, all at once. */
function allAttacks(target: Target, conversationId: string): Assault {
  const frames = [...BROKEN.map(([, bytes]) => bytes), ...JUNK.map((json) => frame(TEXT, `427${json}`))];
  const send = (n: number) =>
    frame(TEXT, `42${n}${JSON.stringify(['message:send', { conversationId, content: 'a flood' }])}`);
  const sends = Buffer.concat(Array.from({ length: SENDS_OF_EACH }, (_, n) => send(n)));
  return new Assault([
    () =>
      withWires(
        frames.map(() => target.url()),
        (wires) => writeEach(target, wires, frames),
      ),
    () => withHalves(target),
    () =>
      withWires(
        Array.from({ length: FLOODING_SOCKETS }, (_, n) => target.url(n)),
        (wires) =>
          writeEach(
            target,
            wires,
            wires.map(() => sends),
          ),
      ),
  ]);
}

async function withWires(urls: readonly string[], attack: (wires: readonly Wire[]) => Promise<void>): Promise<void> {
  const opened = await Promise.allSettled(urls.map((url) => Wire.webSocket(url)));
  const wires = opened.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
  try {
    if (wires.length < urls.length) throw new Error('The node takes no connections.');
    await attack(wires);
  } finally {
    for (const wire of wires) wire.close();
  }
}

/** Asks for a socket and does not wait for it. */
async function writeEach(target: Target, wires: readonly Wire[], frames: readonly Buffer[]): Promise<void> {
  const connect = frame(TEXT, `40${JSON.stringify({ token: target.fixture.mallory.token })}`);
  for (const [n, wire] of wires.entries()) {
    wire.write(connect);
    wire.write(frames[n] as Buffer);
  }
  await sleep(HELD_MS / 2);
}

async function withHalves(target: Target): Promise<void> {
  const wires: Wire[] = [];
  try {
    for (const text of beginnings(target)) {
      for (let n = 0; n < HALVES; n += 1) {
        const wire = await Wire.open(target.url());
        wires.push(wire);
        wire.write(text);
      }
    }
    await sleep(HELD_MS);
  } finally {
    for (const wire of wires) wire.close();
  }
}

/** What alice sends through the other node meanwhile; the ids of what was accepted. */
async function sendMeanwhile(target: Target, over: AbortSignal): Promise<string[]> {
  const { alice, direct } = target.fixture;
  const ids: string[] = [];
  let slowest = 0;
  while (!over.aborted) {
    const began = performance.now();
    const sent = await target.api(
      alice,
      `POST /conversations/${direct}/messages`,
      { content: 'meanwhile' },
      { node: 1 },
    );
    slowest = Math.max(slowest, performance.now() - began);
    target.accepted(sent);
    if (sent.error === null) ids.push((JSON.parse(sent.text) as { id: string }).id);
    await sleep(PAUSE_MS);
  }
  target.figure('by the other node meanwhile', `${ids.length} messages, the slowest in ${slowest.toFixed(0)} ms`);
  return ids;
}

/** Ends the node in this way and starts it again, each in its time. */
async function restart(target: Target, node: FleetNode, how: 'terminate' | 'kill'): Promise<void> {
  const began = performance.now();
  const exit = await node[how]();
  const stopped = (performance.now() - began) / 1_000;
  const isInOrder = how === 'kill' || (exit.code === 0 && stopped < LONGEST_STOP_S);
  target.must(isInOrder, `${how}: it ended with ${exit.code} after ${stopped.toFixed(1)} s`);
  const ended = performance.now();
  await node.start();
  const started = (performance.now() - ended) / 1_000;
  target.must(started < LONGEST_START_S, `${how}: it was ready again after ${started.toFixed(1)} s`);
  target.figure(how, `ended after ${stopped.toFixed(1)} s, ready again after ${started.toFixed(1)} s`);
}

export const restarts: Row[] = [
  {
    id: 'A72',
    title:
      'broken frames, half requests and a flood of one user without a pause while their node is ended in order, and killed: ready again within ten seconds each time, and by the other node nothing is refused or lost',
    needs: 'own node',
    isSlow: true,
    isRestarting: true,
    changes: SENDING,
    async run(target) {
      const [node] = target.own?.nodes ?? [];
      if (!node) return;
      const { mallory, alice, direct } = target.fixture;
      const { id } = await mallory.createConversation({ type: 'group', name: 'A flood', memberIds: [] });
      const over = new AbortController();
      const sending = sendMeanwhile(target, over.signal);
      const assault = allAttacks(target, id);
      try {
        await eventually('all attacks are under way', () => assault.fewestRounds >= ROUNDS);
        for (const how of ['terminate', 'kill'] as const) await restart(target, node, how);
        const before = assault.fewestRounds;
        await eventually('the attacks reach the node again', () => assault.fewestRounds >= before + ROUNDS);
      } finally {
        over.abort();
        await Promise.allSettled([assault.stop(), sending]);
      }
      const sent = await sending;
      const stored = new Set((await alice.messages(direct)).map((message) => message.id));
      const lost = sent.filter((each) => !stored.has(each));
      target.must(sent.length > 0 && lost.length === 0, `Of ${sent.length} accepted messages ${lost.length} are lost`);
    },
  },
];
