import { randomBytes, randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import type { FileLink, Message } from '@parley/protocol';
import { download, upload } from '@parley/testkit';
import type { Behaviours } from '../stage.js';

const refusal = (code: string) => expect.objectContaining({ code });

export const files: Behaviours = {
  'S1.29 S1.31 §4: a file goes by REST and its id in a message, which tells every member what it is': async (stage) => {
    const { id, people, lines } = await stage.scene(2);
    const [ann, bob] = people;
    expect((await lines[0].ready()).features).toMatchObject({ files: true });
    const content = randomBytes(200_000);
    const { status, file } = await upload(ann, content, { name: 'naïve 報告.pdf' });
    expect({ status, file }).toEqual({
      status: 201,
      file: {
        ...{ fileId: expect.any(String), fileName: 'naïve 報告.pdf', fileType: 'application/octet-stream' },
        ...{ fileSize: content.length, downloadUrl: `/api/files/${file.fileId}` },
      },
    });
    const metadata = { fileId: file.fileId, mine: 1 };
    const sent = await lines[0].ask('message:send', { conversationId: id, content: '', type: 'file', metadata });
    const { message } = await lines[1].first('message:new');
    expect(message.metadata).toEqual({ mine: 1, files: [file], ...file });
    expect(sent.message?.metadata).toEqual(message.metadata);
    expect(await download(bob, file)).toEqual(content);
  },

  'G2 §3: an upload is repeated under its clientUploadId, and no other is taken under it': async (stage) => {
    const person = await stage.person();
    const [content, key] = [randomBytes(1_000), randomUUID()];
    const first = await upload(person, content, { clientUploadId: key });
    expect(await upload(person, content, { clientUploadId: key })).toEqual({ status: 200, file: first.file });
    expect(await upload(person, randomBytes(1_000), { clientUploadId: key })).toMatchObject({
      status: 409,
      file: { error: refusal('idempotency_conflict') },
    });
  },

  'A28 G5 §3: a file is read by its uploader and by members, until they are removed or the message is deleted': async (
    stage,
  ) => {
    const { id, people } = await stage.scene(3);
    const [owner, ann, bob] = people;
    const stranger = await stage.person();
    const content = randomBytes(100);
    const { file } = await upload(ann, content);
    const all = () => Promise.all([owner, ann, bob, stranger].map((person) => download(person, file)));
    expect(await all()).toEqual([404, content, 404, 404]);
    const { metadata, id: messageId }: Message = await ann.say(id, '', {
      type: 'file',
      metadata: { fileId: file.fileId },
    });
    expect(metadata).toMatchObject({ downloadUrl: file.downloadUrl });
    expect(await all()).toEqual([content, content, content, 404]);
    const { url } = await bob.post<FileLink>(`/files/${file.fileId}/link`);
    expect((await fetch(bob.url + url)).status).toBe(200);
    await owner.delete(`/conversations/${id}/members/${bob.id}`);
    expect((await fetch(bob.url + url)).status).toBe(404);
    expect(await all()).toEqual([content, content, 404, 404]);
    await ann.delete(`/messages/${messageId}`);
    expect(await all()).toEqual([404, content, 404, 404]);
  },

  '§3 §4: files of others, and words about files that are not, are refused on every transport': async (stage) => {
    const { id, people, lines } = await stage.scene(2);
    const [ann, bob] = people;
    const { file } = await upload(bob, randomBytes(10));
    const wrong: object[] = [{ fileId: file.fileId }, { fileId: randomUUID() }, { files: [{}] }, { fileName: 'x' }];
    for (const metadata of wrong) {
      const command = { content: 'x', metadata };
      expect(await lines[0].try('message:send', { conversationId: id, ...command })).toMatchObject({
        error: refusal('validation_failed'),
      });
      expect(await ann.refused('POST', `/conversations/${id}/messages`, command)).toEqual(refusal('validation_failed'));
    }
  },
};
