import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { CLEANUP, FileCleanup } from '../src/modules/files/index.js';
import { startNode, type TestNode } from './node.js';
import {
  aGroup,
  aPerson,
  codeOf,
  directOf,
  type Group,
  type Person,
  pathOf,
  people,
  succeeded,
  times,
} from './people.js';
import { aFile, download, PNG, someBytes, stored, upload } from './uploads.js';

let node: TestNode;
let group: Group;
let ann: Person;
let bob: Person;
beforeAll(async () => {
  node = await startNode();
  group = await aGroup(node, { members: 2 });
  [ann, bob] = [group.owner, group.members[0] as Person];
});
afterAll(() => node.close());

const PDF = Buffer.from('%PDF-1.7\n');
const send = (person: Person, metadata: object, more: object = {}, id = group.id) =>
  person.post(`/conversations/${id}/messages`, { content: '', type: 'file', metadata, ...more });
const reads = async (person: Person, id: string) => (await download(person, id)).status;

/** As if this file had been uploaded, and its message been deleted, longer ago than unattached files are kept. */
const ageAll = () =>
  node.rows(sql`WITH f AS (UPDATE files SET loose_since = loose_since - ${CLEANUP.keptMs * 2} * interval '1 millisecond')
                UPDATE file_contents SET used_at = used_at - ${CLEANUP.keptMs * 2} * interval '1 millisecond'`);
const cleanUp = () => node.node.app.get(FileCleanup).run();

