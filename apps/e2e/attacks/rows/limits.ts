import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from '../fixture.js';
import { SENDS_PER_SECOND } from '../deployment-settings.js';
import type { Row } from '../row.contract.js';
import type { Target } from '../target.js';
import { frame, Wire } from '../wire.js';
import { SENDING } from './authorization.js';

const TEXT = 1;
const SOCKETS = 10;
const SECONDS = 5;
/** From all sockets together five times what there is. */
const PAUSE_MS = 100;
const AT_A_TIME = SENDS_PER_SECOND / 20;
/** What is stored may be so much more than the budget. */
const TOLERANCE = 1.2;

/** Sends through all nodes by ten sockets and by REST, far more than one user may. */
async function flood(target: Target, by: Actor, conversationId: string): Promise<void> {
  const wires = await Promise.all(Array.from({ length: SOCKETS }, (_, n) => Wire.signedIn(target.url(n), by.token)));
  const end = performance.now() + SECONDS * 1_000;
  const command = frame(TEXT, `42${JSON.stringify(['message:send', { conversationId, content: 'a flood' }])}`);
  const burst = Buffer.concat(Array.from({ length: AT_A_TIME }, () => command));
  while (performance.now() < end) {
    for (const wire of wires) wire.write(burst);
    const sent = { content: 'a flood by REST' };
    await target.api(by, `POST /conversations/${conversationId}/messages`, sent, { isLimitTried: true });
    await sleep(PAUSE_MS);
  }
  for (const wire of wires) wire.close();
}

/** Floods a conversation of their own, and counts what was stored of it. */
async function mustBeLimited(target: Target, by: Actor): Promise<void> {
  const { id } = await by.createConversation({ type: 'group', name: 'A flood', memberIds: [] });
  await flood(target, by, id);
  const { lastSeq } = await by.conversation(id);
  const most = SENDS_PER_SECOND * (SECONDS + 1) * TOLERANCE;
  target.figure('stored', `${lastSeq} messages in ${SECONDS} s, ${most} at most`);
  target.must(lastSeq > 0 && lastSeq <= most, `${lastSeq} messages were stored, ${most} at most`);
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
