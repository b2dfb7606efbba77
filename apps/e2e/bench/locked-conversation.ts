import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ack, SendResult } from '@parley/protocol';
import { hostToken, isEvent, LeanSocket, ParleyNode, type PostgresCluster, RestClient } from '@parley/testkit';
import { quantile } from './latency-histogram.js';

export interface LockScenario {
  cluster: PostgresCluster;
  /** How long the row stays locked; as long is measured before and after it. */
  seconds: number;
  conversations?: number;
  /** Into all conversations together. */
  perSecond?: number;
}

/** Milliseconds from send to delivery at another member. */
interface Latencies {
  p50: number | null;
  p99: number | null;
  count: number;
}

export interface LockedConversationFigures {
  /** Of all conversations but the locked one, by when the message was sent. */
  before: Latencies;
  during: Latencies;
  after: Latencies;
  locked: {
    /** During the lock. */
    sent: number;
    acked: number;
    /** How many of them the history holds, each counted once. */
    stored: number;
    /** Rows of the history beyond one for each message sent. */
    surplus: number;
    /** Error code → how often a send was answered with it before it succeeded. */
    refusals: Record<string, number>;
  };
}

/** Connections, caches and compiled code warm up first: that belongs to no figure. */
type Phase = 'warmup' | 'before' | 'during' | 'after';

interface Sent {
  lane: Lane;
  clientMessageId: string;
  phase: Phase;
  at: number;
  deliveredAt: number | null;
  acked: boolean;
}

/** A conversation with one who writes and one who reads. */
interface Lane {
  conversationId: string;
  rest: RestClient;
  writer: LeanSocket;
  reader: LeanSocket;
}

const MESSAGE_NEW = Buffer.from('message:new');
const ID_KEY = Buffer.from('"clientMessageId":"');
const UUID_LENGTH = 36;
/** A refused send is repeated with the same id, until so long after the scenario's end. */
const TIMEOUT_MS = 15_000;

/**
 * Messages at a steady rate into many conversations while another session holds the row of one of them: shows what the
 * others notice. Every send that is refused for now is repeated under its `clientMessageId`, as a client does.
 */
export async function measureLockedConversation(scenario: LockScenario): Promise<LockedConversationFigures> {
  const database = `lock_${randomUUID()}`;
  const url = await scenario.cluster.createDatabase(database);
  const node = await ParleyNode.start({ env: { DATABASE_URL: url, RATE_LIMITS: 'off' } });
  const traffic = new Traffic();
  try {
    const lanes = await Promise.all(
      Array.from({ length: scenario.conversations ?? 50 }, (_, index) => openLane(node.url, index, traffic)),
    );
    const [locked] = lanes;
    if (!locked) throw new Error('The scenario needs at least one conversation.');
    traffic.begin(lanes, scenario.perSecond ?? 200);
    await sleep(2000);
    traffic.enter('before');
    await sleep(scenario.seconds * 1000);
    await holdLock(scenario, database, locked.conversationId, traffic);
    traffic.enter('after');
    await sleep(scenario.seconds * 1000);
    await traffic.end();
    const stored = await locked.rest.messages(locked.conversationId);
    return evaluate(
      traffic,
      locked,
      stored.map((message) => message.clientMessageId),
    );
  } finally {
    traffic.close();
    await node.stop();
  }
}

async function holdLock(scenario: LockScenario, database: string, id: string, traffic: Traffic): Promise<void> {
  const session = await scenario.cluster.connect(database);
  try {
    await session.query('BEGIN');
    const { rowCount } = await session.query('SELECT 1 FROM conversations WHERE id = $1 FOR UPDATE', [id]);
    if (rowCount !== 1) throw new Error('The conversation to lock was not found.');
    traffic.enter('during');
    await sleep(scenario.seconds * 1000);
    await session.query('ROLLBACK');
  } finally {
    await session.end();
  }
}

async function openLane(url: string, index: number, traffic: Traffic): Promise<Lane> {
  const [writer, reader] = ['writer', 'reader'].map((role) => ({
    externalId: `${role}-${index}`,
    name: `${role} ${index}`,
  }));
  if (!writer || !reader) throw new Error('A lane has two people.');
  const rest = new RestClient(url, await hostToken(writer, undefined, { provision: true }));
  const { id } = await rest.createConversation({ type: 'group', name: `Lane ${index}`, memberIds: [reader] });
  const { hostname: host, port } = new URL(url);
  const connect = async (person: typeof writer, reads: boolean) => {
    const auth = { token: await hostToken(person) };
    return LeanSocket.connect(
      { host, port: Number(port), auth },
      {
        onEvent: (bytes, start, end) => {
          if (reads && isEvent(bytes, start, MESSAGE_NEW)) traffic.delivered(bytes.subarray(start, end));
        },
        onAck: (ackId, bytes, start, end) => traffic.answered(ackId, bytes.toString('utf8', start, end)),
        onClosed: (reason) => traffic.closed(reason),
      },
    );
  };
  return { conversationId: id, rest, writer: await connect(writer, false), reader: await connect(reader, true) };
}

