import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import sharp from 'sharp';
import { CLEANUP, EXAMINATION, FileCleanup } from '../src/modules/files/index.js';
import { startNode, type TestNode } from './node.js';
import { fourFields, heldAs, withPlace } from './odd-pictures.js';
import { type Answer, aPerson, codeOf, directOf, Person, pathOf, succeeded } from './people.js';
import { aFile, download, PNG } from './uploads.js';

let node: TestNode;
let ann: Person;
let stranger: Person;
const { uploadMs } = EXAMINATION;
beforeAll(async () => {
  EXAMINATION.uploadMs = 60_000;
  node = await startNode();
  [ann, stranger] = [await aPerson(node), await aPerson(node)];
});
afterAll(async () => {
  EXAMINATION.uploadMs = uploadMs;
  await node.close();
});

const refusalOf = (answer: Answer) => [codeOf(answer), pathOf(answer)];
const show = (person: Person, avatarUrl: string | null) => person.patch('/users/me', { avatarUrl });
const shownBy = async ({ id }: Person): Promise<string> => succeeded(await stranger.get(`/users/${id}`)).avatarUrl;
const read = (path: string) => download(stranger, path.replace('/api/files/', ''));
const aPicture = async (person: Person, content: Buffer = PNG) =>
  `/api/files/${await aFile(person, content, 'me.png')}`;

/** As if everything had happened long ago. */
async function cleanUp(): Promise<void> {
  const long = sql`${CLEANUP.keptMs * 2} * interval '1 millisecond'`;
  await node.rows(sql`UPDATE files SET loose_since = loose_since - ${long}`);
  await node.rows(sql`UPDATE file_contents SET used_at = used_at - ${long}`);
  await node.node.app.get(FileCleanup).run();
}

