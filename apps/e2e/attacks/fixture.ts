import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AttachedFile, ConversationDetail, Message, Report, SendMessageBody, Session } from '@parley/protocol';
import { eventually, Refusal, RestClient } from '@parley/testkit';

/** A user of the run, with an account of Parley's own. */
export class Actor extends RestClient {
  constructor(
    url: string,
    readonly role: string,
    readonly id: string,
    readonly username: string,
    readonly password: string,
    session: { accessToken: string; cookie: string },
  ) {
    super(url, session.accessToken);
    this.cookie = session.cookie;
  }

  /** The refresh token, as a `Cookie` header has it. */
  cookie: string;

  static async register(url: string, role: string): Promise<Actor> {
    const [username, password] = [`${role}-${randomUUID().slice(0, 8)}`, `${role} ${randomUUID()}`];
    const session = await register(url, { username, password });
    return new Actor(url, role, session.user.id, username, password, session);
  }

  /** Waits as long as it is told to. */
  override async send(id: string, body: SendMessageBody): Promise<Message> {
    for (;;) {
      try {
        return await super.send(id, body);
      } catch (fault) {
        const wait = fault instanceof Refusal ? fault.error.retryAfterMs : undefined;
        if (wait === undefined) throw fault;
        await sleep(wait);
      }
    }
  }
}

async function register(url: string, { username, password }: Record<'username' | 'password', string>) {
  const answer = await fetch(`${url}/api/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  if (!answer.ok) throw new Error(`${url} did not register ${username}: ${answer.status} ${await answer.text()}`);
  const cookie = answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  return { ...((await answer.json()) as Session), cookie };
}

/** Who is attacked and who attacks, and what there is to attack. */
export interface Fixture {
  /** Administers the server, if that was started for the run. */
  first: Actor;
  alice: Actor;
  bob: Actor;
  /** A server's user like others, and a member of nothing. */
  mallory: Actor;
  /** Was a member of the group. */
  ex: Actor;
  /** Of the group. */
  admin: Actor;
  /** A group of alice, its owner, bob and admin. */
  group: string;
  /** The conversation of alice and bob. */
  direct: string;
  /** Another group of theirs, archived. */
  archived: string;
  /** Alice's, in the group. */
  message: Message;
  /** Alice's, which that message carries. */
  file: AttachedFile;
  /** Bob's, about that message. */
  report: string;
  /** Only members ever see it: it is in the names and messages of all three. */
  secret: string;
}

export async function makeFixture(urls: readonly string[]): Promise<Fixture> {
  const url = (place: number) => urls[place % urls.length] as string;
  // The first account of an installation administers it.
  const first = await Actor.register(url(0), 'first');
  const roles = ['alice', 'bob', 'mallory', 'ex', 'admin'];
  const actors = await Promise.all(roles.map((role, place) => Actor.register(url(place), role)));
  const [alice, bob, mallory, ex, admin] = actors as [Actor, Actor, Actor, Actor, Actor];
  const secret = `confidential ${randomUUID()}`;
  const made = (name: string, others: readonly Actor[]): Promise<ConversationDetail> =>
    alice.createConversation({
      type: 'group',
      name: `${name} ${secret}`.slice(0, 100),
      memberIds: others.map(({ id }) => id),
    });
  const group = await made('Group', [bob, ex, admin]);
  const archived = await made('Archive', [bob, ex, admin]);
  const direct = await alice.createConversation({ type: 'direct', memberIds: [bob.id] });
  await alice.request('PATCH', `/conversations/${group.id}/members/${admin.id}`, { role: 'admin' });
  const file = await aFileOf(alice, secret);
  const message = await alice.send(group.id, { content: secret, metadata: { fileId: file.fileId } });
  const report = await bob.request<Report>('POST', `/messages/${message.id}/reports`, { reason: 'other' });
  for (const { id } of [archived, direct]) await alice.send(id, { content: secret });
  for (const { id } of [group, archived]) await alice.removeMember(id, ex.id);
  await alice.archive(archived.id);
  const ids = { group: group.id, direct: direct.id, archived: archived.id };
  return { first, alice, bob, mallory, ex, admin, ...ids, message, file, report: report.id, secret };
}

/** A GIF of one pixel, so that it has a thumbnail; the text is its table of 256 colours. */
function pictureOf(text: string): Uint8Array<ArrayBuffer> {
  const colours = Buffer.alloc(768);
  colours.write(text);
  const parts = [
    'GIF89a\x01\0\x01\0\xf7\0\0',
    colours.toString('latin1'),
    ',\0\0\0\0\x01\0\x01\0\0\x08\x04\0\x01\x04\x04\0;',
  ];
  return new Uint8Array(Buffer.from(parts.join(''), 'latin1'));
}

async function aFileOf({ url, token }: Actor, content: string): Promise<AttachedFile> {
  const form = new FormData();
  form.append('file', new Blob([pictureOf(content)]), 'secret.gif');
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/api/files`, { method: 'POST', headers, body: form });
  if (!answer.ok) throw new Error(`${url} did not take a file: ${answer.status} ${await answer.text()}`);
  const file = (await answer.json()) as AttachedFile;
  // It is looked at by then, so that no row sees what is written meanwhile; a busy machine takes longer than a request waits.
  const isShown = async () => (await fetch(`${url}${file.downloadUrl}/thumbnail`, { headers })).ok;
  await eventually(`${url} shows its thumbnail`, isShown);
  return file;
}
