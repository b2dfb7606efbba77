import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import sharp from 'sharp';
import { EXAMINATION, FileCleanup } from '../src/modules/files/index.js';
import { startNode, type TestNode } from './node.js';
import {
  animated,
  apng,
  BLUE,
  bomb,
  type Colour,
  coloursOf,
  distance,
  flood,
  fourFields,
  GREEN,
  heldAs,
  plain,
  pngWithMore,
  RED,
  WHITE,
  withPlace,
} from './odd-pictures.js';
import { aPerson, codeOf, type Person, succeeded } from './people.js';
import { download, stored, upload } from './uploads.js';

let node: TestNode;
let ann: Person;
const { uploadMs } = EXAMINATION;
beforeAll(async () => {
  EXAMINATION.uploadMs = 60_000;
  node = await startNode();
  ann = await aPerson(node);
});
afterAll(async () => {
  EXAMINATION.uploadMs = uploadMs;
  await node.close();
});

const FIELDS = [RED, GREEN, BLUE, WHITE];
const halfOf = (content: Buffer) => content.subarray(0, content.length / 2);
const times4 = (colour: Colour) => [colour, colour, colour, colour];

/** As uploaded, with what its answer says of it, and its thumbnail. */
async function shown(content: Buffer, size?: number) {
  const file = succeeded(await upload(ann, { content, name: 'a picture' }));
  return { ...file, thumbnail: await thumbnailOf(file.fileId, size) };
}

async function thumbnailOf(id: string, size?: number): Promise<Response & { content: Buffer }> {
  const query = size === undefined ? '' : `?size=${size}`;
  return download(ann, `${id}/thumbnail${query}`);
}

describe('a picture', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('§3: stands upright, however the camera was held (%i)', async (orientation) => {
    const { width, height, thumbnail } = await shown(await heldAs(orientation));
    expect([width, height]).toEqual([480, 320]);
    expect(await sharp(thumbnail.content).metadata()).toMatchObject({ format: 'webp', width: 320, height: 213 });
    expect(distance(await coloursOf(thumbnail.content), FIELDS)).toBeLessThan(16);
  });

  it.each<[string, () => Promise<Buffer>, Colour]>([
    ['CMYK without a profile', () => plain(BLUE).toColourspace('cmyk').jpeg().toBuffer(), [16, 60, 255]],
    ['Display P3', () => plain(RED).withIccProfile('p3').png().toBuffer(), RED],
    ['16 bits', () => plain([200, 100, 50]).toColourspace('rgb16').png().toBuffer(), [200, 100, 50]],
    ['grey', () => plain([90, 90, 90]).toColourspace('b-w').png().toBuffer(), [90, 90, 90]],
    ['AVIF', () => plain(GREEN).avif({ effort: 0 }).toBuffer(), GREEN],
    ['no length, and a page behind its end', () => pngWithMore(Buffer.from('<script>alert(1)</script>')), RED],
  ])('§3: has its colours: %s', async (_, make, colour) => {
    const { width, height, placeholder, thumbnail } = await shown(await make());
    expect([width, height]).toEqual([64, 64]);
    expect(placeholder.length).toBeLessThanOrEqual(40);
    expect(distance(await coloursOf(thumbnail.content), times4(colour))).toBeLessThan(8);
  });

  it.each(['gif', 'webp'] as const)('§3: moves in its thumbnail as it does itself (%s)', async (format) => {
    const { width, height, thumbnail } = await shown(await animated(format, [RED, GREEN, BLUE]));
    expect([width, height]).toEqual([64, 64]);
    const { pages } = await sharp(thumbnail.content, { animated: true }).metadata();
    expect(pages).toBe(3);
    const { data } = await sharp(thumbnail.content, { page: 2 })
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(distance([[data[0] ?? -1, data[1] ?? -1, data[2] ?? -1]], [BLUE])).toBeLessThan(16);
  });

  it('§3: shows the first picture of a PNG that moves', async () => {
    const { fileType, width, thumbnail } = await shown(await apng(GREEN, RED));
    expect([fileType, width]).toEqual(['image/apng', 64]);
    expect((await sharp(thumbnail.content, { animated: true }).metadata()).pages ?? 1).toBe(1);
    expect(distance(await coloursOf(thumbnail.content), times4(GREEN))).toBeLessThan(16);
  });

  it('§3: has a large and a small thumbnail, neither larger than itself', async () => {
    const large = await sharp(await (await fourFields()).png().toBuffer())
      .resize(2_400)
      .jpeg()
      .toBuffer();
    const small = await plain(RED, 300, 20).png().toBuffer();
    const sizes = async (content: Buffer) => {
      const { fileId } = succeeded(await upload(ann, { content }));
      const each = async (size?: number) => {
        const thumbnail = await thumbnailOf(fileId, size);
        if (!thumbnail.ok) throw new Error(String(thumbnail.content));
        const { width, height } = await sharp(thumbnail.content).metadata();
        return `${width}x${height}`;
      };
      return [await each(), await each(320), await each(1280)];
    };
    expect(await sizes(large)).toEqual(['320x213', '320x213', '1280x853']);
    expect(await sizes(small)).toEqual(['300x20', '300x20', '300x20']);
  });

  it.each<[string, () => Promise<Buffer>]>([
    ['a JPEG whose end is missing', async () => halfOf(await heldAs(1))],
    ['a few bytes that claim a billion pixels', () => bomb(32_000)],
    ['a few bytes that have four hundred million', async () => flood(20_000)],
    ['a header without pixels', async () => (await plain(RED).png().toBuffer()).subarray(0, 40)],
    [
      'a page behind the beginning of a picture',
      async () => Buffer.from('\xff\xd8\xff\xe0<script>alert(1)</script>', 'latin1'),
    ],
    ['a drawing', async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ['a text', async () => Buffer.from('hello')],
  ])('attack 45: %s is a file like any other', async (_, make) => {
    const before = node.logs.length;
    const { fileId, width, height, placeholder, thumbnail } = await shown(await make());
    expect([width, height, placeholder]).toEqual([undefined, undefined, undefined]);
    expect([thumbnail.status, JSON.parse(String(thumbnail.content)).error.code]).toEqual([404, 'not_found']);
    await thumbnailOf(fileId, 1280);
    const told = node.logs.slice(before).filter(({ msg }) => msg === 'nothing can be shown of a file');
    expect(told.length).toBeLessThanOrEqual(1);
  });
});