/** All that was sent, and what became of it. */
class Traffic {
  readonly sent: Sent[] = [];
  readonly refusals = new Map<Sent, string[]>();
  private readonly byClientId = new Map<string, Sent>();
  private phase: Phase = 'warmup';
  private timer: NodeJS.Timeout | null = null;
  private lanes: Lane[] = [];
  private lost: string | null = null;
  private ended = false;

  begin(lanes: Lane[], perSecond: number): void {
    this.lanes = lanes;
    const began = performance.now();
    let count = 0;
    this.timer = setInterval(() => {
      const due = Math.floor(((performance.now() - began) / 1000) * perSecond);
      for (; count < due; count += 1) this.send(lanes[count % lanes.length] as Lane);
    }, 1);
  }

  enter(phase: Phase): void {
    this.phase = phase;
  }

  /** Stops sending and waits until every send has its ack. */
  async end(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    const until = performance.now() + TIMEOUT_MS;
    while (performance.now() < until && this.sent.some((sent) => !sent.acked)) await sleep(50);
    await sleep(200);
    if (this.lost !== null) throw new Error(`A connection ended: ${this.lost}`);
  }

  close(): void {
    this.ended = true;
    if (this.timer) clearInterval(this.timer);
    for (const { writer, reader } of this.lanes) for (const socket of [writer, reader]) socket.close();
  }

  closed(reason: string): void {
    if (!this.ended) this.lost ??= reason;
  }

  delivered(frame: Buffer): void {
    const from = frame.indexOf(ID_KEY) + ID_KEY.length;
    const sent = this.byClientId.get(frame.toString('latin1', from, from + UUID_LENGTH));
    if (sent) sent.deliveredAt ??= performance.now();
  }

  answered(index: number, json: string): void {
    const sent = this.sent[index];
    if (!sent) return;
    const [answer] = JSON.parse(json) as [Ack<SendResult>];
    if (answer.success) {
      sent.acked = true;
      return;
    }
    this.refusals.set(sent, [...(this.refusals.get(sent) ?? []), answer.error.code]);
    if (answer.error.retryable) setTimeout(() => this.put(index), answer.error.retryAfterMs ?? 100);
  }

  private send(lane: Lane): void {
    const sent: Sent = {
      lane,
      clientMessageId: randomUUID(),
      phase: this.phase,
      at: performance.now(),
      deliveredAt: null,
      acked: false,
    };
    this.byClientId.set(sent.clientMessageId, sent);
    this.put(this.sent.push(sent) - 1);
  }

  private put(index: number): void {
    const sent = this.sent[index];
    if (!sent || this.ended) return;
    const { clientMessageId, lane } = sent;
    const payload = { conversationId: lane.conversationId, content: `message ${index}`, clientMessageId };
    lane.writer.send(index, JSON.stringify(['message:send', payload]));
  }
}

function evaluate(traffic: Traffic, locked: Lane, stored: string[]): LockedConversationFigures {
  const latencies = (phase: Phase): Latencies => {
    const those = traffic.sent.filter((sent) => sent.lane !== locked && sent.phase === phase);
    // One that never arrived counts as the longest there is.
    const times = those.map((sent) => (sent.deliveredAt ?? Number.POSITIVE_INFINITY) - sent.at);
    return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), count: times.length };
  };
  const held = traffic.sent.filter((sent) => sent.lane === locked && sent.phase === 'during');
  const mine = traffic.sent.filter((sent) => sent.lane === locked);
  const refusals: Record<string, number> = {};
  for (const code of held.flatMap((sent) => traffic.refusals.get(sent) ?? []))
    refusals[code] = (refusals[code] ?? 0) + 1;
  const kept = new Set(stored);
  return {
    before: latencies('before'),
    during: latencies('during'),
    after: latencies('after'),
    locked: {
      sent: held.length,
      acked: held.filter((sent) => sent.acked).length,
      stored: held.filter((sent) => kept.has(sent.clientMessageId)).length,
      surplus: stored.length - mine.length,
      refusals,
    },
  };
}
