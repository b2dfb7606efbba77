import type { ConversationDetail } from '@parley/protocol';
import { RestClient } from '../harness/rest-client.js';
import { registerByRest } from '../journeys/browser.js';

/** Who plays in the pictures. */
const CAST = [
  ['mina.halvorsen', 'Mina Halvorsen'],
  ['ama.okafor', 'Ama Okafor'],
  ['tomas.reyes', 'Tomas Reyes'],
  ['jonas.berg', 'Jonas Berg'],
  ['li.wen', 'Li Wen'],
  ['dmitri.kern', 'Dmitri Kern'],
] as const;

type Username = (typeof CAST)[number][0];

/** The conversation that is shown open. */
const LINES: [Username, string][] = [
  ['mina.halvorsen', 'Morning all. The fail-over drill starts at `15:00`; staging is already on the new build.'],
  [
    'mina.halvorsen',
    'Please keep an eye on:\n\n- delivery latency\n- reconnects per node\n- unread counts after the switch',
  ],
  ['jonas.berg', 'Runbook is up to date: https://example.org/runbook/fail-over'],
  ['tomas.reyes', "I'll keep two tabs open and one phone, so we see all three."],
  ['tomas.reyes', '```\np50 11 ms\np99 38 ms\n```'],
  ['li.wen', '> reconnects per node\n\nI have a chart for that one, sharing it during the drill.'],
  ['ama.okafor', 'Looks right. @tomas.reyes can you post the numbers *after* the switch too?'],
  ['tomas.reyes', 'Will do. Nothing acknowledged may go missing, that is the **whole point**.'],
];

export interface Scene {
  /** Those who sign in through the page. */
  viewer: Username;
  room: string;
}

/** Fills a fresh server with people and conversations, over REST. */
export async function buildScene(url: string): Promise<Scene> {
  const people = new Map<Username, { id: string; rest: RestClient; token: string }>();
  for (const [username, name] of CAST) {
    const { user, accessToken } = await registerByRest(url, username, name);
    people.set(username, { id: user.id, rest: new RestClient(url, accessToken), token: accessToken });
  }
  const rest = (name: Username) => (people.get(name) as { rest: RestClient }).rest;
  const ids = (...names: Username[]) => names.map((name) => (people.get(name) as { id: string }).id);
  const say = (id: string, name: Username, content: string) => rest(name).send(id, { content });

  const mark = async (what: 'read' | 'delivered', id: string, name: Username, seq: number) => {
    const answer = await fetch(`${url}/api/conversations/${id}/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${people.get(name)?.token}` },
      body: JSON.stringify({ seq }),
    });
    if (!answer.ok) throw new Error(`${what}: ${answer.status} ${await answer.text()}`);
  };

  const direct = async (other: Username, lines: [Username, string][]) => {
    const { id } = await rest('tomas.reyes').createConversation({ type: 'direct', memberIds: ids(other) });
    for (const [name, line] of lines) await say(id, name, line);
  };
  await direct('dmitri.kern', [
    ['dmitri.kern', 'Can you review the proxy settings today?'],
    ['tomas.reyes', 'Yes, after lunch.'],
  ]);
  await direct('ama.okafor', [
    ['tomas.reyes', 'Do we have a second pair of eyes for the drill?'],
    ['ama.okafor', 'I am in. Will review the checklist.'],
  ]);
  const group = (name: string, ...others: Username[]): Promise<ConversationDetail> =>
    rest('mina.halvorsen').createConversation({ type: 'group', name, memberIds: ids(...others) });
  const ops = await group('Ops on call', 'tomas.reyes', 'jonas.berg', 'li.wen');
  for (let line = 1; line <= 12; line += 1)
    await say(ops.id, 'jonas.berg', `Node ${line} drained and back, all sockets returned.`);
  const room = await group('Launch room', 'tomas.reyes', 'ama.okafor', 'jonas.berg');
  await rest('mina.halvorsen').addMembers(room.id, ids('li.wen'));
  for (const [name, line] of LINES) await say(room.id, name, line);
  // The system line of the addition is the first of all.
  await mark('delivered', room.id, 'li.wen', LINES.length + 1);
  await mark('read', room.id, 'jonas.berg', LINES.length - 2);
  await mark('read', room.id, 'ama.okafor', LINES.length + 1);
  await mark('read', room.id, 'mina.halvorsen', LINES.length + 1);
  return { viewer: 'tomas.reyes', room: room.id };
}
