import { randomUUID } from 'node:crypto';
import type { EventName, Events } from '@parley/protocol';
import { ScriptedClient, TestUser } from '@parley/testkit';
import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

const RACES = 8;
const SENDS = 100;
const CHURN_SECONDS = 50;

/** F22: members come and go while others send and read; then one is removed on one node while a hundred sends race on another. */
export const membersComeAndGo: Row = {
  id: 'F22',
  title: 'members are added and removed while sends and reads race, with Redis and without',
  nodes: 2,
  workload: { rate: 80, hotShare: 0.2, moves: 0.12 },
  async run(stage) {
    await stage.pass(CHURN_SECONDS / 2);
    await stage.fault('Redis killed', {}, async () => {
      await stage.fleet.redis.kill();
      await stage.pass(CHURN_SECONDS / 4);
      await raceAll(stage, 'without Redis');
      await stage.fleet.redis.start();
    });
    await stage.pass(CHURN_SECONDS / 4);
    await raceAll(stage, 'with Redis');
  },
};

async function raceAll(stage: Stage, when: string): Promise<void> {
  let later = 0;
  for (let race = 1; race <= RACES; race += 1) later += await removalAgainstSends(stage, `${when} ${race}`);
  stage.figure(`removed on n1 while ${SENDS} sends race on n2, ${when}`, `${later} later events in ${RACES} races`);
  stage.must(later === 0, `${when}: ${later} events reached a removed member's sockets after the removal.`);
}

/** Answers how many events of the conversation reached the removed person after `member:removed`. */
async function removalAgainstSends(stage: Stage, name: string): Promise<number> {
  const [first, second] = stage.fleet.urls as [string, string];
  const [owner, gone] = await Promise.all([
    TestUser.ofHost(first, { externalId: `owner ${name}` }),
    TestUser.ofHost(second, { externalId: `gone ${name}` }),
  ]);
  const { id } = await owner.rest.createConversation({ type: 'group', name, memberIds: [gone.id] });
  const sender = await ScriptedClient.connect(second, owner.token);
  const sockets = await Promise.all([first, second].map((url) => ScriptedClient.connect(url, gone.token)));
  try {
    const sends = Array.from({ length: SENDS }, (_, n) =>
      sender.command('message:send', { conversationId: id, clientMessageId: randomUUID(), content: `${n}` }),
    );
    await sockets[1]?.waitFor('message:new');
    await owner.rest.removeMember(id, gone.id);
    await Promise.all(sends);
    await Promise.all(sockets.map((socket) => socket.waitFor('member:removed', ({ userId }) => userId === gone.id)));
    // Long enough for the other node's reconciler to deliver whatever it still would.
    await stage.pass(1.2);
    return sockets.reduce((sum, socket) => sum + laterThanRemoval(socket, id, gone.id), 0);
  } finally {
    for (const socket of [sender, ...sockets]) socket.close();
  }
}

function laterThanRemoval({ events }: ScriptedClient, conversationId: string, userId: string): number {
  const mine = events.filter(({ payload }) => of(payload)?.conversationId === conversationId);
  const at = mine.findIndex(({ name, payload }) => name === 'member:removed' && of(payload)?.userId === userId);
  const removal = of(mine[at]?.payload)?.version ?? 0;
  return mine.filter(({ payload }, place) => place > at || (of(payload)?.version ?? 0) > removal).length;
}

/** The fields of an event about its conversation and its subject. */
function of(
  payload: Events[EventName] | undefined,
): { conversationId?: string; version?: number; userId?: string } | null {
  return (payload as { conversationId?: string; version?: number; userId?: string } | undefined) ?? null;
}
