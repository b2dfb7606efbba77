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

interface Line {
  by: Username;
  text: string;
  /** Which of the lines it answers. */
  answers?: number;
  /** What it was before it was edited. */
  was?: string;
  isDeleted?: boolean;
  /** Emoji → who. */
  reactions?: Record<string, Username[]>;
}

/** The conversation that is shown open. */
const LINES: Line[] = [
  {
    by: 'mina.halvorsen',
    text: 'Morning all. The fail-over drill starts at `15:00`; staging is already on the new build.',
    reactions: { '👍': ['tomas.reyes', 'ama.okafor', 'jonas.berg'], '🚀': ['li.wen'] },
  },
  {
    by: 'mina.halvorsen',
    text: 'Please keep an eye on:\n\n- delivery latency\n- reconnects per node\n- unread counts after the switch',
  },
  {
    by: 'jonas.berg',
    text: 'Runbook is up to date: https://example.org/runbook/fail-over',
    was: 'Runbook is nearly up to date.',
  },
  { by: 'jonas.berg', text: 'Wrong room, sorry.', isDeleted: true },
  { by: 'tomas.reyes', text: "I'll keep two tabs open and one phone, so we see all three." },
  { by: 'tomas.reyes', text: '```\np50 11 ms\np99 38 ms\n```', reactions: { '🎉': ['mina.halvorsen', 'ama.okafor'] } },
  {
    by: 'li.wen',
    text: '> reconnects per node\n\nI have a chart for that one, sharing it during the drill.',
    answers: 1,
  },
  {
    by: 'ama.okafor',
    text: 'Looks right. @tomas.reyes can you post the numbers *after* the switch too?',
    answers: 5,
  },
  { by: 'jonas.berg', text: 'No harm done.', answers: 3 },
  { by: 'tomas.reyes', text: 'Will do. Nothing acknowledged may go missing, that is the **whole point**.' },
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

  const ask = async (name: Username, method: string, path: string, body?: object) => {
    const answer = await fetch(`${url}/api/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${people.get(name)?.token}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  };
  const mark = (what: 'read' | 'delivered', id: string, name: Username, seq: number) =>
    ask(name, 'POST', `conversations/${id}/${what}`, { seq });

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
  await say(ops.id, 'jonas.berg', '@tomas.reyes that was the last one.');
  const room = await group('Launch room', 'tomas.reyes', 'ama.okafor', 'jonas.berg');
  await rest('mina.halvorsen').addMembers(room.id, ids('li.wen'));
  const sent: string[] = [];
  for (const { by, text, was, answers } of LINES) {
    const { id } = await rest(by).send(room.id, {
      content: was ?? text,
      replyToId: answers === undefined ? undefined : sent[answers],
    });
    sent.push(id);
  }
  for (const [index, { by, text, was, isDeleted, reactions = {} }] of LINES.entries()) {
    const path = `messages/${sent[index]}`;
    if (was) await ask(by, 'PATCH', path, { content: text });
    if (isDeleted) await ask(by, 'DELETE', path);
    for (const [emoji, names] of Object.entries(reactions)) {
      for (const name of names) await ask(name, 'POST', `${path}/reactions`, { emoji });
    }
  }
  // The system line of the addition is the first of all.
  await mark('delivered', room.id, 'li.wen', LINES.length + 1);
  await mark('read', room.id, 'jonas.berg', LINES.length - 2);
  await mark('read', room.id, 'ama.okafor', LINES.length + 1);
  await mark('read', room.id, 'mina.halvorsen', LINES.length + 1);
  return { viewer: 'tomas.reyes', room: room.id };
}