describe('a thumbnail', () => {
  it('§3: is kept by its reader, and handed out as what it is to pages that run nothing', async () => {
    const { thumbnail } = await shown(await heldAs(1));
    const { headers } = thumbnail;
    expect(headers.get('content-type')).toBe('image/webp');
    expect(headers.get('content-disposition')).toMatch(/^inline; filename="a picture.webp"/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox$/);
    expect(headers.get('cache-control')).toBe('private, max-age=300, immutable');
  });

  it('§3: is not sent again to who has it, and is sent in parts', async () => {
    const { fileId, thumbnail } = await shown(await heldAs(1));
    const etag = thumbnail.headers.get('etag') ?? '';
    const get = (headers: Record<string, string>) => download(ann, `${fileId}/thumbnail`, { headers });
    expect((await get({ 'if-none-match': etag })).status).toBe(304);
    const part = await get({ range: 'bytes=4-9' });
    expect([part.status, part.content]).toEqual([206, thumbnail.content.subarray(4, 10)]);
  });

  it('attack 28: is for those who may read the file, by token or by a link of its own', async () => {
    const { fileId, thumbnail } = await shown(await heldAs(1));
    const bob = await aPerson(node);
    expect(codeOf(await bob.get(`/files/${fileId}/thumbnail`))).toBe('not_found');
    expect(codeOf(await bob.post(`/files/${fileId}/link?thumbnail=320`))).toBe('not_found');
    const { url } = succeeded(await ann.post(`/files/${fileId}/link?thumbnail=320`));
    const whole = succeeded(await ann.post(`/files/${fileId}/link`)).url;
    const get = async (path: string) => {
      const answer = await fetch(node.url + path);
      return { status: answer.status, content: Buffer.from(await answer.arrayBuffer()) };
    };
    expect((await get(url)).content.equals(thumbnail.content)).toBe(true);
    expect((await get(url.replace('/thumbnail', ''))).status).toBe(401);
    expect((await get(whole.replace('?', '/thumbnail?'))).status).toBe(401);
    expect((await get(`/api/files/${fileId}/thumbnail?size=320`)).status).toBe(401);
  });

  it.each(['size=0', 'size=640', 'size=320&size=320', 'size=large', 'width=320'])('refuses %s', async (query) => {
    const { fileId } = succeeded(await upload(ann, { content: await heldAs(1) }));
    expect(codeOf(await ann.get(`/files/${fileId}/thumbnail?${query}`))).toBe('validation_failed');
  });
});

