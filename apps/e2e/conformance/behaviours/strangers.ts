import { expect } from '@jest/globals';
import type { Behaviours } from '../stage.js';
import { anError, anonymous, NOBODY } from './shapes.js';

/** Every request about a conversation and a message, for a foreign pair and for one that is not there. */
const requests = (conversation: string, message: string): [string, string, object?][] => [
  ['GET', `/conversations/${conversation}`],
  ['PATCH', `/conversations/${conversation}`, { name: 'Mine' }],
  ['GET', `/conversations/${conversation}/members`],
  ['POST', `/conversations/${conversation}/members`, { memberIds: [NOBODY] }],
  ['PATCH', `/conversations/${conversation}/members/${NOBODY}`, { role: 'admin' }],
  ['DELETE', `/conversations/${conversation}/members/${NOBODY}`],
  ['GET', `/conversations/${conversation}/messages`],
  ['GET', `/conversations/${conversation}/messages?around=1`],
  ['GET', `/messages?conversationId=${conversation}`],
  ['POST', `/conversations/${conversation}/messages`, { content: 'x', clientMessageId: NOBODY }],
  ['POST', '/messages/send', { conversationId: conversation, content: 'x', clientMessageId: NOBODY }],
  ['POST', `/conversations/${conversation}/read`, { seq: 1 }],
  ['POST', `/conversations/${conversation}/delivered`, { seq: 1 }],
  ['GET', `/rooms/${conversation}/messages/${message}`],
  ['GET', `/messages/${message}`],
  ['PATCH', `/messages/${message}`, { content: 'Mine' }],
  ['DELETE', `/messages/${message}`],
  ['GET', `/messages/${message}/edits`],
  ['GET', `/messages/${message}/receipts`],
  ['GET', `/messages/${message}/reactions`],
  ['POST', `/messages/${message}/reactions`, { emoji: '👍' }],
  ['DELETE', `/messages/${message}/reactions/${encodeURIComponent('👍')}`],
];

export const strangers: Behaviours = {
  'G5 §3 A18 A25: what is not for the caller is a 404, byte for byte that of what is not there, on every node': async (
    stage,
  ) => {
    const { id, lines } = await stage.scene(1);
    const { messageId } = await lines[0].say(id, 'not for you');
    const stranger = await stage.person();
    const absent = requests(NOBODY, NOBODY);
    for (const url of stage.urls) {
      for (const [n, [method, path, body]] of requests(id, messageId).entries()) {
        const [, same = ''] = absent[n] ?? [];
        const answers = await Promise.all([path, same].map((each) => stranger.call(method, each, body, { url })));
        const [foreign, none] = answers.map(({ status, text }) => `${method} ${status} ${anonymous(text)}`);
        expect(foreign).toBe(none);
        expect([path, answers[0]?.status]).toEqual([path, 404]);
      }
    }
  },

  'S3.14 A2: without a good token every request is unauthenticated, before anything is looked at': async (stage) => {
    const { id, people, lines } = await stage.scene(1);
    const { messageId } = await lines[0].say(id, 'not for you');
    const [person] = people;
    for (const token of ['', 'garbage', `${person.token}x`]) {
      person.token = token;
      for (const [method, path, body] of requests(id, messageId)) {
        expect([path, await person.refused(method, path, body)]).toEqual([
          path,
          anError('unauthenticated', { status: 401 }),
        ]);
      }
    }
    person.token = stage.token({ sub: 'late', exp: 1 });
    expect(await person.refused('GET', '/conversations')).toEqual(anError('token_expired', { status: 401 }));
  },

  '§2: a token in the query of a request is none': async (stage) => {
    const person = await stage.person();
    const { token } = person;
    person.token = '';
    expect((await person.refused('GET', `/conversations?token=${token}`)).status).toBe(401);
  },
};
