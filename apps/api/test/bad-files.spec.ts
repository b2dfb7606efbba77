import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { FaultyS3 } from './faulty-s3.js';
import { startNode, type TestNode } from './node.js';
import { aPerson, codeOf, directOf, type Person, succeeded } from './people.js';
import { append, ask, begin } from './tus.js';
import { aFile, beginUpload, formOf, postForm, someBytes, stored, upload } from './uploads.js';

const MOST = 100_000;
const QUOTA = 250_000;
const PER_MESSAGE = 3;
const ENV = {
  ...{ MAX_FILE_BYTES: String(MOST), FILE_BYTES_PER_USER: String(QUOTA) },
  FILES_PER_MESSAGE: String(PER_MESSAGE),
};

const sent = (content: Buffer | string, disposition: string) => formOf([{ disposition, content }]);
const named = (name: string) => `name="file"; filename="${name}"`;

/** One file too many beside two of the largest that fit. */
async function filled(node: TestNode): Promise<Person> {
  const person = await aPerson(node);
  for (let i = 0; i < 2; i += 1) await aFile(person, someBytes(MOST));
  return person;
}

const BY_FORM: [string, string, (ann: Person) => Promise<string | number>][] = [
  ['an empty file', 'validation_failed', async (ann) => codeOf(await postForm(ann, sent('', named('a'))))],
  ['a byte too many', 'too_large', async (ann) => codeOf(await postForm(ann, sent(someBytes(MOST + 1), named('a'))))],
  [
    'another field',
    'validation_failed',
    async (ann) => codeOf(await postForm(ann, sent('x', 'name="a"; filename="a"'))),
  ],
  ['no name', 'validation_failed', async (ann) => codeOf(await postForm(ann, sent('x', 'name="file"')))],
  ['an empty name', 'validation_failed', async (ann) => codeOf(await postForm(ann, sent('x', named(''))))],
  [
    'a name of 10 KB',
    'validation_failed',
    async (ann) => codeOf(await postForm(ann, sent('x', named('n'.repeat(10_240))))),
  ],
  [
    'a form that is cut off',
    'validation_failed',
    async (ann) => codeOf(await postForm(ann, sent(someBytes(MOST / 2), named('a')).subarray(0, -9))),
  ],
];
const BY_TUS: typeof BY_FORM = [
  ['an empty file', 'validation_failed', async (ann) => (await begin(ann, 0)).code],
  ['a byte too many', 'too_large', async (ann) => (await begin(ann, MOST + 1)).code],
  ['no name', 'validation_failed', async (ann) => (await begin(ann, 1, {})).code],
  ['an empty name', 'validation_failed', async (ann) => (await begin(ann, 1, { filename: '' })).code],
  ['a name of 10 KB', 'validation_failed', async (ann) => (await begin(ann, 1, { filename: 'n'.repeat(10_240) })).code],
];

/** The way, what is wrong, and its code. */
type Wrong = [string, ...(typeof BY_FORM)[number]];
const WRONG: Wrong[] = [
  ...BY_FORM.map((row): Wrong => ['as a form', ...row]),
  ...BY_TUS.map((row): Wrong => ['by tus', ...row]),
];

describe.each<[string, FaultyS3 | null]>([
  ['on the local disk', null],
  ['in a bucket of S3', new FaultyS3()],
])('what is wrong with files %s', (_, s3) => {
  let node: TestNode;
  let ann: Person;
  let bob: Person;
  beforeAll(async () => {
    await s3?.start();
    node = await startNode({ ...ENV, ...s3?.env });
    await s3?.tried();
    [ann, bob] = [await aPerson(node), await aPerson(node)];
    // The store is there, with all of its folders.
    await aFile(bob);
  });
  afterAll(async () => {
    await node.close();
    await s3?.close();
  });

  /** Everything that is kept anywhere, which the database and the store have to agree on. */
  async function kept(): Promise<object> {
    const { onDisk, known } = await stored(node);
    const spool = join(dirname(node.filesDirectory), 'spool');
    expect(existsSync(spool) ? readdirSync(spool) : []).toEqual([]);
    expect(s3 ? s3.keys() : onDisk).toEqual(known);
    const [rows] = await node.rows(sql`
      SELECT (SELECT count(*) FROM files) AS files, (SELECT count(*) FROM resumable_uploads) AS uploads,
             (SELECT count(*) FROM messages WHERE type <> 'system') AS messages`);
    return { known, rows };
  }

  it.each(WRONG)('attack 46: %s: %s is %s, and nothing of it stays', async (_way, _what, code, act) => {
    const before = await kept();
    expect(await act(ann)).toBe(code);
    expect(await kept()).toEqual(before);
  });

  it('attack 46: a line that is cut leaves nothing of a form, and of tus nothing once it is ended', async () => {
    const before = await kept();
    const socket = await beginUpload(ann, 90_000, someBytes(50_000));
    const passing = () => node.rows(sql`SELECT 1 FROM file_contents WHERE state <> 'stored'`);
    await eventually('it is being written', async () => (await passing()).length > 0);
    socket.destroy();
    await eventually('it is gone', async () => (await passing()).length === 0);
    expect(await kept()).toEqual(before);
    const { at } = await begin(ann, 90_000);
    await append(ann, at, 0, someBytes(50_000));
    expect((await append(ann, at, 50_000, someBytes(50_000))).code).toBe('too_large');
    expect((await ask(ann, `DELETE ${at}`)).status).toBe(204);
    expect(await kept()).toEqual(before);
  });

  it('attack 47: what the quota has no room for is too_large, by form and by tus, and nothing of it stays', async () => {
    const cat = await filled(node);
    const before = await kept();
    expect(codeOf(await upload(cat, { content: someBytes(MOST) }))).toBe('too_large');
    expect((await begin(cat, MOST)).code).toBe('too_large');
    expect(await kept()).toEqual(before);
  });

  it('§4: files of others, files that are none and one too many are refused in messages, which are not there then', async () => {
    const [direct, other] = [await directOf(ann, bob), await directOf(bob, await aPerson(node))];
    const shared = await aFile(bob);
    const send = (person: Person, at: string, ids: string[]) =>
      person.post(`/conversations/${at}/messages`, {
        ...{ content: '', type: 'file', metadata: { files: ids.map((fileId) => ({ fileId })) } },
      });
    succeeded(await send(bob, direct, [shared]));
    succeeded(await send(bob, other, [await aFile(bob)]));
    const own = await Promise.all(Array.from({ length: PER_MESSAGE + 1 }, () => aFile(ann)));
    const before = await kept();
    // The first one ann may read, of the second she knows nothing.
    for (const ids of [[shared], [own[0] ?? '', await aFileOf(other)], [randomUUID()], own]) {
      const answer = await send(ann, direct, ids);
      expect([codeOf(answer), answer.body.error.details[0].path.split('.')[0]]).toEqual([
        'validation_failed',
        'metadata',
      ]);
    }
    expect(await kept()).toEqual(before);
    expect(codeOf(await send(ann, direct, own.slice(1)))).toBe(201);
  });

  async function aFileOf(conversationId: string): Promise<string> {
    const [row] = await node.rows<{ id: string }>(
      sql`SELECT file_id AS id FROM message_files WHERE conversation_id = ${conversationId}`,
    );
    return row?.id ?? '';
  }
});