describe('a message with files', () => {
  it('S1.31: says what they are, in the word of the server, live and read later, on REST and sockets', async () => {
    const [first, second] = [await aFile(ann, PDF, 'a.pdf'), await aFile(ann, someBytes(20), 'b.bin')];
    const socket = await bob.connect();
    const sender = await ann.connect();
    const files = [{ fileId: first }, { fileId: second }];
    const sent = await sender.ask('message:send', {
      ...{ conversationId: group.id, content: 'see', type: 'image', metadata: { files, mine: 1 } },
    });
    const described = [
      {
        fileId: first,
        fileName: 'a.pdf',
        fileType: 'application/pdf',
        fileSize: PDF.length,
        downloadUrl: `/api/files/${first}`,
      },
      {
        ...{ fileId: second, fileName: 'b.bin', fileType: 'application/octet-stream', fileSize: 20 },
        downloadUrl: `/api/files/${second}`,
      },
    ];
    const metadata = { mine: 1, files: described, ...described[0] };
    expect(sent).toMatchObject({ success: true, message: { metadata } });
    const heard = await socket.first('message:new');
    expect(heard.message.metadata).toEqual(metadata);
    expect((await bob.get(`/messages/${sent.messageId}`)).body.metadata).toEqual(metadata);
    const byId = succeeded(await send(ann, { fileId: second.toUpperCase() }));
    expect(byId.metadata).toEqual({ files: [described[1]], ...described[1] });
    socket.close();
    sender.close();
  });

  it('S4.15: takes nothing of what it says of files from the client', async () => {
    const id = await aFile(ann, PNG, 'a.png');
    const lies = { fileName: 'x', fileType: 'text/html', fileSize: 1, downloadUrl: 'javascript:alert(1)' };
    const { metadata } = succeeded(
      await send(ann, { fileId: id, ...lies, files: [{ fileId: id, ...lies, width: 9 }] }),
    );
    expect(metadata).toMatchObject({ fileName: 'a.png', fileType: 'image/png', downloadUrl: `/api/files/${id}` });
    expect(metadata.files).toEqual([expect.not.objectContaining({ width: 9 })]);
    expect(codeOf(await send(ann, metadata))).toBe(201);
    for (const [key, value] of Object.entries(lies)) {
      const answer = await send(ann, { [key]: value });
      expect([codeOf(answer), pathOf(answer)]).toEqual(['validation_failed', `metadata.${key}`]);
    }
  });

  it('refuses whatever does not name files of the sender, in the right way and number', async () => {
    const [own, foreign] = [await aFile(ann), await aFile(bob)];
    await send(bob, { fileId: foreign });
    const many = await Promise.all(Array.from({ length: 11 }, () => aFile(ann)));
    const of = (ids: unknown[]) => ({ files: ids.map((fileId) => ({ fileId })) });
    const cases: [object, string][] = [
      [{ fileId: foreign }, 'metadata'],
      [of([own, foreign]), 'metadata'],
      [{ fileId: randomUUID() }, 'metadata'],
      [{ fileId: 'x' }, 'metadata.fileId'],
      [{ fileId: null }, 'metadata.fileId'],
      [{ files: own }, 'metadata.files'],
      [{ files: [own] }, 'metadata.files.0'],
      [of([null]), 'metadata.files.0.fileId'],
      [{ files: [{ fileId: own, url: 'x' }] }, 'metadata.files.0.url'],
      [of([own, own.toUpperCase()]), 'metadata.files'],
      [{ ...of([own]), fileId: foreign }, 'metadata.fileId'],
      [of(many), 'metadata.files'],
    ];
    const keptSince = () => node.rows(sql`SELECT loose_since FROM files WHERE id = ${foreign}`);
    const before = await keptSince();
    for (const [metadata, path] of cases) {
      const answer = await send(ann, metadata);
      expect([metadata, codeOf(answer), pathOf(answer)]).toEqual([metadata, 'validation_failed', path]);
      expect(answer.body.error.clientMessageId).toBeDefined();
    }
    // Whoever names a file of somebody else does not keep it from the clean-up either.
    expect(await keptSince()).toEqual(before);
    expect(codeOf(await send(ann, of(many.slice(1))))).toBe(201);
    const large = 'x'.repeat(102_300);
    expect(codeOf(await send(ann, { large }))).toBe(201);
    expect(codeOf(await send(ann, { large, fileId: own }))).toBe('too_large');
  });

  it('G2: is answered again when its file has gone meanwhile, and its words are compared as they were sent', async () => {
    const id = await aFile(ann);
    const more = { clientMessageId: randomUUID() };
    const sent = succeeded(await send(ann, { fileId: id }, more));
    expect((await send(ann, { fileId: id }, more)).status).toBe(200);
    expect(codeOf(await send(ann, { fileId: await aFile(ann) }, more))).toBe('idempotency_conflict');
    await ann.delete(`/messages/${sent.id}`);
    await ageAll();
    await cleanUp();
    expect(await reads(ann, id)).toBe(404);
    const again = await send(ann, { fileId: id }, more);
    expect([again.status, again.body.id, again.body.isDeleted]).toEqual([200, sent.id, true]);
    expect(codeOf(await send(ann, { fileId: id }))).toBe('validation_failed');
  });

  it('G3: keeps its place among sends without files', async () => {
    const socket = await ann.connect();
    const ids = await Promise.all(times(5, ann).map((each) => aFile(each)));
    const asked = ids.flatMap((fileId, i) => [
      socket.ask('message:send', { conversationId: group.id, content: `${2 * i}`, metadata: { fileId } }),
      socket.ask('message:send', { conversationId: group.id, content: `${2 * i + 1}` }),
    ]);
    const seqs = (await Promise.all(asked)).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, i) => seqs[0] + i));
    socket.close();
  });

  it('can be edited: what it carries from then on is what the edit names', async () => {
    const [first, second] = [await aFile(ann), await aFile(ann)];
    const { id, metadata } = succeeded(await send(ann, { fileId: first }));
    const edit = (body: object) => ann.patch(`/messages/${id}`, { content: 'x', ...body });
    expect(succeeded(await edit({})).metadata).toEqual(metadata);
    expect(await reads(bob, first)).toBe(200);
    const unchanged = succeeded(await edit({ metadata: { fileId: first } }));
    expect(succeeded(await edit({ metadata })).version).toBe(unchanged.version);
    expect(succeeded(await edit({ metadata: { fileId: second } })).metadata.files).toMatchObject([{ fileId: second }]);
    expect([await reads(bob, first), await reads(bob, second), await reads(ann, first)]).toEqual([404, 200, 200]);
    expect(codeOf(await edit({ metadata: { fileId: await aFile(bob) } }))).toBe('validation_failed');
    succeeded(await edit({ metadata: {} }));
    expect(await reads(bob, second)).toBe(404);
  });
});

