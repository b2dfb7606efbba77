import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import type { ConversationDetail, Message } from '@parley/protocol';
import type { Behaviours } from '../stage.js';
import { anError, aTime, aUuid, numbers } from './shapes.js';

/** Written → stored. */
const TEXTS: [string, string][] = [
  ['a < b, a<b and c>d, <3 and &amp;', 'a < b, a<b and c>d, <3 and &amp;'],
  ['<nick> <http://example.org> use a <style> tag', '<nick> <http://example.org> use a <style> tag'],
  ['a <b>bold</b> word, std::vector<object>', 'a <b>bold</b> word, std::vector<object>'],
  ['a <b class="x">bold</b> word <input onfocus>', 'a bold word '],
  ['<xmp>plain</xmp> and <plaintext>', 'plain and '],
  ['<img src=x onerror=alert(1)>hi', 'hi'],
  ['x<script>alert(1)</script>y', 'xy'],
  ['`<b>code</b>`', '`<b>code</b>`'],
  [
    '  spaces\n\tand lines \u{1F469}‍\u{1F469}‍\u{1F467} עברית  ',
    '  spaces\n\tand lines \u{1F469}‍\u{1F469}‍\u{1F467} עברית  ',
  ],
];

export const sending: Behaviours = {
  'G1 §5 S2.4 S2.27 S2.28: an acked message is stored, and every member hears it once, on every device and node':
    async (stage) => {
      const { id, people, lines } = await stage.scene(3);
      const second = await people[0].connect();
      const clientMessageId = randomUUID();
      const ack = await lines[0].say(id, 'hello', { clientMessageId });
      const expected = {
        id: ack.messageId,
        conversationId: id,
        seq: 1,
        clientMessageId,
        senderId: people[0].id,
        senderType: 'user',
        type: 'text',
        content: 'hello',
        metadata: {},
        mentions: [],
        replyTo: null,
        reactions: [],
        status: 'sent',
        createdAt: aTime,
        editedAt: null,
        deletedAt: null,
        isDeleted: false,
        version: 2,
      };
      const { createdAt } = ack;
      expect(ack).toEqual({
        success: true,
        messageId: aUuid,
        clientMessageId,
        seq: 1,
        version: 2,
        createdAt: aTime,
        duplicate: false,
        message: expected,
      });
      const event = { conversationId: id, version: 2, actorId: people[0].id, message: { ...expected, createdAt } };
      for (const line of [...lines, second]) {
        await line.reaches(id, 2);
        expect(line.all('message:new')).toEqual([event]);
      }
      for (const url of stage.urls) {
        const { text } = await people[1].call('GET', `/messages/${ack.messageId}`, undefined, { url });
        expect(JSON.parse(text)).toEqual({ ...expected, createdAt });
      }
    },

  '§5 S2.29: message:sent goes to all of the sender’s sockets and to nobody else’s': async (stage) => {
    const { id, people, lines } = await stage.scene(2);
    const second = await people[0].connect();
    const first = await lines[0].say(id, 'one');
    const last = await people[0].say(id, 'two, by REST');
    for (const line of [lines[0], second]) {
      await line.first('message:sent', (sent) => sent.id === last.id);
      expect(line.all('message:sent').toSorted((a, b) => a.seq - b.seq)).toEqual([
        { id: first.messageId, clientMessageId: first.clientMessageId, conversationId: id, seq: 1, status: 'sent' },
        { id: last.id, clientMessageId: last.clientMessageId, conversationId: id, seq: 2, status: 'sent' },
      ]);
    }
    await lines[1].say(id, 'three');
    await lines[1].first('message:sent');
    expect(lines[1].all('message:sent').map(({ seq }) => seq)).toEqual([3]);
  },

  '§3 S3.10: REST sends by the same way: 201 with the message, heard by the sockets': async (stage) => {
    const { id, people, lines } = await stage.scene(2);
    const { status, headers, text } = await people[0].call('POST', `/conversations/${id}/messages`, {
      content: 'rest',
    });
    const message = JSON.parse(text) as Message;
    expect([status, headers.get('parley-duplicate'), message.seq]).toEqual([201, null, 1]);
    for (const line of lines) await line.reaches(id, 2);
    expect(lines[1].all('message:new')[0]?.message).toEqual(message);
  },

  '§3 S3.10: messages/send finds or creates the direct conversation, or takes a conversation': async (stage) => {
    const [ann, ben] = await stage.crowd(2);
    const line = await ben.connect();
    const first = await ann.post<Message>('/messages/send', { receiverId: ben.id, content: 'hi' });
    const again = await ben.post<Message>('/messages/send', { receiverId: ann.id, content: 'hello' });
    const third = await ann.post<Message>('/messages/send', { conversationId: first.conversationId, content: 'so' });
    expect([first, again, third].map(({ conversationId, seq }) => [conversationId, seq])).toEqual(
      numbers(3).map((seq) => [first.conversationId, seq]),
    );
    await line.reaches(first.conversationId, 4);
    expect(line.namesOf(first.conversationId)[0]).toBe('conversation:created');
    const both = { receiverId: ben.id, conversationId: first.conversationId, content: 'x' };
    for (const body of [both, { content: 'x' }, { receiverId: ann.id, content: 'to myself' }]) {
      expect((await ann.refused('POST', '/messages/send', body)).status).toBe(400);
    }
  },

  '§4 S4.15: data, files and images carry metadata and may be without text; system and sender are never taken': async (
    stage,
  ) => {
    const { id, people, lines } = await stage.scene(2);
    const metadata = { incident: { level: 3, tags: ['a', null, 'ü'], deep: { er: [[{}]] } } };
    for (const type of ['data', 'file', 'image'] as const) {
      const { message } = await lines[0].say(id, '', { type, metadata });
      expect(message).toMatchObject({ type, content: '', metadata, senderType: 'user' });
    }
    await lines[1].reaches(id, 4);
    expect(lines[1].all('message:new').map(({ message }) => message.metadata)).toEqual([metadata, metadata, metadata]);
    for (const more of [{ type: 'system' }, { type: 'bot' }, { senderType: 'bot' }, { senderId: people[1].id }]) {
      expect(await lines[0].refused('message:send', { conversationId: id, content: 'x', ...more })).toEqual(
        anError('validation_failed'),
      );
    }
    expect((await lines[0].refused('message:send', { conversationId: id, content: '' })).code).toBe(
      'validation_failed',
    );
  },

  'S4.1 C28 §7: types of other systems are taken, and told as what they are here': async (stage) => {
    const { id, lines } = await stage.scene(2);
    for (const type of ['image_ref', 'file_ref', 'incident_data']) await lines[0].say(id, '', { type });
    await lines[1].reaches(id, 4);
    const heard = lines[1].all('message:new').map(({ message }) => [message.type, message.metadata]);
    expect(heard).toEqual([
      ['image', {}],
      ['file', {}],
      ['data', { dataType: 'incident' }],
    ]);
  },

  '§4 S0.26 S1.27 S4.20: text is stored to the letter but for HTML': async (stage) => {
    const { id, lines } = await stage.scene(2);
    for (const [written, stored] of TEXTS) {
      expect((await lines[0].say(id, written)).message?.content).toBe(stored);
    }
    await lines[1].reaches(id, 1 + TEXTS.length);
    expect(lines[1].all('message:new').map(({ message }) => message.content)).toEqual(
      TEXTS.map(([, stored]) => stored),
    );
    for (const content of ['<b id=x></b>', ' \n\t', '\u200B', '<script>alert(1)</script>']) {
      const { code } = await lines[0].refused('message:send', { conversationId: id, content });
      expect([content, code]).toEqual([content, 'validation_failed']);
    }
  },

  '§4 S4.17 S0.23 S1.26: text of 10,240 bytes and metadata of 102,400 are taken, a byte more is not': async (stage) => {
    const { id, people, lines } = await stage.scene(2);
    const { contentBytes } = (await lines[0].ready()).limits;
    const euros = '€'.repeat(Math.floor(contentBytes / 3)) + 'x'.repeat(contentBytes % 3);
    const padding = 'm'.repeat(102_400 - JSON.stringify({ m: '' }).length);
    await lines[0].say(id, euros, { metadata: { m: padding } });
    const long = { conversationId: id, content: `${euros}x` };
    const large = { conversationId: id, content: 'x', metadata: { m: `${padding}m` } };
    expect(await lines[0].refused('message:send', long)).toEqual(anError('content_too_long'));
    expect(await lines[0].refused('message:send', large)).toEqual(anError('too_large'));
    const path = `/conversations/${id}/messages`;
    expect((await people[0].refused('POST', path, { content: long.content })).status).toBe(413);
    expect((await people[0].get<ConversationDetail>(`/conversations/${id}`)).lastSeq).toBe(1);
  },
};
