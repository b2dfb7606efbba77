import { setTimeout as sleep } from 'node:timers/promises';
import { type Fleet, faultyLines, residentBytes, ScriptedClient } from '@parley/testkit';
import fc from 'fast-check';
import { type Fixture, makeFixture } from '../fixture.js';
import { readSurface } from '../surface.js';
import { Attacker, type Tally } from './attacker.js';
import { type Malformed, malformed } from './malformed.js';

const MEBIBYTE = 2 ** 20;
const ATTACKERS = 8;
const BATCH = 1_000;
/** The first ones fill caches and pools; what counts is what comes on top. */
const WARM_UP = 0.2;
const PROBE_PAUSE_MS = 50;
const LISTED = 10;

export interface FuzzReport {
  played: number;
  seconds: number;
  tally: Tally;
  /** What no client may cause, in sentences. */
  defects: string[];
  /** Bytes that the node holds: at the start, after the warm-up and at the end. */
  memory: { start: number; warm: number; end: number };
  /** Milliseconds from a send to its arrival at another honest client, sorted. */
  honest: number[];
}

/** Sends so much that is malformed to the fleet's first node, while two honest clients talk on it. */
export async function fuzz(own: Fleet, { count, seed }: { count: number; seed: number }): Promise<FuzzReport> {
  const [first] = own.nodes;
  if (!first) throw new Error('The fleet has no node.');
  const { pid, url } = first.node;
  const fixture = await makeFixture([url]);
  const report: FuzzReport = {
    played: 0,
    seconds: 0,
    tally: new Map(),
    defects: [],
    memory: { start: residentBytes(pid), warm: 0, end: 0 },
    honest: [],
  };
  const over = new AbortController();
  const talk = honestTalk(url, fixture, over.signal);
  const began = performance.now();
  await attack(url, fixture, { count, seed, report, onWarm: () => (report.memory.warm = residentBytes(pid)) });
  report.seconds = (performance.now() - began) / 1_000;
  over.abort();
  report.honest = (await talk).toSorted((a, b) => a - b);
  report.memory.end = residentBytes(pid);
  if (first.pid !== pid) report.defects.push(`The process ended: ${JSON.stringify(first.exit)}`);
  report.defects.push(...faultyLines(first.node.log()).map((line) => `logged: ${line.slice(0, 500)}`));
  return report;
}

interface Attack {
  count: number;
  seed: number;
  report: FuzzReport;
  onWarm: () => void;
}

async function attack(url: string, fixture: Fixture, { count, seed, report, onWarm }: Attack): Promise<void> {
  const { mallory } = fixture;
  const { id: conversation } = await mallory.createConversation({ type: 'group', name: 'Her own', memberIds: [] });
  const { id: message } = await mallory.send(conversation, { content: 'something' });
  const ids = { conversation, message, foreign: fixture.group, user: fixture.alice.id };
  const arbitrary = malformed(ids, await readSurface(url));
  const items = generated(arbitrary, count, seed);
  const onDefect = (sentence: string) => void report.defects.push(sentence.slice(0, 1_000));
  const work = async () => {
    const attacker = new Attacker(url, mallory.token, report.tally, onDefect);
    for (const item of items) {
      await attacker.play(item).catch((fault: unknown) => onDefect(`${describe(item)}: ${String(fault)}`));
      report.played += 1;
      if (report.played === Math.ceil(count * WARM_UP)) onWarm();
    }
    attacker.close();
  };
  await Promise.all(Array.from({ length: ATTACKERS }, work));
}

/** The same ones for the same seed, a batch at a time. */
function* generated(arbitrary: fc.Arbitrary<Malformed>, count: number, seed: number): Generator<Malformed> {
  for (let from = 0; from < count; from += BATCH)
    yield* fc.sample(arbitrary, { seed: seed + from, numRuns: Math.min(BATCH, count - from) });
}

async function honestTalk(url: string, { alice, bob, direct }: Fixture, over: AbortSignal): Promise<number[]> {
  const sender = await ScriptedClient.connect(url, alice.token);
  const reader = await ScriptedClient.connect(url, bob.token);
  const delays: number[] = [];
  while (!over.aborted) {
    const began = performance.now();
    const ack = await sender.command('message:send', { conversationId: direct, content: `honest ${delays.length}` });
    if (!ack.success) throw new Error(`An honest client was refused: ${ack.error.code}`);
    const { at } = await reader.waitFor('message:new', ({ message }) => message.id === ack.messageId);
    delays.push(at - began);
    await sleep(PROBE_PAUSE_MS);
  }
  sender.close();
  reader.close();
  return delays;
}

const describe = (item: Malformed): string => JSON.stringify(item).slice(0, 300);

/** The report in lines. */
export function describeReport({ played, seconds, tally, defects, memory, honest }: FuzzReport): string[] {
  const at = (share: number) =>
    (honest[Math.min(honest.length - 1, Math.floor(honest.length * share))] ?? 0).toFixed(1);
  const megabytes = (bytes: number) => `${(bytes / MEBIBYTE).toFixed(0)} MB`;
  const answers = [...tally].toSorted(([, a], [, b]) => b - a).map(([what, times]) => `${what} ${times}`);
  return [
    `${played} malformed frames and requests in ${seconds.toFixed(0)} s`,
    `  answers: ${answers.join(', ')}`,
    `  memory of the node: ${megabytes(memory.start)} at the start, ${megabytes(memory.warm)} after a fifth, ${megabytes(memory.end)} at the end`,
    `  an honest message beside it: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, the slowest of ${honest.length} ${at(1)} ms`,
    ...defects.slice(0, LISTED).map((defect) => `  ✘ ${defect}`),
    defects.length === 0 ? '  no process ended, no answer was a 5xx' : `  ${defects.length} defects`,
  ];
}
