import { randomUUID } from 'node:crypto';
import { mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { SignedLinks } from '../src/modules/auth/index.js';
import { CLEANUP, FileCleanup } from '../src/modules/files/index.js';
import { RateLimits } from '../src/platform/limits/rate-limits.js';
import { startNode, type TestNode } from './node.js';
import { aPerson, codeOf, type Person, pathOf, succeeded } from './people.js';
import { aFile, beginUpload, download, formOf, PNG, postForm, someBytes, stored, upload } from './uploads.js';

const MOST = 100_000;
const QUOTA = 300_000;

let node: TestNode;
let ann: Person;
beforeAll(async () => {
  node = await startNode({ MAX_FILE_BYTES: String(MOST), FILE_BYTES_PER_USER: String(QUOTA) });
  ann = await aPerson(node);
});
afterAll(() => node.close());

const file = (content: Buffer | string = someBytes(10), filename = 'a.bin') => ({
  disposition: `name="file"; filename="${filename}"`,
  content,
});

/** As it was signed for ann so many seconds ago. */
function linkAged(id: string, seconds: number): string {
  const { now } = Date;
  Date.now = () => now() - seconds * 1_000;
  try {
    return node.node.app.get(SignedLinks).sign(`/api/files/${id}`, ann.id).url;
  } finally {
    Date.now = now;
  }
}

describe('uploading', () => {
  it('S1.29: takes a file by REST, and hands out the same bytes under the name that it came with', async () => {
    const content = someBytes(MOST);
    const answer = await upload(ann, { content, name: 'naïve 報告.pdf' });
    expect(answer).toMatchObject({
      status: 201,
      body: {
        fileName: 'naïve 報告.pdf'.normalize('NFC'),
        fileType: 'application/octet-stream',
        fileSize: MOST,
        downloadUrl: `/api/files/${answer.body.fileId}`,
      },
    });
    const read = await download(ann, answer.body.fileId);
    expect(read.status).toBe(200);
    expect(read.content.equals(content)).toBe(true);
    expect(read.headers.get('content-disposition')).toBe(
      `attachment; filename="na_ve __.pdf"; filename*=UTF-8''na%C3%AFve%20%E5%A0%B1%E5%91%8A.pdf`,
    );
  });

  it.each([
    ['a decomposed name in NFC', 'nai\u0308ve.txt', 'na\u00efve.txt'],
    ['a path of Unix', '../../etc/passwd', 'passwd'],
    ['a path of Windows', 'C:\\\\temp\\\\x.doc', 'x.doc'],
    ['what turns the text around it', 'photo\u202egpj.exe', 'photo gpj.exe'],
    ['a quotation mark as browsers write it', 'say %22hi%22.txt', 'say "hi".txt'],
    ['a name of 300 characters', `${'n'.repeat(296)}.txt`, `${'n'.repeat(296)}.txt`],
    ['a leading dot', '.profile', '.profile'],
  ])('attack 44: %s is a name, and no place on the disk', async (_, sent, kept) => {
    const { fileName, fileId } = succeeded(await postForm(ann, formOf([file(someBytes(10), sent)])));
    expect(fileName).toBe(kept);
    expect((await download(ann, fileId)).headers.get('content-disposition')).not.toMatch(/[\r\n\u0080-\uffff]/);
  });

  it.each([
    ['an empty file', [file('')], 'validation_failed', 'file'],
    ['a byte too many', [file(someBytes(MOST + 1))], 'too_large', 'file'],
    ['another field', [{ disposition: 'name="picture"; filename="a"', content: 'x' }], 'validation_failed', 'picture'],
    ['no file', [{ disposition: 'name="clientUploadId"', content: randomUUID() }], 'validation_failed', 'file'],
    ['a file without a name', [{ disposition: 'name="file"', content: 'x' }], 'validation_failed', 'file'],
    [
      'bytes without a name',
      [{ ...file(), disposition: 'name="file"', type: 'application/octet-stream' }],
      'validation_failed',
      'file',
    ],
    ['an empty name', [file('x', '')], 'validation_failed', 'file'],
    ['a name of dots', [file('x', '..')], 'validation_failed', 'file'],
    ['a name of 10 KB', [file('x', 'n'.repeat(10_240))], 'validation_failed', 'file'],
    ['two files', [file('x'), file('y')], 'validation_failed', 'file'],
    ['an unknown field', [file('x'), { disposition: 'name="folder"', content: 'x' }], 'validation_failed', 'folder'],
    [
      'an id that is none',
      [{ disposition: 'name="clientUploadId"', content: 'x' }, file()],
      'validation_failed',
      'clientUploadId',
    ],
    [
      'many fields',
      [...Array(20).keys()].map((n) => ({ disposition: `name="f${n}"`, content: 'x' })),
      'validation_failed',
      'f0',
    ],
    [
      'a thousand parts',
      [...Array(1_000).keys()].map(() => ({ disposition: 'name=""', content: 'x' })),
      'validation_failed',
      '',
    ],
  ])('attack 46: refuses %s, and keeps nothing of it', async (_, parts, code, path) => {
    const before = await stored(node);
    const answer = await postForm(ann, formOf(parts));
    expect([codeOf(answer), pathOf(answer)]).toEqual([code, path]);
    expect(await stored(node)).toEqual(before);
  });

  it.each([
    ['JSON', '{}', 'application/json', 'unsupported_media_type'],
    ['a form without a boundary', 'x', 'multipart/form-data', 'validation_failed'],
    [
      'a form that is cut off',
      formOf([file('x')])
        .subarray(0, -20)
        .toString(),
      undefined,
      'validation_failed',
    ],
    ['what is no form', 'x'.repeat(1000), undefined, 'validation_failed'],
  ])('refuses %s', async (_, body, type, code) => {
    const before = await stored(node);
    expect(codeOf(await postForm(ann, Buffer.from(body), type))).toBe(code);
    expect(await stored(node)).toEqual(before);
  });

  it('attack 46: keeps nothing of an upload whose line is cut', async () => {
    const before = await stored(node);
    const sockets = await Promise.all(Array.from({ length: 5 }, () => beginUpload(ann, 90_000, someBytes(50_000))));
    const has = (count: number) => async () => (await stored(node)).known.length === before.known.length + count;
    await eventually('they are being written', has(5));
    for (const socket of sockets) socket.destroy();
    await eventually('they are gone', has(0));
    expect(await stored(node)).toEqual(before);
  });

  it('says that it is too large before it is read, where its length says so', async () => {
    expect(await answerToBeginning(ann, 10 * MOST)).toMatch(/^HTTP\/1.1 413 /);
  });

  it('is repeated under its clientUploadId, and no other file is taken under it', async () => {
    const fields = { clientUploadId: randomUUID() };
    const content = someBytes(1_000);
    const first = await upload(ann, { content, fields });
    const again = await upload(ann, { content, fields });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
    expect(codeOf(await upload(ann, { content: someBytes(1_000), fields }))).toBe('idempotency_conflict');
    expect(codeOf(await upload(ann, { content, name: 'other.bin', fields }))).toBe('idempotency_conflict');
    const bob = await aPerson(node);
    expect((await upload(bob, { content, fields })).body.fileId).not.toBe(first.body.fileId);
  });

  it('ten times the same upload at once is one file', async () => {
    const cat = await aPerson(node);
    const fields = { clientUploadId: randomUUID() };
    const content = someBytes(1_000);
    const answers = await Promise.all(Array.from({ length: 10 }, () => upload(cat, { content, fields })));
    expect(new Set(answers.map(({ body }) => body.fileId)).size).toBe(1);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(9);
    expect(await node.rows(sql`SELECT 1 FROM file_contents WHERE uploader_id = ${cat.id}`)).toHaveLength(1);
  });

  it('stores the same content of one uploader once, under as many names as it has', async () => {
    const [cat, dan] = [await aPerson(node), await aPerson(node)];
    const content = someBytes(1_000);
    const ids = await Promise.all(['a', 'b', 'c'].map((name) => aFile(cat, content, name)));
    await aFile(dan, content);
    const of = (who: Person) => node.rows(sql`SELECT 1 FROM file_contents WHERE uploader_id = ${who.id}`);
    expect([(await of(cat)).length, (await of(dan)).length]).toEqual([1, 1]);
    const read = await Promise.all(ids.map((id) => download(cat, id)));
    expect(read.map((each) => each.content.equals(content))).toEqual([true, true, true]);
    const { onDisk, known } = await stored(node);
    expect(onDisk).toEqual(known);
  });

  it('attack 47: what one user has stored never exceeds the quota, however much comes at once', async () => {
    const cat = await aPerson(node);
    const answers = await Promise.all(Array.from({ length: 8 }, () => upload(cat, { content: someBytes(MOST * 0.9) })));
    expect(answers.filter((each) => codeOf(each) === 201)).toHaveLength(3);
    expect(answers.flatMap((each) => pathOf(each) ?? [])).toEqual(Array(5).fill('quota'));
    const { onDisk, known } = await stored(node);
    expect(onDisk).toEqual(known);
  });
});

/** What is answered to an upload of which no more than its beginning comes. */
async function answerToBeginning(person: Person, length: number): Promise<string> {
  const socket = await beginUpload(person, length, Buffer.alloc(10));
  const [answer] = await new Promise<Buffer[]>((resolve) => socket.once('data', (...args) => resolve(args)));
  socket.destroy();
  return String(answer);
}

describe('whoever has reached a limit', () => {
  const repeated = async (person: Person) => {
    const sent = { content: someBytes(MOST * 0.9), fields: { clientUploadId: randomUUID() } };
    const first = succeeded(await upload(person, sent));
    const again = () => upload(person, sent);
    return { ...sent, first, again };
  };
  const spend = (person: Person, budget: 'uploads' | 'uploadedBytes') => {
    const limits = person.node.node.app.get(RateLimits);
    // A charge takes nothing where less is left.
    limits.refund(budget, person.id, -(limits.limitOf(budget) ?? 0));
  };

  it('attack 47: with a full quota gets the file of a repeat; anything else is refused while its first bytes come', async () => {
    const cat = await aPerson(node);
    const { content, fields, first, again } = await repeated(cat);
    for (const bytes of [MOST, MOST, MOST * 0.1]) await aFile(cat, someBytes(bytes));
    const before = await stored(node);
    const { status, body } = await again();
    expect([status, body]).toEqual([200, first]);
    expect(codeOf(await upload(cat, { content: someBytes(MOST), fields }))).toBe('idempotency_conflict');
    expect(pathOf(await upload(cat, { content, fields: { clientUploadId: randomUUID() } }))).toBe('quota');
    expect(await answerToBeginning(cat, MOST)).toMatch(/^HTTP\/1.1 413 .*"quota"/s);
    expect(await stored(node)).toEqual(before);
  });

  it.each(['uploads', 'uploadedBytes'] as const)('beyond the rate of %s gets the file of a repeat', async (budget) => {
    const limited = await startNode({ RATE_LIMITS: 'on' });
    try {
      const cat = await aPerson(limited);
      const { first, again } = await repeated(cat);
      await eventually('a new one is refused', async () => {
        spend(cat, budget);
        return codeOf(await upload(cat, { content: someBytes(MOST * 5) })) === 'rate_limited';
      });
      spend(cat, budget);
      const { status, body } = await again();
      expect([status, body]).toEqual([200, first]);
    } finally {
      await limited.close();
    }
  });
});

it('attack 47: what counts for the quota is the sum of what is stored, whatever came and went', async () => {
  const cat = await aPerson(node);
  const sums = () =>
    node.rows<{ kept: number; sum: number }>(sql`
      SELECT (SELECT bytes::float8 FROM file_usage WHERE uploader_id = ${cat.id}) AS kept,
             coalesce(sum(size), 0)::float8 AS sum FROM file_contents
       WHERE uploader_id = ${cat.id} AND state = 'stored' AND rendition_of IS NULL`);
  const content = someBytes(1_000);
  await Promise.all([content, content, someBytes(500), PNG].map((each) => upload(cat, { content: each })));
  await upload(cat, { content: someBytes(MOST + 1) });
  const [counted] = await sums();
  expect(counted?.kept).toBe(counted?.sum);
  expect(counted?.kept).toBeGreaterThan(1_500);
  await node.rows(sql`UPDATE files SET loose_since = now() - interval '3 days' WHERE uploader_id = ${cat.id}`);
  await node.rows(sql`UPDATE file_contents SET used_at = now() - interval '3 days' WHERE uploader_id = ${cat.id}`);
  await node.node.app.get(FileCleanup).run();
  expect(await sums()).toEqual([{ kept: 0, sum: 0 }]);
});

describe('the clean-up', () => {
  const step = { ...CLEANUP };
  afterEach(() => {
    Object.assign(CLEANUP, step);
  });

  const loosen = (person: Person) =>
    node.rows(sql`
      WITH old AS (UPDATE file_contents SET used_at = used_at - interval '3 days' WHERE uploader_id = ${person.id})
      UPDATE files SET loose_since = loose_since - interval '3 days' WHERE uploader_id = ${person.id}`);
  const contentsOf = (person: Person) =>
    node.rows<{ id: string }>(sql`SELECT id FROM file_contents WHERE uploader_id = ${person.id} ORDER BY used_at`);
  /** Somebody has put a folder where the content was, which is not removed. */
  const makeStuck = ({ id }: { id: string }) => {
    const path = join(node.filesDirectory, id.slice(-2), id);
    rmSync(path);
    mkdirSync(path);
    return () => rmdirSync(path);
  };
  const told = () => node.logs.filter(({ msg }) => String(msg).startsWith('a content could not be removed')).length;

  it('passes over a content that cannot be removed, tries it once a run, and removes it once it can', async () => {
    const cat = await aPerson(node);
    for (let i = 0; i < 4; i += 1) await aFile(cat);
    await loosen(cat);
    const [stuck] = await contentsOf(cat);
    const mend = makeStuck(stuck as { id: string });
    CLEANUP.most = 1;
    const before = told();
    await node.node.app.get(FileCleanup).run();
    expect(await contentsOf(cat)).toEqual([stuck]);
    expect(told()).toBe(before + 1);
    mend();
    await node.node.app.get(FileCleanup).run();
    expect(await contentsOf(cat)).toEqual([]);
  });

  it('ends where nothing can be removed, and begins with what it has not tried yet', async () => {
    const cat = await aPerson(node);
    for (let i = 0; i < 14; i += 1) await aFile(cat);
    await loosen(cat);
    const contents = await contentsOf(cat);
    const mends = contents.slice(0, 12).map(makeStuck);
    await expect(node.node.app.get(FileCleanup).run()).rejects.toThrow();
    expect(await contentsOf(cat)).toHaveLength(14);
    await node.node.app
      .get(FileCleanup)
      .run()
      .catch(() => undefined);
    expect((await contentsOf(cat)).map(({ id }) => id).toSorted()).toEqual(
      contents
        .slice(0, 12)
        .map(({ id }) => id)
        .toSorted(),
    );
    for (const mend of mends) mend();
    await node.node.app.get(FileCleanup).run();
    expect(await contentsOf(cat)).toEqual([]);
  });
});

describe('reading', () => {
  it('attack 43: shows what runs nothing, and makes a browser save everything else, whatever it is called', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
    const html = '<!doctype html><script>alert(1)</script>';
    const kinds: [string, Buffer][] = [
      ['x.png', PNG],
      ['x.html', PNG],
      ['x.svg', Buffer.from(svg)],
      ['x.xml', Buffer.from(`<?xml version="1.0"?>${svg}`)],
      ['x.html', Buffer.from(html)],
      ['x.png', Buffer.from(html)],
      ['x.js', Buffer.from('alert(1)')],
      ['x.pdf', Buffer.from('%PDF-1.7\n')],
      ['x.png', Buffer.concat([PNG, Buffer.from(html)])],
    ];
    const answers = [];
    for (const [name, content] of kinds) {
      const { headers } = await download(ann, await aFile(ann, content, name));
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox$/);
      expect(headers.get('cache-control')).toBe('private, no-cache');
      answers.push(`${name} ${headers.get('content-type')} ${headers.get('content-disposition')?.split(';')[0]}`);
    }
    expect(answers).toEqual([
      'x.png image/png inline',
      'x.html image/png inline',
      'x.svg application/octet-stream attachment',
      'x.xml application/octet-stream attachment',
      'x.html application/octet-stream attachment',
      'x.png application/octet-stream attachment',
      'x.js application/octet-stream attachment',
      'x.pdf application/pdf attachment',
      'x.png image/png inline',
    ]);
  });

  it('answers one range, and the whole where several are asked for or the content has changed', async () => {
    const content = someBytes(1_000);
    const id = await aFile(ann, content);
    const etag = (await download(ann, id)).headers.get('etag') ?? '';
    const asked = async (headers: Record<string, string>) => {
      const { status, headers: given, content: bytes } = await download(ann, id, { headers });
      return [status, given.get('content-range'), bytes.equals(content) ? 'whole' : bytes.toString('hex')];
    };
    const part = (start: number, end: number) => content.subarray(start, end).toString('hex');
    expect(await asked({ range: 'bytes=0-9' })).toEqual([206, 'bytes 0-9/1000', part(0, 10)]);
    expect(await asked({ range: 'bytes=990-' })).toEqual([206, 'bytes 990-999/1000', part(990, 1_000)]);
    expect(await asked({ range: 'bytes=-5' })).toEqual([206, 'bytes 995-999/1000', part(995, 1_000)]);
    expect(await asked({ range: 'bytes=999-5000' })).toEqual([206, 'bytes 999-999/1000', part(999, 1_000)]);
    expect(await asked({ range: 'bytes=0-1,5-6' })).toEqual([200, null, 'whole']);
    expect(await asked({ range: 'lines=0-1' })).toEqual([200, null, 'whole']);
    expect(await asked({ range: 'bytes=0-9', 'if-range': etag })).toEqual([206, 'bytes 0-9/1000', part(0, 10)]);
    expect(await asked({ range: 'bytes=0-9', 'if-range': '"other"' })).toEqual([200, null, 'whole']);
    const beyond = await download(ann, id, { headers: { range: 'bytes=1000-' } });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */1000']);
    expect(beyond.headers.get('content-type')).toMatch('application/json');
    expect(JSON.parse(String(beyond.content)).error.code).toBe('validation_failed');
  });

  it('has nothing to send where the reader has it already, and nothing but headers for HEAD', async () => {
    const id = await aFile(ann, someBytes(1_000));
    const etag = (await download(ann, id)).headers.get('etag') ?? '';
    const again = await download(ann, id, { headers: { 'if-none-match': etag } });
    expect([again.status, again.content.length]).toEqual([304, 0]);
    const head = await download(ann, id, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), head.content.length]).toEqual([200, '1000', 0]);
  });

  it('says in the log that a content is missing, and answers as if there were no such file', async () => {
    const id = await aFile(ann, someBytes(100));
    const rows = await node.rows<{ at: string }>(sql`SELECT content_id AS at FROM files WHERE id = ${id}`);
    const at = rows[0]?.at ?? '';
    rmSync(join(node.filesDirectory, at.slice(-2), at));
    const { status, headers, content } = await download(ann, id);
    expect([status, JSON.parse(String(content)).error.code]).toEqual([404, 'not_found']);
    expect(headers.get('content-type')).toMatch('application/json');
    expect([headers.get('etag'), headers.get('content-disposition')]).toEqual([null, null]);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(node.logs.filter(({ level, fileId }) => level === 'error' && fileId === id)).toHaveLength(1);
    await node.rows(sql`DELETE FROM files WHERE id = ${id}`);
    await node.rows(sql`DELETE FROM file_contents WHERE id = ${at}`);
  });

  it('attack 28: a file of somebody else is answered like one that does not exist', async () => {
    const id = await aFile(ann);
    const bob = await aPerson(node);
    const answers = [
      await bob.get(`/files/${id}`),
      await bob.get(`/files/${randomUUID()}`),
      await bob.post(`/files/${id}/link`),
    ];
    expect(answers.map(codeOf)).toEqual(Array(3).fill('not_found'));
    const [one, other] = answers.map(({ text }) => text.replace(/"requestId":"[^"]*"/, ''));
    expect(one).toBe(other);
  });

  it('attack 28: a link is good for its own file, until its time is over, and only as it was signed', async () => {
    const [id, other] = [await aFile(ann, PNG), await aFile(ann)];
    const { url, expiresAt } = succeeded(await ann.post(`/files/${id}/link`));
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(280_000);
    const get = async (path: string) => (await fetch(node.url + path)).status;
    expect(await get(url)).toBe(200);
    const [, user = '', expires = '', mac = ''] = /link=([^.]+)\.([^.]+)\.(.+)$/.exec(url) ?? [];
    const forged = [
      url.replace(id, other),
      url.replace(user, randomUUID()),
      url.replace(expires, String(Number(expires) + 1)),
      url.replace(mac, mac.slice(0, -1)),
      `/api/files/${id}?link=`,
      `/api/files/${id}?link=x&link=y`,
      `/api/files/${id}`,
      `/api/users/me${url.slice(url.indexOf('?'))}`,
    ];
    expect(await Promise.all(forged.map(get))).toEqual(forged.map(() => 401));
    expect([await get(linkAged(id, 290)), await get(linkAged(id, 300))]).toEqual([200, 401]);
    await node.rows(sql`UPDATE users SET is_disabled = true WHERE id = ${ann.id}`);
    expect(await get(url)).toBe(404);
    await node.rows(sql`UPDATE users SET is_disabled = false WHERE id = ${ann.id}`);
  });
});
