import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  bareEnvironment,
  Child,
  eventually,
  freshDirectory,
  ParleyNode,
  ROOT,
  ScriptedClient,
  TcpProxy,
} from '@parley/testkit';
import { Person } from '../sdk/person.js';

const LIFE = [
  'online',
  'is told of plans',
  'queue: plans 1 a draft',
  'sent 1 good morning',
  'topic: team 1 good morning',
  'Bob has read 1',
  'Bob types',
  'typed',
  'topic: team 2 hello Ada',
  'has read 2, 0 unread',
  'not_found',
  'queue: direct 1 psst',
  'sent 2 what?',
  'walks to the train',
  'sent 3 can you hear me?, again',
  'team: good morning, hello Ada, can you hear me?, no, still not, come back',
  'plans: a draft, another draft',
  'direct: psst, what?, never mind',
  'late: you are late',
  'without the topic',
  'queue: team 7 goodbye',
  'RECEIPT of DISCONNECT',
  'connections: 2, told twice: 0, RECEIPT of the refused: false',
];

let node: ParleyNode;
let directory: string;
let line: TcpProxy;
let child: Child;

beforeAll(async () => {
  node = await ParleyNode.start();
  directory = freshDirectory('spring-style');
  line = await TcpProxy.start({ host: '127.0.0.1', port: Number(new URL(node.url).port) });
});

afterAll(async () => {
  await child?.end('SIGKILL');
  await line.close();
  await node.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function prints(text: string): Promise<void> {
  await eventually(`it prints: ${text}`, () => child.log().includes(`${text}\n`) || child.exit);
}

it('a Spring-style client lives its whole life: loses its line, misses nothing, tells nothing twice', async () => {
  const [ada, bob, eve] = await Promise.all(['ada', 'bob', 'eve'].map((name) => Person.named(name, node.url)));
  if (!ada || !bob || !eve) throw new Error('Somebody is missing.');
  const groupOf = async (name: string, owner = bob, memberIds = [ada.id]) =>
    (await owner.rest.createConversation({ type: 'group', name, memberIds })).id;
  const [team, foreign] = [await groupOf('team'), await groupOf('of others', eve, [])];
  const client = await ScriptedClient.connect(node.url, bob.token);
  child = new Child({
    command: process.execPath,
    args: [join(ROOT, 'apps/e2e/clients/lives/spring-style.mjs')],
    cwd: directory,
    logFile: join(directory, 'life.txt'),
    env: {
      ...bareEnvironment(),
      ...{ URL: `http://127.0.0.1:${line.port}`, TOKEN: await ada.newToken() },
      ...{ TEAM: team, FOREIGN: foreign, BOB: bob.id },
    },
  });

  await prints('online');
  const plans = await groupOf('plans');
  await bob.rest.send(plans, { content: 'a draft' });
  await prints('topic: team 1 good morning');
  await client.command('message:read', { conversationId: team, seq: 1 });
  await prints('Bob has read 1');
  await client.command('typing:start', { conversationId: team });
  await prints('typed');
  expect(client.named('typing:update').some(({ payload }) => payload.userIds.includes(ada.id))).toBe(true);
  await bob.rest.send(team, { content: 'hello Ada' });
  await prints('not_found');
  const direct = await bob.rest.createConversation({ type: 'direct', memberIds: [ada.id] });
  await bob.rest.send(direct.id, { content: 'psst' });

  await prints('walks to the train');
  await line.mode('blackhole-down');
  child.signal('SIGUSR2');
  await client.waitFor('message:new', ({ message }) => message.content === 'can you hear me?');
  await line.mode('refuse');
  for (const content of ['no', 'still not', 'come back']) await bob.rest.send(team, { content });
  await bob.rest.send(plans, { content: 'another draft' });
  await bob.rest.send(direct.id, { content: 'never mind' });
  await bob.rest.send(await groupOf('late'), { content: 'you are late' });
  await line.mode('pass');
  await prints('without the topic');
  await bob.rest.send(team, { content: 'goodbye' });
  const { code } = await child.exited;
  client.close();

  expect({ code, printed: child.log().trim().split('\n') }).toEqual({ code: 0, printed: LIFE });
  const stored = await bob.rest.messages(team);
  const spoken = ['good morning', 'hello Ada', 'can you hear me?', 'no', 'still not', 'come back', 'goodbye'];
  expect(stored.map(({ content }) => content)).toEqual(spoken);
  const [first, reply] = await bob.rest.messages(direct.id);
  expect(reply?.replyTo?.id).toBe(first?.id);
});
