import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Message } from '@parley/protocol';
import { deploymentCommand, eventually, freshDirectory, ParleyNode, PostgresCluster, TestUser } from '@parley/testkit';
import { unpacked } from './backup-contents.js';

const PHRASES = 1_000;
const AT_ONCE = 8;
/** With a key each. */
const GROUPS = 20;
const SENT_A_ROUND = 50;
const KEYS = { RATE_LIMITS: 'off', ENCRYPTION_KEYS: `first:${randomBytes(32).toString('base64')}` };

/** What these files have of these phrases, also within what gzip has packed. */
function foundIn(paths: readonly string[], phrases: readonly string[]): string[] {
  const found = new Set<string>();
  for (const path of paths) {
    const stored = readFileSync(path);
    const content = stored.readUInt16BE(0) === 0x1f8b ? gunzipSync(stored) : stored;
    for (const phrase of phrases) if (content.includes(phrase)) found.add(phrase);
  }
  return [...found];
}

const filesIn = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).length > 1);

/** In a text, in metadata, and in what an edit has replaced: each message has three of them. */
async function sayAll(ann: TestUser, conversation: string, phrases: readonly string[]): Promise<Message[]> {
  const messages: Message[] = [];
  const waiting = Array.from({ length: Math.ceil(phrases.length / 3) }, (_, i) => phrases.slice(3 * i, 3 * i + 3));
  const sender = async () => {
    for (let own = waiting.pop(); own; own = waiting.pop()) {
      const [first = '', then = '', note = ''] = own;
      const sent = { clientMessageId: randomUUID(), content: `before ${first} after`, metadata: { note } };
      const { id } = await ann.rest.send(conversation, sent);
      messages.push(await ann.rest.edit(id, `${'a long text with '.repeat(20)} ${then}`));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  return messages;
}

describe.each(['embedded', 'Postgres'] as const)('encryption at rest on %s', (engine) => {
  const phrases = Array.from({ length: PHRASES }, () => `phrase-${randomUUID()}`);
  const backups = freshDirectory('encrypted');
  let cluster: PostgresCluster | null = null;
  let dataDirectory: string;
  let env: Record<string, string> = KEYS;
  let node: ParleyNode;
  let log = '';

  beforeAll(async () => {
    if (engine === 'Postgres') {
      cluster = await PostgresCluster.start();
      env = { ...KEYS, DATABASE_URL: await cluster.createDatabase('encrypted') };
    }
    dataDirectory = engine === 'embedded' ? await ParleyNode.directory() : freshDirectory('data');
    node = await ParleyNode.start({ dataDirectory, env: { ...env, LOG_LEVEL: 'trace' } });
  });
  afterAll(async () => {
    await node.stop();
    await cluster?.stop();
    for (const each of [backups, dataDirectory]) rmSync(each, { recursive: true, force: true });
  });

  it('1,000 phrases that were said are in no file of the database, its log, a backup or the log of the node', async () => {
    const ann = await TestUser.ofHost(node.url, { externalId: 'ann', name: 'Ann' });
    const bob = await TestUser.ofHost(node.url, { externalId: 'bob', name: 'Bob' });
    const { id } = await ann.rest.createConversation({ type: 'group', name: 'canary-name', memberIds: [bob.id] });
    const messages = await sayAll(ann, id, phrases);
    expect(messages).toHaveLength(Math.ceil(PHRASES / 3));
    const stored = () => [...filesIn(dataDirectory), ...(cluster ? filesIn(cluster.directory) : [])];
    // While all is still in the log, and once it is in the tables.
    expect(foundIn(stored(), phrases)).toEqual([]);
    const archive = join(backups, 'encrypted.tar');
    const settings = { ...env, DATA_DIR: dataDirectory };
    expect((await deploymentCommand('backup', settings, archive)).code).toBe(0);
    log = node.log();
    await node.terminate();
    if (cluster) await cluster.restart('fast');
    expect(foundIn(stored(), phrases)).toEqual([]);
    const lines = Object.values(unpacked(archive).rows).flat().join('\n');
    expect(phrases.filter((phrase) => lines.includes(phrase) || log.includes(phrase))).toEqual([]);
    // What is looked for can be found: this is stored as it is.
    expect(foundIn(stored(), ['canary-name'])).toEqual(['canary-name']);
    expect(lines).toContain('canary-name');
    expect((await deploymentCommand('verify', settings)).code).toBe(0);
  });

  it('a backup is restored, and read by whoever has its key alone', async () => {
    const elsewhere = freshDirectory('restored');
    const database: Record<string, string> = cluster ? { DATABASE_URL: await cluster.createDatabase('restored') } : {};
    const settings = { ...env, ...database, DATA_DIR: elsewhere };
    try {
      const { code, text } = await deploymentCommand('restore', settings, join(backups, 'encrypted.tar'));
      expect({ code, text }).toEqual({ code: 0, text });
      const without = await ParleyNode.launch({ dataDirectory: elsewhere, env: database });
      expect((await without.exited).code).toBe(1);
      expect(without.log()).toContain('does not list the key "first"');
      await without.stop();
      node = await ParleyNode.start({ dataDirectory: elsewhere, env: { ...env, ...database } });
      const ann = await TestUser.ofHost(node.url, { externalId: 'ann', name: 'Ann' });
      const id = (await ann.rest.conversations())[0]?.id ?? '';
      const texts: string[] = [];
      for (let before = ''; ; ) {
        const page = await ann.request<{ items: Message[]; nextCursor: string | null }>(
          'GET',
          `/conversations/${id}/messages?limit=100${before}`,
        );
        texts.push(...page.items.map(({ content, metadata }) => `${content} ${JSON.stringify(metadata)}`));
        if (page.nextCursor === null) break;
        before = `&before=${page.nextCursor}`;
      }
      const all = texts.join('\n');
      // Of each message what was edited and what stands beside it; what it was before is in its history.
      expect(phrases.filter((phrase, i) => i % 3 > 0 && !all.includes(phrase))).toEqual([]);
    } finally {
      await node.stop();
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });

  it('keys are rotated while people write and the node is killed, and nothing is lost', async () => {
    const next = `second:${randomBytes(32).toString('base64')}`;
    const rotating = { ...env, ENCRYPTION_KEYS: `${next},${KEYS.ENCRYPTION_KEYS}`, LOG_LEVEL: 'info' };
    const start = async (settings: Record<string, string>) => {
      node = await ParleyNode.start({ dataDirectory, env: settings });
      return TestUser.ofHost(node.url, { externalId: 'ann', name: 'Ann' });
    };
    const acked: Message[] = [];
    /** Until the node is gone. */
    const say = async (user: TestUser, ids: readonly string[]) => {
      for (;;) {
        const body = { clientMessageId: randomUUID(), content: `said ${acked.length}` };
        const sent = await user.rest.send(ids[acked.length % ids.length] ?? '', body).catch(() => null);
        if (!sent) return;
        acked.push(sent);
      }
    };
    const first = await start(env);
    const ids: string[] = [];
    while (ids.length < GROUPS) {
      ids.push((await first.rest.createConversation({ type: 'group', name: 'G', memberIds: [] })).id);
      await first.rest.send(ids.at(-1) ?? '', { clientMessageId: randomUUID(), content: 'at first' });
    }
    await node.terminate();
    for (const settings of [rotating, rotating]) {
      const sending = say(await start(settings), ids);
      const enough = acked.length + SENT_A_ROUND;
      await eventually('some is sent', () => acked.length >= enough);
      await node.kill();
      await sending;
    }
    // Either all are rotated, or the next one that may has some to rotate.
    let last = await ParleyNode.launch({ dataDirectory, env: { ...env, ENCRYPTION_KEYS: next } });
    if (
      await last.ready().then(
        () => false,
        () => true,
      )
    ) {
      await start(rotating);
      await eventually('the rest is rotated', () => node.log().includes('encrypted by the first key'));
      await node.terminate();
      last = await ParleyNode.launch({ dataDirectory, env: { ...env, ENCRYPTION_KEYS: next } });
      await last.ready();
    }
    node = last;
    const reader = await TestUser.ofHost(node.url, { externalId: 'ann', name: 'Ann' });
    for (const { id, content } of acked) {
      expect((await reader.request<Message>('GET', `/messages/${id}`)).content).toBe(content);
    }
  });
});
