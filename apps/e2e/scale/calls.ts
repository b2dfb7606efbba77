import type { ConversationPage } from '@parley/protocol';
import type { Client } from 'pg';
import type { Asker, Call } from './asker.js';
import { ASKER } from './size.js';

/** A kind of call; each time it is made it is about another place of the same kind. */
export interface Question {
  name: string;
  call(turn: number): Call;
}

interface Conversation {
  id: string;
  version: number;
  receipts: number;
  lastSeq: number;
}

/** What questions are made of. */
interface Ground {
  /** All of the asker's, the longest first. */
  conversations: Conversation[];
  /** Of the longest ones, which have several pages on either side. */
  places: { conversationId: string; seq: number; id: string; time: string }[];
  /** By conversation: its head, ten changed messages ago. */
  tenAgo: Map<string, Conversation>;
  /** Own or others' messages with an earlier text or reactions. */
  edited: string[];
  reacted: string[];
  cursor: number;
  secondPage: string;
}

/** Conversations whose pages are read, and in which ten messages have changed for the larger `sync`. */
const LONGEST = 10;
const CHANGED_IN_EACH = 10;
const PAGE = 50;

export async function questions(client: Client, asker: Asker): Promise<Question[]> {
  const ground = await survey(client, asker);
  const { conversations, places, cursor, secondPage } = ground;
  const of = <T>(list: readonly T[], turn: number): T => list[turn % list.length] as T;
  const page = (turn: number, query: (place: Ground['places'][number]) => string): Call => {
    const place = of(places, turn);
    return { method: 'GET', path: `/conversations/${place.conversationId}/messages?limit=${PAGE}${query(place)}` };
  };
  const get = (path: string): Call => ({ method: 'GET', path });
  const sync = (asked: readonly Conversation[]): Call => ({
    method: 'POST',
    path: '/sync',
    body: {
      cursor,
      conversations: Object.fromEntries(asked.map(({ id, version, receipts }) => [id, { version, receipts }])),
    },
  });
  const unchanged = sync(conversations);
  const changed = sync(conversations.map((each) => ground.tenAgo.get(each.id) ?? each));
  return [
    { name: 'page, the newest', call: (turn) => page(turn, () => '') },
    { name: 'page before a place deep down', call: (turn) => page(turn, ({ seq }) => `&before=${seq}`) },
    { name: 'page after a place deep down', call: (turn) => page(turn, ({ seq }) => `&after=${seq}`) },
    { name: 'page around a message', call: (turn) => page(turn, ({ id }) => `&around=${id}`) },
    { name: 'page around a time', call: (turn) => page(turn, ({ time }) => `&around=${encodeURIComponent(time)}`) },
    { name: 'page of a type that is not there', call: (turn) => page(turn, () => '&type=image') },
    { name: 'list, first page', call: () => get('/conversations?limit=50') },
    { name: 'list, second page', call: () => get(`/conversations?limit=50&cursor=${secondPage}`) },
    { name: 'list, archived ones', call: () => get('/conversations?limit=50&archived=true') },
    { name: 'one conversation', call: (turn) => get(`/conversations/${of(places, turn).conversationId}`) },
    { name: 'unread', call: () => get('/messages/unread') },
    { name: 'sync, 1,000 conversations, nothing changed', call: () => unchanged },
    { name: 'sync, 1,000 conversations, 100 rows changed', call: () => changed },
    { name: 'one message', call: (turn) => get(`/messages/${of(places, turn).id}`) },
    { name: 'receipts of a message', call: (turn) => get(`/messages/${of(places, turn).id}/receipts`) },
    { name: 'reactions to a message', call: (turn) => get(`/messages/${of(ground.reacted, turn)}/reactions`) },
    { name: 'earlier texts of a message', call: (turn) => get(`/messages/${of(ground.edited, turn)}/edits`) },
  ];
}

async function survey(client: Client, asker: Asker): Promise<Ground> {
  const all = async <T extends object>(sql: string, values: unknown[] = []) =>
    (await client.query<T>(sql, values)).rows;
  const conversations = await all<Conversation>(
    `SELECT k.id, k.version::int, r.receipts::int, k.last_seq::int AS "lastSeq"
       FROM conversations k JOIN conversation_receipts r ON r.conversation_id = k.id
       JOIN conversation_participants p ON p.conversation_id = k.id AND p.left_at IS NULL
       JOIN users u ON u.id = p.user_id AND u.external_id = $1
      ORDER BY k.last_seq DESC, k.id LIMIT 1000`,
    [ASKER],
  );
  const longest = conversations.slice(0, LONGEST).map(({ id }) => id);
  const places = await all<Ground['places'][number]>(
    `SELECT m.conversation_id AS "conversationId", m.seq::int, m.id, to_json(m.created_at) #>> '{}' AS time
       FROM conversations k, generate_series(1, 40) i
       JOIN LATERAL (SELECT * FROM messages x WHERE x.conversation_id = k.id AND x.type <> 'system' AND x.deleted_at IS NULL
                        AND x.seq >= ${PAGE} + 1 + (k.last_seq - 2 * ${PAGE}) * i / 41 ORDER BY x.seq LIMIT 1) m ON true
      WHERE k.id = ANY ($1) ORDER BY i, k.id`,
    [longest],
  );
  const tenAgo = await all<Conversation>(
    `SELECT k.id, m.version::int, r.receipts::int, k.last_seq::int AS "lastSeq"
       FROM conversations k JOIN conversation_receipts r ON r.conversation_id = k.id
       JOIN LATERAL (SELECT version FROM messages x WHERE x.conversation_id = k.id
                      ORDER BY version DESC OFFSET ${CHANGED_IN_EACH} LIMIT 1) m ON true
      WHERE k.id = ANY ($1)`,
    [longest],
  );
  const ids = async (condition: string) =>
    (
      await all<{ id: string }>(
        `SELECT id FROM messages WHERE conversation_id = ANY ($1) AND deleted_at IS NULL AND ${condition} ORDER BY md5(id::text) LIMIT 200`,
        [longest],
      )
    ).map(({ id }) => id);
  const [me] = await all<{ cursor: number }>(
    'SELECT membership_version::int AS cursor FROM users WHERE external_id = $1',
    [ASKER],
  );
  const list = (await asker.ask({ method: 'GET', path: '/conversations?limit=50' })).body as ConversationPage;
  return {
    conversations,
    places,
    tenAgo: new Map(tenAgo.map((each) => [each.id, each])),
    edited: await ids('edited_at IS NOT NULL'),
    reacted: await ids("reactions <> '[]'"),
    cursor: me?.cursor ?? 0,
    secondPage: list.nextCursor ?? '',
  };
}
