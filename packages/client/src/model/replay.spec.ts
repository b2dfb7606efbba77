import { expect, it } from '@jest/globals';
import { type Device, freshDevice, openWhole } from './device.factory.js';
import { ReferenceServer } from './reference-server.factory.js';

const GROUP = 'conversation-001';
const PEOPLE = ['ama', 'ben', 'chi', 'dee'];

/** Ama's group with Ben and Chi: message 1 is Ama's, 2 mentions Ben, 3 answers 1 and has a reaction; Dee is elsewhere. */
function aTalk(): ReferenceServer {
  const server = new ReferenceServer({ rows: 500, memberships: 200, resetRows: 5_000, resetMessages: 50 });
  server.create('ama', ['ben', 'chi']);
  server.create('ben', ['dee']);
  const line = (senderId: string, n: number, more = {}) =>
    server.send(senderId, GROUP, { content: `line ${n}`, clientMessageId: `client ${n}`, ...more });
  line('ama', 1);
  line('ama', 2, { mentions: ['ben'] });
  line('chi', 3, { replyTo: 1 });
  server.react('ben', GROUP, 3, '👍');
  return server;
}

const send =
  (senderId: string, more: { mentions?: string[]; replyTo?: number } = {}) =>
  (server: ReferenceServer) =>
    server.send(senderId, GROUP, { content: 'new', clientMessageId: 'client new', ...more });

const CHANGES: Record<string, (server: ReferenceServer) => unknown> = {
  'a message': send('ben'),
  'a message that mentions': send('ben', { mentions: ['ama', 'chi'] }),
  'a reply': send('ama', { replyTo: 3 }),
  'an edit': (server) => server.edit('ama', GROUP, 1, { content: 'changed' }),
  'an edit of a message that was answered, within its excerpt and beyond': (server) => {
    server.edit('ama', GROUP, 1, { content: `${'🇦🇹'.repeat(139)}👩‍👩‍👧` });
    server.edit('ama', GROUP, 1, { content: `${'🇦🇹'.repeat(139)}👩‍👩‍👧 and more` });
  },
  'an answer to a deleted message': (server) => {
    server.delete('ama', GROUP, 2);
    send('ben', { replyTo: 2 })(server);
  },
  'an edit that mentions others': (server) => server.edit('ama', GROUP, 2, { content: 'changed', mentions: ['chi'] }),
  'the deletion of the last message': (server) => server.delete('ama', GROUP, 3),
  'the deletion of a message that mentions': (server) => server.delete('ama', GROUP, 2),
  'the deletion of a message that was answered': (server) => server.delete('ama', GROUP, 1),
  'a reaction': (server) => server.react('ama', GROUP, 3, '🎉'),
  'one more of a reaction': (server) => server.react('ama', GROUP, 3, '👍'),
  'a reaction taken back': (server) => server.react('ben', GROUP, 3, '👍'),
  'a read mark': (server) => server.mark('ben', GROUP, 'read', 2),
  'a read mark up to the end': (server) => server.mark('ben', GROUP, 'read', 3),
  'a delivery': (server) => server.mark('ben', GROUP, 'delivered', 3),
  'a new conversation': (server) => server.create('ben', ['ama']),
  'a member added': (server) => server.add('ama', GROUP, ['dee']),
  'a member removed': (server) => server.remove('ama', GROUP, 'chi'),
  'a member who left': (server) => server.remove('chi', GROUP, 'chi'),
  'a role changed': (server) => server.changeRole('ama', GROUP, 'ben', 'admin'),
  'a new name': (server) => server.rename('ama', GROUP, 'Renamed'),
  'the expiry of a message that everybody has read and one has answered': (server) => {
    server.mark('ben', GROUP, 'read', 1);
    server.expire('ama', GROUP, 2);
  },
  'the expiry of all messages': (server) => {
    for (const userId of ['ama', 'ben', 'chi']) server.mark(userId, GROUP, 'read', 3);
    server.expire('ama', GROUP, 4);
  },
  'an archived conversation': (server) => server.archive('ama', GROUP, true),
};

it.each(Object.entries(CHANGES))(
  'G4: the state before %s and its events are the state fetched fresh, for everybody and without asking',
  (_name, change) => {
    const server = aTalk();
    const before = PEOPLE.map((userId) => freshDevice(userId, server));
    const known = before.map(idsOf);
    change(server);
    expect(before.some(({ frames }) => frames.length > 0)).toBe(true);
    for (const [index, device] of before.entries()) {
      device.hear();
      for (const id of idsOf(device)) if (!known[index]?.includes(id)) openWhole(device, id);
      expect(stateOf(device)).toEqual(stateOf(freshDevice(device.userId, server)));
    }
  },
);

it('G4: whose unread messages expire asks how many are left, and is where a fresh device is', () => {
  const server = aTalk();
  const ben = freshDevice('ben', server);
  server.expire('ama', GROUP, 3);
  ben.hear();
  ben.sync();
  expect(ben.conversation(GROUP)).toMatchObject({ firstSeq: 3, unreadCount: 1, mentionCount: 0 });
  expect(stateOf(ben)).toEqual(stateOf(freshDevice('ben', server)));
});

const idsOf = ({ model }: Device) => model.conversations.getSnapshot().items.map(({ id }) => id);

/** Everything that a device shows, of all conversations. */
function stateOf(device: Device) {
  const { conversations, unread } = device.model;
  return {
    conversations: conversations.getSnapshot(),
    unread: unread.getSnapshot(),
    each: idsOf(device).map((id) => [device.conversation(id), device.messages(id)]),
  };
}
