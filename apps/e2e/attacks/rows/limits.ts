import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@parley/testkit';
import { SENDS_PER_SECOND } from '../deployment-settings.js';
import type { Actor } from '../fixture.js';
import type { Row } from '../row.contract.js';
import type { Target } from '../target.js';
import { frame, Wire } from '../wire.js';
import { SENDING } from './authorization.js';

const TEXT = 1;
const SOCKETS = 10;
const SECONDS = 5;
const PAUSE_MS = 50;
/** Of what there is in a second; who sends more is closed as a flood before the row is over. */
const PRESSURE = 2;
/** What is stored may be so much more than the budget. */
const TOLERANCE = 1.2;

/** What became of the sends of a flood; of those on a socket that was closed nothing may be known. */
interface Outcome {
  accepted: number;
  unknown: number;
}

const ACK = /^43\d+\[\{"success":(true|false)/;

function outcomeOf(wires: readonly Wire[], sent: number): Outcome {
  const acks = wires.flatMap(({ texts }) => texts.flatMap((text) => ACK.exec(text)?.[1] ?? []));
  return { accepted: acks.filter((success) => success === 'true').length, unknown: sent - acks.length };
}

const sendOf = (id: number, conversationId: string): Buffer =>
  frame(TEXT, `42${id}${JSON.stringify(['message:send', { conversationId, content: 'a flood' }])}`);

/** Sends through all nodes by ten sockets and by REST, more than one user may. */
async function flood(target: Target, by: Actor, conversationId: string): Promise<Outcome> {
  const wires = await Promise.all(Array.from({ length: SOCKETS }, (_, n) => Wire.signedIn(target.url(n), by.token)));
  const path = `/conversations/${conversationId}/messages`;
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1_000;
  let [sent, acceptedByRest] = [0, 0];
  while (seconds() < SECONDS) {
    for (; sent < seconds() * SENDS_PER_SECOND * PRESSURE; sent += 1)
      wires[sent % SOCKETS]?.write(sendOf(sent, conversationId));
    const { error } = await target.api(by, `POST ${path}`, { content: 'a flood by REST' }, { isLimitTried: true });
    if (!error) acceptedByRest += 1;
    await sleep(PAUSE_MS);
  }
  const isAnswered = () => outcomeOf(wires, sent).unknown === 0 || wires.some(({ isClosed }) => isClosed);
  await eventually('all that was sent is answered', isAnswered);
  const { accepted, unknown } = outcomeOf(wires, sent);
  for (const wire of wires) wire.close();
  return { accepted: accepted + acceptedByRest, unknown };
}

/** Floods a conversation of their own, and counts what was stored of it. */
async function mustBeLimited(target: Target, by: Actor): Promise<void> {
  const { id } = await by.createConversation({ type: 'group', name: 'A flood', memberIds: [] });
  const { accepted, unknown } = await flood(target, by, id);
  const { lastSeq } = await by.conversation(id);
  const most = SENDS_PER_SECOND * (SECONDS + 1) * TOLERANCE;
  target.figure('stored', `${lastSeq} messages in ${SECONDS} s, ${most} at most`);
  target.must(lastSeq > 0 && lastSeq <= most, `${lastSeq} messages were stored, ${most} at most`);
  const isAsAnswered = lastSeq >= accepted && lastSeq <= accepted + unknown;
  target.must(isAsAnswered, `${lastSeq} messages are stored of ${accepted} that were accepted, ${unknown} unanswered`);
}

export const limits: Row[] = [
  {
    id: 'A58',
    title: 'one user by ten sockets, several nodes and REST at once: 120 % of one budget at most',
    needs: 'own node',
    changes: SENDING,
    run: (target) => mustBeLimited(target, target.fixture.mallory),
  },
  {
    id: 'A59',
    title: 'the same while Redis is away: each node gives its part, and together no more',
    needs: 'own node',
    isSlow: true,
    changes: SENDING,
    async run(target) {
      const redis = target.own?.redis;
      await redis?.kill();
      // From five seconds after the loss each node counts with its part only.
      await sleep(5_500);
      await mustBeLimited(target, target.fixture.ex).finally(() => redis?.start());
    },
  },
];
