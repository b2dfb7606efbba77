import { expect } from '@jest/globals';
import type { ConversationDetail } from '@parley/protocol';
import type { Behaviours } from '../stage.js';
import { anError, aUuid, NOBODY, numbers } from './shapes.js';

/** A list in a list in a list, so many times. */
const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

/** Bytes in an object in an object, so many times. */
const nest = (levels: number): object => (levels === 0 ? Buffer.from('bytes') : { a: nest(levels - 1) });

/** A number to be sent as it is written. */
const written = (number: string): object => (JSON as unknown as { rawJSON(json: string): object }).rawJSON(number);

const BAD_TEXTS = ['\u0000', 'a\u0000b', '\uD83D', 'a\uDE00b', '\uDC00\uD83D'];

export const badInput: Behaviours = {
  'A32 §4: NUL and unpaired surrogates are refused wherever text is taken': async (stage) => {
    const { id, people, lines } = await stage.scene(2);
    const [owner] = people;
    for (const bad of BAD_TEXTS) {
      const send = { conversationId: id, content: 'x' };
      const { messageId } = await lines[0].say(id, 'fine');
      const refused = [
        await lines[0].refused('message:send', { ...send, content: bad }),
        await lines[0].refused('message:send', { ...send, metadata: { [bad]: 1 } }),
        await lines[0].refused('message:send', { ...send, metadata: { a: [{ b: bad }] } }),
        await lines[0].refused('message:edit', { messageId, content: bad }),
        await lines[0].refused('reaction:add', { messageId, emoji: bad }),
        await owner.refused('POST', `/conversations/${id}/messages`, { content: bad }),
        await owner.refused('PATCH', `/conversations/${id}`, { name: `x${bad}` }),
        await owner.refused('POST', '/conversations', { type: 'group', name: `x${bad}`, memberIds: [] }),
        await owner.refused('PATCH', '/users/me', { displayName: `x${bad}` }),
      ];
      expect([bad, refused.map(({ code }) => code)]).toEqual([bad, refused.map(() => 'validation_failed')]);
    }
    await lines[1].reaches(id, 1 + BAD_TEXTS.length);
    expect(lines[1].all('message:new').map(({ message }) => message.content)).toEqual(BAD_TEXTS.map(() => 'fine'));
  },

  'A32 S4.46 §8: JSON that is deep, broken or no object is refused over both transports, and the node serves on':
    async (stage) => {
      const { id, people, lines } = await stage.scene(2);
      const deep = (levels: number) => `"content":"x","metadata":{"a":${nested(levels)}}`;
      const metadata = JSON.parse(`{"a":${nested(40)}}`) as object;
      const error = await lines[0].refused('message:send', { conversationId: id, content: 'x', metadata });
      expect(error).toEqual(anError('validation_failed'));
      for (const levels of [40, 5_000, 100_000]) {
        // By hand, because a client cannot write it: JSON.stringify gives up before.
        lines[0].socket.io.engine.send(`2["message:send",{"conversationId":"${id}",${deep(levels)}}]`);
        const { status } = await people[0].refused('POST', `/conversations/${id}/messages`, `{${deep(levels)}}`);
        expect([levels, [400, 413]]).toEqual([levels, expect.arrayContaining([status])]);
      }
      for (const body of ['{"content":', '"text"', '[]', 'null', '7', '{"content":"x"}}', '\u0000']) {
        const { status } = await people[0].refused('POST', `/conversations/${id}/messages`, body);
        expect([body, status]).toEqual([body, 400]);
      }
      expect((await lines[0].say(id, 'alive')).seq).toBe(1);
      await lines[1].reaches(id, 2);
    },

  'A32 §3: values at the edge of what is allowed are taken or refused, each named by its path': async (stage) => {
    const { id, people, lines } = await stage.scene(1);
    const wrong: [string, object][] = [
      ['conversationId', { conversationId: 'x', content: 'x' }],
      ['conversationId', { conversationId: 7, content: 'x' }],
      ['content', { conversationId: id }],
      ['content', { conversationId: id, content: null }],
      ['content', { conversationId: id, content: ['x'] }],
      ['clientMessageId', { conversationId: id, content: 'x', clientMessageId: 'x' }],
      ['clientMessageId', { conversationId: id, content: 'x', clientMessageId: 7 }],
      ['type', { conversationId: id, content: 'x', type: 'video' }],
      ['type', { conversationId: id, content: 'x', type: {} }],
      ['replyToId', { conversationId: id, content: 'x', replyToId: 'x' }],
      ['metadata', { conversationId: id, content: 'x', metadata: [] }],
      ['metadata', { conversationId: id, content: 'x', metadata: 'x' }],
    ];
    for (const [path, sent] of wrong) {
      const { code, details } = await lines[0].refused('message:send', sent);
      expect([sent, code, details?.[0]?.path]).toEqual([sent, 'validation_failed', path]);
    }
    expect((await people[0].get<ConversationDetail>(`/conversations/${id}`)).version).toBe(1);
  },

  '§3: a number that JSON readers change, and a name given twice, are refused with their path over both transports':
    async (stage) => {
      const { id, people, lines } = await stage.scene(2);
      const { messageId } = await lines[0].say(id, 'as it is');
      const wrong: [string, object][] = [
        ['metadata.id', { id: written('12345678901234567890') }],
        ['metadata.list.3', { list: [1, '12345678901234567890', { a: [] }, written('9007199254740993')] }],
        ['metadata.a.b', { a: { b: written('1e400') } }],
        ['metadata.pi', { pi: written('3.14159265358979323846') }],
      ];
      for (const [path, metadata] of wrong) {
        const sent = { content: 'x', metadata };
        const refused = [
          await people[0].refused('POST', `/conversations/${id}/messages`, sent),
          await people[0].refused('POST', '/messages/send', { conversationId: id, ...sent }),
          await people[0].refused('PATCH', `/messages/${messageId}`, sent),
          await lines[0].refused('message:send', { conversationId: id, ...sent }),
          await lines[0].refused('message:edit', { messageId, ...sent }),
        ];
        for (const { code, details } of refused)
          expect([code, details?.[0]?.path]).toEqual(['validation_failed', path]);
      }
      const twice = '{"content":"x","metadata":{"a":{"x":1,"x":1}}}';
      const { details } = await people[0].refused('POST', `/conversations/${id}/messages`, twice);
      expect(details?.[0]?.path).toBe('metadata.a.x');
      const kept = {
        a: [0.1, 1e300, -1.5e-7, 9007199254740991, written('1.50')],
        b: { x: '12345678901234567890', a: 2 },
      };
      await lines[0].ask('message:send', { conversationId: id, content: 'x', metadata: kept });
      const { message } = await lines[1].first('message:new', (event) => event.version === 3);
      expect(message.metadata).toEqual({ ...kept, a: [0.1, 1e300, -1.5e-7, 9007199254740991, 1.5] });
    },

  '§4: metadata is counted as it is stored, whatever it is written in': async (stage) => {
    const { id, lines } = await stage.scene(1);
    const sent = { conversationId: id, content: 'x', metadata: { n: Array(14_000).fill(1e300) } };
    expect(await lines[0].refused('message:send', sent)).toEqual(anError('too_large'));
    await lines[0].ask('message:send', { ...sent, metadata: { n: Array(300).fill(1e300) } });
  },

  '§4: what would be drawn as nothing is blank: a send or an edit to it is refused, not a picture’s text': async (
    stage,
  ) => {
    const { id, lines } = await stage.scene(1);
    const { messageId } = await lines[0].say(id, 'something');
    for (const content of [
      '```\n```',
      '```js\n```',
      '> ',
      '> ```\n> ```',
      '**\u200b**',
      '` `',
      '\u3164',
      '[\u200b](http://x.y)',
    ]) {
      const refused = [
        await lines[0].refused('message:send', { conversationId: id, content }),
        await lines[0].refused('message:edit', { messageId, content }),
      ];
      const details = [expect.objectContaining({ path: 'content' })];
      expect([content, refused]).toEqual([content, refused.map(() => anError('validation_failed', { details }))]);
      await lines[0].ask('message:send', { conversationId: id, content, type: 'image' });
    }
    await lines[0].ask('message:send', { conversationId: id, content: '```\n.\n```' });
  },

  '§2 §3: names that nobody sees are refused, as blank messages are': async (stage) => {
    const { id, people, lines } = await stage.scene(2);
    for (const name of ['\u3164', '\u2800', '\u115f', '\u0301', '\u200b\u00ad', ' \ufeff ']) {
      const refused = [
        await people[0].refused('PATCH', '/users/me', { displayName: name }),
        await people[0].refused('PATCH', `/conversations/${id}`, { name }),
        await people[0].refused('POST', '/conversations', { type: 'group', name, memberIds: [people[1].id] }),
        await lines[0].refused('message:send', { conversationId: id, content: name }),
      ];
      expect([name, refused.map(({ code }) => code)]).toEqual([name, refused.map(() => 'validation_failed')]);
    }
    expect((await people[0].get<ConversationDetail>(`/conversations/${id}`)).version).toBe(1);
  },

  'A32 §3: a creation that is wrong is refused, and nothing of it is there': async (stage) => {
    const [person, other] = await stage.crowd(2);
    const group = { type: 'group', name: 'Name', memberIds: [other.id] };
    const wrong = [
      { ...group, type: 'party' },
      { ...group, name: '' },
      { ...group, name: ' ' },
      { ...group, name: 'x'.repeat(101) },
      { ...group, name: 'two\nlines' },
      { ...group, memberIds: 'x' },
      { ...group, memberIds: [NOBODY] },
      { ...group, memberIds: ['x'] },
      { ...group, memberIds: numbers(101).map((n) => NOBODY.slice(0, -3) + String(100 + n)) },
      { ...group, id: 'x' },
      { ...group, more: 1 },
      { type: 'direct', name: 'Name', memberIds: [other.id] },
      {},
    ];
    for (const body of wrong) {
      expect([body, await person.refused('POST', '/conversations', body)]).toEqual([
        body,
        anError('validation_failed', { status: 400 }),
      ]);
    }
    expect(await person.get('/conversations')).toEqual({ items: [], nextCursor: null, hasMore: false, users: [] });
  },

  '§3: other bodies than JSON and bodies over 262,144 bytes are refused with the error object': async (stage) => {
    const person = await stage.person();
    const id = await stage.group([person]);
    const post = async (type: string, body: string) => {
      const headers = { authorization: `Bearer ${person.token}`, 'content-type': type };
      const answer = await fetch(`${person.url}/api/conversations/${id}/messages`, { method: 'POST', headers, body });
      const { error } = (await answer.json()) as { error: { code: string; requestId: string } };
      expect([error.requestId, answer.headers.get('x-request-id')]).toEqual([aUuid, error.requestId]);
      return [answer.status, error.code];
    };
    expect(await post('text/plain', '{"content":"x"}')).toEqual([415, 'unsupported_media_type']);
    expect(await post('application/x-www-form-urlencoded', 'content=x')).toEqual([415, 'unsupported_media_type']);
    const large = JSON.stringify({ content: 'x'.repeat(262_144) });
    expect(await post('application/json', large)).toEqual([413, 'too_large']);
  },

  'G8 §3: binary data is refused as validation_failed wherever it stands, and who goes on is closed with bad_frames':
    async (stage) => {
      const { id, people, lines } = await stage.scene(2);
      const device = await people[0].connect();
      for (const payload of numbers(10).map((n) => ({ conversationId: id, content: 'x', metadata: nest(n) }))) {
        expect((await device.refused('message:send', payload)).code).toBe('validation_failed');
      }
      expect((await device.first('server:closing')).error.code).toBe('bad_frames');
      expect(await device.closed()).toBe('io server disconnect');
      // Announced and never sent: what waits for it is nothing.
      lines[0].socket.io.engine.send('459-["message:send",{}]');
      lines[0].socket.io.engine.send(Buffer.alloc(1_000));
      expect((await lines[1].say(id, 'unhurt')).seq).toBe(1);
    },

  'G8 S1.24: a frame over 262,144 bytes closes its connection with 1009, and nobody else notices': async (stage) => {
    const { id, people, lines } = await stage.scene(2);
    const giant = await people[0].connect();
    const closed = new Promise<{ code?: number } | undefined>((resolve) =>
      giant.socket.io.engine.on('close', (_reason, description) =>
        resolve((description as unknown as { context?: { code?: number } } | undefined)?.context),
      ),
    );
    giant.socket.emit('message:send', { conversationId: id, content: 'x'.repeat(262_144) });
    expect((await closed)?.code).toBe(1009);
    expect((await lines[0].say(id, 'unhurt')).seq).toBe(1);
    await lines[1].reaches(id, 2);
    const largest = 262_144 - 200;
    const metadata = { m: 'x'.repeat(largest) };
    const { code } = await lines[0].refused('message:send', { conversationId: id, content: 'x', metadata });
    expect(code).toBe('too_large');
    expect(lines[0].ended).toBeNull();
  },
};