describe('a picture of oneself', () => {
  it('S1.31: is a picture that was uploaded, seen by everybody with an account, and by nobody else', async () => {
    const picture = await aPicture(ann, await heldAs(6));
    const { avatarUrl } = succeeded(await show(ann, picture));
    expect(avatarUrl).toBe(`${picture}/avatar`);
    expect(await shownBy(ann)).toBe(avatarUrl);
    const { status, headers, content } = await read(avatarUrl);
    expect(status).toBe(200);
    expect(await sharp(content).metadata()).toMatchObject({ format: 'webp', width: 320, height: 213 });
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'image/webp',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox'),
      'cache-control': 'private, max-age=31536000, immutable',
    });
    const again = { headers: { 'if-none-match': headers.get('etag') ?? '' } };
    expect((await download(stranger, avatarUrl.replace('/api/files/', ''), again)).status).toBe(304);
    expect((await fetch(`${node.url}${avatarUrl}`)).status).toBe(401);
    // The file itself is no more theirs than before.
    expect([(await read(picture)).status, (await read(`${picture}/thumbnail`)).status]).toEqual([404, 404]);
  });

  it('says nothing of where it was made', async () => {
    const photo = await (await withPlace(await fourFields())).jpeg().toBuffer();
    const { content } = await read(succeeded(await show(ann, await aPicture(ann, photo))).avatarUrl);
    expect((await sharp(content).metadata()).exif).toBeUndefined();
  });

  it('is told at once to those who share a conversation, and stays the same where it is given again', async () => {
    await directOf(ann, stranger);
    const socket = await stranger.connect();
    const picture = await aPicture(ann);
    const { avatarUrl } = succeeded(await show(ann, picture.toUpperCase().replace('/API/FILES', '/api/files')));
    expect(avatarUrl).toBe(`${picture}/avatar`);
    const told = await socket.first('user:updated', ({ user }: any) => user.avatarUrl === avatarUrl);
    expect(told.user.id).toBe(ann.id);
    expect(succeeded(await show(ann, avatarUrl)).avatarUrl).toBe(avatarUrl);
    socket.close();
  });

  it('is refused where it is not a picture of the one who shows it', async () => {
    const foreign = await aPicture(stranger);
    succeeded(await show(stranger, foreign));
    const before = succeeded(await show(ann, null)).avatarUrl;
    const noPicture = `/api/files/${await aFile(ann, Buffer.from('%PDF-1.7 is no picture'), 'me.png')}`;
    const broken = `/api/files/${await aFile(ann, (await heldAs(1)).subarray(0, 300), 'me.png')}`;
    const named = [foreign, `${foreign}/avatar`, `/api/files/${randomUUID()}`, noPicture, broken];
    const malformed = ['/api/files/x', `${foreign}/thumbnail`, `/${foreign}`, `${foreign}?x`, '/api/users/me', ''];
    for (const each of [...named, ...malformed]) {
      expect([each, ...refusalOf(await show(ann, each))]).toEqual([each, 'validation_failed', 'avatarUrl']);
    }
    expect(succeeded(await ann.get('/users/me')).avatarUrl).toBe(before);
  });

  it('is nobody’s once another one is shown, or none', async () => {
    const [first, second] = [await aPicture(ann), await aPicture(ann, await heldAs(1))];
    succeeded(await show(ann, first));
    succeeded(await show(ann, second));
    expect([(await read(`${first}/avatar`)).status, (await read(`${second}/avatar`)).status]).toEqual([404, 200]);
    expect(succeeded(await show(ann, null)).avatarUrl).toBeNull();
    expect((await read(`${second}/avatar`)).status).toBe(404);
  });

  it('stays through every clean-up while it is shown, and goes with the next once it is not', async () => {
    const picture = await aPicture(ann, await heldAs(3));
    const { avatarUrl } = succeeded(await show(ann, picture));
    for (const _ of [1, 2]) {
      await cleanUp();
      expect((await read(avatarUrl)).status).toBe(200);
    }
    succeeded(await show(ann, null));
    await cleanUp();
    expect((await download(ann, picture.replace('/api/files/', ''))).status).toBe(404);
    expect(refusalOf(await show(ann, picture))).toEqual(['validation_failed', 'avatarUrl']);
  });

  it('stays in the messages that carry it when it is shown no more', async () => {
    const picture = await aPicture(ann, await heldAs(8));
    const conversationId = await directOf(ann, stranger);
    await ann.say(conversationId, 'me', { metadata: { fileId: picture.replace('/api/files/', '') } });
    succeeded(await show(ann, picture));
    await cleanUp();
    succeeded(await show(ann, null));
    await cleanUp();
    expect((await read(picture)).status).toBe(200);
  });

  it('gives way to one that a token of the host product brings, and its file goes', async () => {
    const sub = `host-${randomUUID()}`;
    const { id, username, token } = await node.hostUser(sub, { iat: Math.floor(Date.now() / 1000) - 60 });
    const guest = new Person(node, id, username, token);
    const picture = await aPicture(guest, await heldAs(5));
    succeeded(await show(guest, picture));
    await cleanUp();
    const claimed = 'https://host.example/me.png';
    const later = new Person(node, id, username, await node.hostToken(sub, { name: sub, picture: claimed }));
    expect(succeeded(await later.get('/users/me')).avatarUrl).toBe(claimed);
    expect((await read(`${picture}/avatar`)).status).toBe(404);
    await cleanUp();
    expect((await download(guest, picture.replace('/api/files/', ''))).status).toBe(404);
  });

  it('is a file of ours by the hand of its user alone: a token of the host product cannot name one', async () => {
    const sub = `host-${randomUUID()}`;
    const { avatarUrl } = succeeded(await show(ann, await aPicture(ann)));
    const { token } = await node.hostUser(sub, { picture: avatarUrl });
    const me = await fetch(`${node.url}/api/users/me`, { headers: { authorization: `Bearer ${token}` } });
    expect(((await me.json()) as { avatarUrl: unknown }).avatarUrl).toBeNull();
  });
});

it('a server without files takes no picture, and addresses on other servers as ever', async () => {
  const without = await startNode({ FILES: 'off' });
  const guest = await aPerson(without);
  expect(refusalOf(await show(guest, `/api/files/${randomUUID()}`))[0]).toBe('unsupported');
  expect(refusalOf(await guest.get(`/files/${randomUUID()}/avatar`))[0]).toBe('unsupported');
  expect(succeeded(await show(guest, 'https://host.example/a.png')).avatarUrl).toBe('https://host.example/a.png');
  await without.close();
});