describe('what a picture says about its making', () => {
  const SECRET = /secret|2026:11:29|GPS|52\/1/;

  it('§3: is not handed out, and its pixels are as they were sent', async () => {
    const sent = await (await withPlace(await fourFields())).jpeg().toBuffer();
    expect(sent.toString('latin1')).toMatch(SECRET);
    const { fileId, fileSize, width, height, thumbnail } = await shown(sent);
    const read = await download(ann, fileId);
    expect([read.content.length, read.headers.get('content-length')]).toEqual([fileSize, String(fileSize)]);
    expect(fileSize).toBeLessThan(sent.length);
    for (const each of [read.content, thumbnail.content]) expect(each.toString('latin1')).not.toMatch(SECRET);
    expect([width, height]).toEqual([320, 480]);
    const pixels = (content: Buffer) => sharp(content).autoOrient().raw().toBuffer();
    expect((await pixels(read.content)).equals(await pixels(sent))).toBe(true);
    const last = await download(ann, fileId, { headers: { range: 'bytes=-2' } });
    expect([last.status, last.content.toString('hex')]).toEqual([206, 'ffd9']);
  });

  it('§3: is not handed out of a picture either that comes in several requests, and is the same one', async () => {
    const sent = await (await withPlace(plain(BLUE))).jpeg().toBuffer();
    const clientUploadId = randomUUID();
    const encoded = (text: string) => Buffer.from(text).toString('base64');
    const tus = { authorization: `Bearer ${ann.token}`, 'tus-resumable': '1.0.0' };
    const begun = {
      ...{ ...tus, 'upload-length': String(sent.length) },
      'upload-metadata': `filename ${encoded('a.jpg')},clientUploadId ${encoded(clientUploadId)}`,
    };
    const begin = () => fetch(`${node.url}/api/files/uploads`, { method: 'POST', headers: begun });
    const place = (await begin()).headers.get('location') ?? '';
    const append = (start: number, part: Buffer) => {
      const headers = { ...tus, 'upload-offset': String(start), 'content-type': 'application/offset+octet-stream' };
      return fetch(new URL(place, node.url), { method: 'PATCH', headers, body: new Uint8Array(part) });
    };
    await append(0, sent.subarray(0, 500));
    const last = await append(500, sent.subarray(500));
    const file = JSON.parse(last.headers.get('upload-file') ?? 'null');
    expect([last.status, file.width]).toEqual([204, 64]);
    const read = await download(ann, file.fileId);
    expect([read.content.length, read.content.toString('latin1').match(SECRET)]).toEqual([file.fileSize, null]);
    const again = await upload(ann, { content: sent, name: 'a.jpg', fields: { clientUploadId } });
    expect([again.status, again.body.fileId]).toEqual([200, file.fileId]);
    const other = randomUUID();
    await upload(ann, { content: sent, name: 'a.jpg', fields: { clientUploadId: other } });
    begun['upload-metadata'] = `filename ${encoded('a.jpg')},clientUploadId ${encoded(other)}`;
    expect((await begin()).status).toBe(201);
  });

  it('S1.29: the same picture is stored once, as it is sent and as it is handed out', async () => {
    const sent = await (await withPlace(plain(GREEN))).jpeg().toBuffer();
    const fields = { clientUploadId: randomUUID() };
    const first = await upload(ann, { content: sent, fields });
    const plainOne = (await download(ann, first.body.fileId)).content;
    const again = await upload(ann, { content: sent, fields });
    expect([again.status, again.body.fileId]).toEqual([200, first.body.fileId]);
    const others = [await upload(ann, { content: sent }), await upload(ann, { content: plainOne })];
    const ids = [first, ...others].map(({ body }) => body.fileId);
    const rows = await node.rows<{ at: string }>(
      sql`SELECT DISTINCT content_id AS at FROM files WHERE id IN (${sql.join(
        ids.map((id) => sql`${id}::uuid`),
        sql`, `,
      )})`,
    );
    expect([new Set(ids).size, rows.length]).toEqual([3, 1]);
  });
});

