import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { bareEnvironment, Child, freshDirectory, hostToken, RestClient, ROOT } from '@parley/testkit';
import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

const PROGRAM = join(ROOT, 'apps/e2e/dist/chaos/kept-client.js');
const MORE_THAN_IT_CAN = 10_000;

/** F24: a program that sends is killed again and again, and its successor takes over its outbox. */
export function clientKilled(lives: number): Row {
  return {
    id: 'F24',
    title: `kill -9 of a client with an outbox in a file, ${lives} times`,
    nodes: 2,
    fleet: { env: { RATE_LIMITS: 'off' } },
    async run(stage) {
      const directory = freshDirectory('kept-client');
      try {
        await play(stage, directory, lives);
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    },
  };
}

async function play(stage: Stage, directory: string, lives: number): Promise<void> {
  const token = await hostToken({ externalId: 'kept', name: 'Kept' });
  const rest = new RestClient(stage.fleet.balancer.url, token);
  const { id } = await rest.createConversation({ type: 'group', name: 'Kept', memberIds: [] });
  const settings = { TOKEN: token, CONVERSATION: id, OUTBOX: join(directory, 'outbox') };
  const logs: string[] = [];
  const live = (life: number, sends: number) => {
    const env = { ...settings, LIFE: String(life), SENDS: String(sends), PARLEY_URL: stage.fleet.balancer.url };
    return start(directory, env);
  };
  for (let life = 1; life <= lives; life += 1) {
    const child = live(life, MORE_THAN_IT_CAN);
    await printed(child, 'written');
    await stage.pass(stage.random.between(50, 1_200) / 1_000);
    await stage.fault('client killed', { pids: [child.pid] }, () => child.end('SIGKILL'));
    logs.push(child.log());
  }
  const last = live(lives + 1, 0);
  await printed(last, 'all sent');
  await last.exited;
  for (const [place, url] of stage.fleet.urls.entries()) {
    const told = (await new RestClient(url, token).messages(id)).filter(({ type }) => type !== 'system');
    compare(stage, `n${place + 1}`, { logs, told: told.map(({ content }) => content) });
  }
}

interface Seen {
  /** What each life printed. */
  logs: readonly string[];
  /** The conversation in the end, in order. */
  told: readonly string[];
}

function compare(stage: Stage, node: string, { logs, told }: Seen): void {
  // An entry that is tried again is written again.
  const written = new Set(
    logs.flatMap((log) => [...log.matchAll(/^written (\S+)\n/gm)].map(([, content]) => content ?? '')),
  );
  const there = new Set(told);
  const lost = [...written].filter((content) => !there.has(content));
  stage.figure(
    `kept by a client that was killed, through ${node}`,
    `${written.size} written down, ${told.length} there`,
  );
  stage.must(written.size > logs.length, 'Hardly anything was written down: that proves little.');
  stage.must(lost.length === 0, `${node}: ${lost.length} were written down and are lost, the first is ${lost[0]}.`);
  stage.must(there.size === told.length, `${node}: ${told.length - there.size} are there twice.`);
  stage.must(isSorted(told), `${node}: they are not in the order in which they were sent.`);
}

/** By life, and within a life by number. */
function isSorted(contents: readonly string[]): boolean {
  const places = contents.map((content) => content.split('.').map(Number) as [number, number]);
  return places.every(([life, number], at) => {
    const [lifeBefore, numberBefore] = places[at - 1] ?? [0, 0];
    return life > lifeBefore || (life === lifeBefore && number > numberBefore);
  });
}

function start(directory: string, env: Record<string, string>): Child {
  return new Child({
    command: process.execPath,
    args: [PROGRAM],
    env: { ...bareEnvironment(), ...env },
    logFile: join(directory, `life-${env.LIFE}.txt`),
  });
}

/** Once it has printed a line that begins so. */
async function printed(child: Child, begin: string): Promise<void> {
  while (!`\n${child.log()}`.includes(`\n${begin}`)) {
    if (child.exit !== null) throw new Error(`The client ended by itself:\n${child.log()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
