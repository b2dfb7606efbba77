import { ParleyClient } from '@parley/client';
import type { ConversationDetail } from '@parley/protocol';
import { type RestClient, TestUser } from '@parley/testkit';
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
  /** Another group, in which a member sends something each time it is stirred. */
  ops: string;
  stir: () => Promise<void>;
  /** Somebody types in the room for a moment. */
  type: () => void;
  close: () => Promise<void>;
}

/** Fills a fresh server with people and conversations, over REST. */
export async function buildScene(url: string): Promise<Scene> {
  const cast = await Cast.register(url);
  await cast.talk('dmitri.kern', [
    ['dmitri.kern', 'Can you review the proxy settings today?'],
    ['tomas.reyes', 'Yes, after lunch.'],
  ]);
  await cast.talk('ama.okafor', [
    ['tomas.reyes', 'Do we have a second pair of eyes for the drill?'],
    ['ama.okafor', 'I am in. Will review the checklist.'],
  ]);
  const ops = await cast.group('Ops on call', 'tomas.reyes', 'jonas.berg', 'li.wen');
  for (let line = 1; line <= 12; line += 1)
    await cast.say(ops.id, 'jonas.berg', `Node ${line} drained and back, all sockets returned.`);
  await cast.say(ops.id, 'jonas.berg', '@tomas.reyes that was the last one.');
  const room = await cast.group('Launch room', 'tomas.reyes', 'ama.okafor', 'jonas.berg');
  await cast.rest('mina.halvorsen').addMembers(room.id, cast.ids('li.wen'));
  await fillRoom(cast, room.id);
  // The system line of the addition is the first of all.
  await cast.mark('delivered', room.id, 'li.wen', LINES.length + 1);
  await cast.mark('read', room.id, 'jonas.berg', LINES.length - 2);
  await cast.mark('read', room.id, 'ama.okafor', LINES.length + 1);
  await cast.mark('read', room.id, 'mina.halvorsen', LINES.length + 1);
  const stir = async () => {
    await cast.say(ops.id, 'li.wen', 'The last two alerts were the old node going away.');
    await cast.say(ops.id, 'jonas.berg', 'Thanks, I close them.');
  };
  // Two of them are here.
  const ama = cast.device('ama.okafor', url);
  const mina = cast.device('mina.halvorsen', url);
  const type = () => ama.typing(room.id).notify();
  const close = async () => void (await Promise.all([ama.stop(), mina.stop()]));
  return { viewer: 'tomas.reyes', room: room.id, ops: ops.id, stir, type, close };
}

/** Sends the lines, and then does with them what is done. */
async function fillRoom(cast: Cast, room: string): Promise<void> {
  const sent: string[] = [];
  for (const { by, text, was, answers } of LINES) {
    const { id } = await cast.rest(by).send(room, {
      content: was ?? text,
      replyToId: answers === undefined ? undefined : sent[answers],
    });
    sent.push(id);
  }
  for (const [index, { by, text, was, isDeleted, reactions = {} }] of LINES.entries()) {
    const path = `/messages/${sent[index]}`;
    if (was) await cast.ask(by, 'PATCH', path, { content: text });
    if (isDeleted) await cast.ask(by, 'DELETE', path);
    for (const [emoji, names] of Object.entries(reactions)) {
      for (const name of names) await cast.ask(name, 'POST', `${path}/reactions`, { emoji });
    }
  }
}

class Cast {
  private readonly people = new Map<Username, TestUser>();

  static async register(url: string): Promise<Cast> {
    const cast = new Cast();
    await Promise.all(
      CAST.map(async ([username, name]) => {
        const { user, accessToken } = await registerByRest(url, username, name);
        cast.people.set(username, new TestUser(url, user.id, username, accessToken));
      }),
    );
    return cast;
  }

  device(name: Username, url: string): ParleyClient {
    const client = new ParleyClient({ url, getToken: async () => this.one(name).token });
    client.start();
    return client;
  }

  rest(name: Username): RestClient {
    return this.one(name).rest;
  }

  ids(...names: Username[]): string[] {
    return names.map((name) => this.one(name).id);
  }

  say(id: string, name: Username, content: string) {
    return this.rest(name).send(id, { content });
  }

  /** The viewer's direct conversation with another user. */
  async talk(other: Username, lines: [Username, string][]): Promise<void> {
    const { id } = await this.rest('tomas.reyes').createConversation({ type: 'direct', memberIds: this.ids(other) });
    for (const [name, line] of lines) await this.say(id, name, line);
  }

  group(name: string, ...others: Username[]): Promise<ConversationDetail> {
    return this.rest('mina.halvorsen').createConversation({ type: 'group', name, memberIds: this.ids(...others) });
  }

  mark(what: 'read' | 'delivered', id: string, name: Username, seq: number): Promise<void> {
    return this.ask(name, 'POST', `/conversations/${id}/${what}`, { seq });
  }

  ask(name: Username, method: string, path: string, body?: object): Promise<void> {
    return this.rest(name).request(method, path, body);
  }

  private one(name: Username) {
    const one = this.people.get(name);
    if (!one) throw new Error(`${name} does not play.`);
    return one;
  }
}