describe('what is made of a picture', () => {
  const renditions = (fileId: string) =>
    node.rows<{ id: string; state: string }>(
      sql`SELECT r.id, r.state FROM files f JOIN file_contents r ON r.rendition_of = f.content_id WHERE f.id = ${fileId}`,
    );

  const lose = async (fileId: string) => {
    await node.rows(
      sql`UPDATE file_contents r SET state = 'removing' FROM files f WHERE f.id = ${fileId} AND r.rendition_of = f.content_id`,
    );
    await node.node.app.get(FileCleanup).run();
  };

  it('§3: goes with it, and takes nothing of the quota', async () => {
    const bob = await aPerson(node);
    const { fileId } = succeeded(await upload(bob, { content: await heldAs(1) }));
    expect(await renditions(fileId)).toHaveLength(2);
    expect(await stored(node)).toMatchObject({ onDisk: (await stored(node)).known });
    const [used] = await node.rows<{ n: number }>(
      sql`SELECT count(*)::int AS n FROM file_contents WHERE uploader_id = ${bob.id} AND rendition_of IS NULL`,
    );
    expect(used?.n).toBe(1);
    await node.rows(sql`UPDATE files SET loose_since = now() - interval '3 days' WHERE id = ${fileId}`);
    await node.rows(sql`UPDATE file_contents SET used_at = now() - interval '3 days' WHERE uploader_id = ${bob.id}`);
    await node.node.app.get(FileCleanup).run();
    expect(await node.rows(sql`SELECT 1 FROM file_contents WHERE uploader_id = ${bob.id}`)).toEqual([]);
    const { onDisk, known } = await stored(node);
    expect(onDisk).toEqual(known);
  });

  it('§3: is made when it is asked for, where it was not or is lost', async () => {
    const { fileId } = succeeded(await upload(ann, { content: await heldAs(2) }));
    await lose(fileId);
    expect((await thumbnailOf(fileId, 1280)).status).toBe(200);
    expect(await renditions(fileId)).toHaveLength(2);
    await lose(fileId);
    await node.rows(
      sql`UPDATE file_contents c SET examined_at = NULL, width = NULL FROM files f WHERE f.id = ${fileId} AND c.id = f.content_id`,
    );
    const asked = await Promise.all([320, 1280, 320].map((size) => thumbnailOf(fileId, size)));
    expect(asked.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await renditions(fileId)).toHaveLength(2);
  });

  it('§3: is made again when it is asked for, where the store has lost it, and once for all who ask', async () => {
    const { fileId } = succeeded(await upload(ann, { content: await heldAs(3) }));
    const pathOf = (id: string) => join(node.filesDirectory, id.slice(-2), id);
    const lost = await renditions(fileId);
    for (const { id } of lost) rmSync(pathOf(id));
    const before = node.logs.length;
    const asked = await Promise.all([320, 1280, 320].map((size) => thumbnailOf(fileId, size)));
    expect(asked.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(node.logs.slice(before).filter(({ msg }) => msg === 'a file was looked at')).toHaveLength(1);
    const made = (await renditions(fileId)).filter(({ state }) => state === 'stored');
    expect(made.filter(({ id }) => lost.every((each) => each.id !== id))).toHaveLength(2);
    await node.node.app.get(FileCleanup).run();
    expect(await stored(node)).toMatchObject({ onDisk: (await stored(node)).known });
  });

  it('§3: is not found, and nothing of that kept, where its picture is lost with it', async () => {
    const content = await plain([9, 9, 9], 400, 400).png().toBuffer();
    const { fileId } = succeeded(await upload(ann, { content }));
    const [own] = await node.rows<{ id: string }>(sql`SELECT content_id AS id FROM files WHERE id = ${fileId}`);
    const lost = [own?.id ?? '', ...(await renditions(fileId)).map(({ id }) => id)];
    for (const id of lost) rmSync(join(node.filesDirectory, id.slice(-2), id));
    const { status, headers } = await thumbnailOf(fileId, 320);
    expect([status, headers.get('cache-control')]).toEqual([404, 'no-store']);
    expect(await renditions(fileId)).toHaveLength(2);
    await node.rows(sql`DELETE FROM files WHERE id = ${fileId}`);
    for (const id of lost) await node.rows(sql`DELETE FROM file_contents WHERE id = ${id}`);
  });
});
