import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import type { DuplicateReceipt, Message } from '@parley/protocol';
import type { Behaviours } from '../stage.js';
import { anError, aUuid, NOBODY } from './shapes.js';

export const repeats: Behaviours = {
  'G2 S0.16 S4.11: a repeat through another node is answered with the original and heard by nobody': async (stage) => {
    const { id, people, lines } = await stage.scene(2);
    const elsewhere = await people[0].connect();
    const clientMessageId = randomUUID();
    const { message, ...original } = await lines[0].say(id, 'once', { clientMessageId });
    const repeat = await elsewhere.say(id, 'once', { clientMessageId });
    expect(repeat).toEqual({ ...original, duplicate: true, message });
    await lines[0].say(id, 'a later one');
    for (const line of [...lines, elsewhere]) {
      await line.reaches(id, 3);
      expect(line.all('message:new').map(({ message: { content } }) => content)).toEqual(['once', 'a later one']);
    }
    await elsewhere.first('message:sent', ({ seq }) => seq === 2);
    expect(elsewhere.all('message:sent').map(({ seq }) => seq)).toEqual([1, 2]);
  },

  'G2 §3: through REST it is 200 with the header Parley-Duplicate, on every node; and the other way round': async (
    stage,
  ) => {
    const { id, people, lines } = await stage.scene(1);
    const body = { content: 'once', clientMessageId: randomUUID() };
    const { messageId } = await lines[0].say(id, body.content, body);
    for (const url of stage.urls) {
      const { status, headers, text } = await people[0].call('POST', `/conversations/${id}/messages`, body, { url });
      expect([status, headers.get('parley-duplicate')]).toEqual([200, 'true']);
      expect(JSON.parse(text)).toMatchObject({ id: messageId, seq: 1, content: 'once' });
    }
    const other = { content: 'by REST first', clientMessageId: randomUUID() };
    const { id: sent } = await people[0].post<Message>(`/conversations/${id}/messages`, other);
    expect(await lines[0].say(id, other.content, other)).toMatchObject({ messageId: sent, seq: 2, duplicate: true });
  },

  'G2: of twenty repeats at the same instant, over every node and transport, one is sent': async (stage) => {
    const { id, people, lines } = await stage.scene(1);
    const devices = await Promise.all(stage.urls.map(() => people[0].connect()));
    const body = { content: 'once', clientMessageId: randomUUID() };
    const asked = Array.from({ length: 10 }, (_, n) => [
      (devices[n % devices.length] ?? lines[0]).say(id, body.content, body).then(({ messageId }) => messageId),
      people[0]
        .call('POST', `/conversations/${id}/messages`, body, { url: stage.urls[n % stage.urls.length] })
        .then(({ status, text }) => (status < 300 ? (JSON.parse(text) as Message).id : `${status} ${text}`)),
    ]);
    expect(new Set(await Promise.all(asked.flat())).size).toBe(1);
    await lines[0].say(id, 'the next');
    await lines[0].reaches(id, 3);
    expect(lines[0].all('message:new').map(({ message }) => message.content)).toEqual(['once', 'the next']);
  },

  'G2: an id that the server made is told and can be repeated': async (stage) => {
    const { id, lines } = await stage.scene(1);
    const { clientMessageId, messageId } = await lines[0].say(id, 'no id');
    expect(clientMessageId).toEqual(aUuid);
    expect(await lines[0].say(id, 'no id', { clientMessageId })).toMatchObject({ messageId, duplicate: true });
  },

  'G2: the same id with another payload is idempotency_conflict; the same payload spelled otherwise is a repeat':
    async (stage) => {
      const { id, people, lines } = await stage.scene(1);
      const quoted = await lines[0].say(id, 'quoted');
      const body = {
        content: 'a <b id=x>b</b>',
        clientMessageId: randomUUID(),
        metadata: { a: 1, b: { c: 2, d: [3] } },
      };
      const { messageId } = await lines[0].say(id, body.content, body);
      const spelled = JSON.parse('{"type":"text","metadata":{"b":{"d":[3.0],"c":2},"a":1e0}}') as object;
      expect(await lines[0].say(id, body.content, { ...body, ...spelled })).toMatchObject({
        messageId,
        duplicate: true,
      });
      const other = [
        { content: 'a b' },
        { metadata: {} },
        { metadata: { a: 1, b: { c: 2, d: ['3'] } } },
        { type: 'data' },
        { replyToId: quoted.messageId },
      ];
      for (const change of other) {
        const refusal = anError('idempotency_conflict', { clientMessageId: body.clientMessageId });
        const sent = { ...body, ...change };
        expect(await lines[0].refused('message:send', { conversationId: id, ...sent })).toEqual(refusal);
        expect(await people[0].refused('POST', `/conversations/${id}/messages`, sent)).toMatchObject({ status: 409 });
      }
    },

  'G2: an id counts for one sender in one conversation': async (stage) => {
    const { id, people, lines } = await stage.scene(2);
    const other = await stage.group(people);
    const clientMessageId = randomUUID();
    const sent = [
      await lines[0].say(id, 'mine', { clientMessageId }),
      await lines[1].say(id, 'yours', { clientMessageId }),
      await lines[0].say(other, 'elsewhere', { clientMessageId }),
    ];
    expect(sent.map(({ duplicate }) => duplicate)).toEqual([false, false, false]);
    expect(new Set(sent.map(({ messageId }) => messageId)).size).toBe(3);
  },

  'G2: a repeat after an edit and a deletion tells the original’s version and what became of it': async (stage) => {
    const { id, lines } = await stage.scene(2);
    const body = { clientMessageId: randomUUID() };
    const { messageId, version } = await lines[0].say(id, 'first', body);
    await lines[0].ask('message:edit', { messageId, content: 'second' });
    const edited = await lines[0].say(id, 'first', body);
    expect([edited.version, edited.message?.content, edited.message?.version]).toEqual([version, 'second', 3]);
    await lines[0].ask('message:delete', { messageId });
    const deleted = await lines[0].say(id, 'first', body);
    expect([deleted.version, deleted.seq, deleted.message?.isDeleted]).toEqual([version, 1, true]);
  },

  'G2 G5: a sender who was removed gets the ids and nothing else; in an archived conversation all of it': async (
    stage,
  ) => {
    const { id, people, lines } = await stage.scene(2);
    const body = { content: 'before', clientMessageId: randomUUID() };
    const { messageId } = await lines[1].say(id, body.content, body);
    await people[0].patch(`/conversations/${id}`, { isArchived: true });
    expect(await lines[1].say(id, body.content, body)).toMatchObject({ messageId, duplicate: true, message: {} });
    await people[0].patch(`/conversations/${id}`, { isArchived: false });
    await people[0].delete(`/conversations/${id}/members/${people[1].id}`);
    const receipt = { messageId, clientMessageId: body.clientMessageId, seq: 1, duplicate: true, success: true };
    expect(await lines[1].say(id, body.content, body)).toEqual(receipt);
    const answer = await people[1].call('POST', `/conversations/${id}/messages`, body);
    const told: DuplicateReceipt = {
      id: messageId,
      conversationId: id,
      clientMessageId: body.clientMessageId,
      seq: 1,
      duplicate: true,
    };
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, told]);
    const another = { conversationId: id, ...body, content: 'else' };
    expect((await lines[1].refused('message:send', another)).code).toBe('idempotency_conflict');
  },

  'G2 §1: every refusal of a send carries clientMessageId, its own or one that was made for it': async (stage) => {
    const { id, people, lines } = await stage.scene(1);
    const clientMessageId = randomUUID();
    const refused: [string, object][] = [
      ['validation_failed', { conversationId: id, content: 7 }],
      ['validation_failed', { conversationId: id, content: '<b id=x></b>' }],
      ['validation_failed', { conversationId: id, content: 'x', replyToId: NOBODY }],
      ['content_too_long', { conversationId: id, content: 'x'.repeat(10_241) }],
      ['not_found', { conversationId: NOBODY, content: 'x' }],
    ];
    const expectRefusals = async (code: string, sent: object) => {
      const { conversationId, ...body } = sent as { conversationId: string };
      const own = { ...sent, clientMessageId };
      expect(await lines[0].refused('message:send', own)).toMatchObject({ code, clientMessageId });
      expect(await lines[0].refused('message:send', sent)).toMatchObject({ code, clientMessageId: aUuid });
      const path = `/conversations/${conversationId}/messages`;
      expect(await people[0].refused('POST', path, { ...body, clientMessageId })).toMatchObject({
        code,
        clientMessageId,
      });
    };
    for (const [code, sent] of refused) await expectRefusals(code, sent);
    await people[0].patch(`/conversations/${id}`, { isArchived: true });
    await expectRefusals('conflict', { conversationId: id, content: 'x' });
  },
};