describe('who may read a file', () => {
  it('attack 28: members, as long as they are and the message is not deleted; each time it is asked for', async () => {
    const { id: at, owner, members } = await aGroup(node, { members: 2 });
    const [cat, dan] = members as [Person, Person];
    const stranger = await aPerson(node);
    const file = await aFile(cat);
    const all = async () => [
      await reads(owner, file),
      await reads(cat, file),
      await reads(dan, file),
      await reads(stranger, file),
    ];
    expect(await all()).toEqual([404, 200, 404, 404]);
    const { id } = succeeded(await send(cat, { fileId: file }, {}, at));
    expect(await all()).toEqual([200, 200, 200, 404]);
    const { url } = succeeded(await dan.post(`/files/${file}/link`));
    expect((await fetch(node.url + url)).status).toBe(200);
    await owner.delete(`/conversations/${at}/members/${dan.id}`);
    expect((await fetch(node.url + url)).status).toBe(404);
    expect(await all()).toEqual([200, 200, 404, 404]);
    await owner.post(`/conversations/${at}/members`, { memberIds: [dan.id] });
    expect(await all()).toEqual([200, 200, 200, 404]);
    await owner.delete(`/messages/${id}`);
    expect(await all()).toEqual([404, 200, 404, 404]);
    const pair = await directOf(cat, stranger);
    succeeded(await send(cat, { fileId: file }, {}, pair));
    expect(await all()).toEqual([404, 200, 404, 200]);
  });
});

describe('the clean-up', () => {
  it('removes what no message has carried for a day, and its content once no other file has it', async () => {
    const cat = await aPerson(node);
    const content = someBytes(100);
    const [carried, loose, same] = [
      await aFile(cat, content, 'a'),
      await aFile(cat, undefined, 'b'),
      await aFile(cat, content, 'c'),
    ];
    const at = await directOf(cat, ann);
    const { id } = succeeded(await send(cat, { fileId: carried }, {}, at));
    await cleanUp();
    const all = async () => [await reads(cat, carried), await reads(cat, loose), await reads(cat, same)];
    expect(await all()).toEqual([200, 200, 200]);
    await ageAll();
    await cleanUp();
    expect(await all()).toEqual([200, 404, 404]);
    expect((await download(ann, carried)).content.equals(content)).toBe(true);
    await ann.patch(`/conversations/${at}`, { isArchived: true });
    await ageAll();
    await cleanUp();
    expect(await reads(ann, carried)).toBe(200);
    await ann.patch(`/conversations/${at}`, { isArchived: false });
    succeeded(await cat.delete(`/messages/${id}`));
    await cleanUp();
    // As a node of a release without files leaves it.
    await node.rows(
      sql`INSERT INTO message_files SELECT conversation_id, seq, ${carried} FROM messages WHERE id = ${id}`,
    );
    expect(await reads(ann, carried)).toBe(404);
    expect(await all()).toEqual([200, 404, 404]);
    await ageAll();
    await cleanUp();
    expect(await all()).toEqual([404, 404, 404]);
    const { onDisk, known } = await stored(node);
    expect(onDisk).toEqual(known);
    expect((await upload(cat, { content })).status).toBe(201);
  });

  it('finds what a node that was killed has begun to write, or to remove', async () => {
    const uploaderId = ann.id;
    await node.rows(sql`INSERT INTO file_contents (id, uploader_id, state) VALUES (${randomUUID()}, ${uploaderId}, 'writing'),
                                                                            (${randomUUID()}, ${uploaderId}, 'removing')`);
    const passing = () => node.rows(sql`SELECT 1 FROM file_contents WHERE state <> 'stored'`);
    await cleanUp();
    expect(await passing()).toHaveLength(1);
    await ageAll();
    await cleanUp();
    expect(await passing()).toEqual([]);
  });
});

it('FILES=off: takes and hands out nothing, and says so', async () => {
  const without = await startNode({ FILES: 'off' });
  const [cat, dan] = (await people(without, 2)) as [Person, Person];
  const socket = await cat.connect();
  expect(await socket.first('ready')).toMatchObject({ features: { files: false } });
  const at = await directOf(cat, dan);
  const id = randomUUID();
  const answers = [
    await upload(cat),
    await cat.get(`/files/${id}`),
    await cat.post(`/files/${id}/link`),
    await send(cat, { fileId: id }, {}, at),
  ];
  expect(answers.map(codeOf)).toEqual(times(4, 'unsupported'));
  socket.close();
  await without.close();
});
