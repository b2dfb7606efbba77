import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { newId } from '../../kernel/ids.js';
import type { Principal } from '../../kernel/principal.js';
import { MemoryNodeBus } from '../../realtime/bus/memory-node-bus.js';
import type { Channel } from '../../realtime/bus/node-bus.js';
import { OpenConversations } from '../../realtime/connections/open-conversations.js';
import type { DeliveryListener, Hub } from '../../realtime/hub/hub.js';
import { conversationRoom, type ParleySocket, userRoom } from '../../realtime/socket.js';
import type { TypingFacts, TypingRepository } from './typing.repository.js';
import { TypingService } from './typing.service.js';
import type { TypingBroadcaster } from './typing-broadcaster.js';

const ID = newId();
const users = Array.from({ length: 600 }, () => newId());
const [ann, bob] = users as [string, string];
const as = (userId: string) => ({ userId }) as Principal;

interface Update {
  userIds: readonly string[];
  isLarge: boolean;
}

/** Remembers what it received, so that it can be said once more. */
class RecordingBus extends MemoryNodeBus {
  readonly received: [Channel, Buffer, string][] = [];

  override receive(channel: Channel, message: Buffer, nodeId: string): void {
    this.received.push([channel, message, nodeId]);
    super.receive(channel, message, nodeId);
  }
}

describe('typing', () => {
  let facts: TypingFacts | null;
  let buses: Set<MemoryNodeBus>;
  let nodes: {
    typing: TypingService;
    updates: Update[];
    shownAlone: string[];
    bus: RecordingBus;
    deliver: DeliveryListener;
  }[];

  function aNode() {
    const updates: Update[] = [];
    const shownAlone: string[] = [];
    const bus = new RecordingBus({ busMessageUnreadable: (topic) => expect(topic).toBeNull() }, buses);
    let listener: DeliveryListener = () => undefined;
    const delivered = { version: 7, left: new Map<string, number>() };
    const hub = {
      reaches: () => true,
      versionOf: () => delivered.version,
      removedSince: (_id: string, userId: string, version: number) => (delivered.left.get(userId) ?? 0) > version,
      beforeDelivery: (typing: DeliveryListener) => {
        listener = typing;
      },
    };
    const deliver: DeliveryListener = (id, event) => {
      delivered.version = event.version;
      if (event.left) delivered.left.set(event.left, event.version);
      listener(id, event);
    };
    const typing = new TypingService(
      hub as Partial<Hub> as Hub,
      { findFor: async () => facts } as Partial<TypingRepository> as TypingRepository,
      {
        update: (_id, userIds, isLarge) => updates.push({ userIds: [...userIds], isLarge }),
        show: (_socket, id) => shownAlone.push(id),
      } as Partial<TypingBroadcaster> as TypingBroadcaster,
      bus,
      new OpenConversations(),
    );
    return { typing, updates, shownAlone, bus, deliver };
  }

  beforeEach(() => {
    jest.useFakeTimers();
    facts = { isArchived: false, memberCount: 3 };
    buses = new Set();
    nodes = [aNode(), aNode()];
  });
  afterEach(() => {
    for (const { typing } of nodes) typing.onApplicationShutdown();
    jest.useRealTimers();
  });

  const node = (at: number) => nodes[at] as (typeof nodes)[number];
  const shown = (at = 0) => node(at).updates.at(-1)?.userIds;
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
  const start = (userId: string, at = 0) => node(at).typing.start(as(userId), ID);
  const left = (userId: string, version = 8) =>
    ({ version, name: 'member:removed', payload: null, left: userId }) as const;
  const archived = { version: 8, name: 'conversation:archived', payload: null } as const;
  const stop = (userId: string, at = 0) => node(at).typing.stop(as(userId), ID);
  const said = (senderId: string, type = 'text') =>
    ({ version: 8, name: 'message:new', payload: { message: { senderId, type } } }) as never;

  it('S4.35: is told as the complete set, at most twice a second however many begin and end', async () => {
    for (let round = 0; round < 50; round += 1) {
      for (const userId of users.slice(round * 4, round * 4 + 4)) await start(userId);
      await stop(users[round] ?? '');
      await pass(100);
    }
    for (const { updates } of nodes) expect(updates.length).toBeLessThanOrEqual(11);
    for (const at of [0, 1]) expect(shown(at)?.length).toBeGreaterThan(80);
    await pass(5_000);
    for (const at of [0, 1]) expect(shown(at)).toEqual([]);
  });

  it('S4.35 S3.44: ends three seconds after whoever types has said so last', async () => {
    await start(ann);
    await pass(2_000);
    await start(ann);
    await start(bob);
    await pass(2_500);
    expect(shown()).toEqual([ann, bob]);
    await pass(1_000);
    expect(shown()).toEqual([]);
    expect(shown(1)).toEqual([]);
    expect(node(0).updates).toHaveLength(3);
  });

  it('counts one start a second, and every stop', async () => {
    await start(ann);
    await pass(500);
    await start(ann);
    await stop(ann);
    await pass(100);
    await start(ann);
    await pass(400);
    expect((await node(0).typing.list(as(bob), ID)).userIds).toEqual([]);
    await start(ann);
    expect((await node(0).typing.list(as(bob), ID)).userIds).toEqual([ann]);
    await pass(600);
    await stop(ann, 1);
    await pass(600);
    expect([shown(0), shown(1)]).toEqual([[], []]);
  });

  it('ends with a message of whoever typed, and of nobody else', async () => {
    await start(ann);
    await pass(600);
    node(0).deliver(ID, said(bob));
    node(0).deliver(ID, said(ann, 'system'));
    expect(shown()).toEqual([ann]);
    node(0).deliver(ID, said(ann));
    expect(shown()).toEqual([]);
    await pass(200);
    // Nobody there follows the conversation, so the message is not delivered.
    expect((await node(1).typing.list(as(bob), ID)).userIds).toEqual([]);
  });

  it('G5: is of members only: strangers are answered as where there is nothing, and whoever is removed is no longer shown', async () => {
    await start(ann);
    await pass(600);
    node(1).deliver(ID, left(ann));
    expect(shown(1)).toEqual([]);
    await pass(500);
    await start(ann);
    await pass(500);
    expect([shown(), shown(1)]).toEqual([[ann], []]);
    node(0).deliver(ID, left(ann));
    expect(shown()).toEqual([]);
    facts = null;
    node(0).deliver(ID, left(bob, 9));
    for (const asked of [start(bob), stop(bob), node(0).typing.list(as(bob), ID)])
      await expect(asked).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is over before a conversation is archived, and begins no more', async () => {
    await start(ann);
    await start(bob);
    facts = { isArchived: true, memberCount: 3 };
    node(0).deliver(ID, archived);
    expect(shown()).toEqual([]);
    await expect(start(bob)).rejects.toMatchObject({ code: 'conflict' });
    await stop(bob);
    await pass(4_000);
    expect(shown()).toEqual([]);
  });

  it('is not updated after a conversation is archived, whatever is still to be sent or arrives late', async () => {
    await start(ann);
    await stop(ann);
    await start(bob, 1);
    node(0).deliver(ID, archived);
    const before = node(0).updates.length;
    expect(shown()).toEqual([]);
    await pass(4_000);
    expect(node(0).updates).toHaveLength(before);
  });

  it('G5: of whoever is removed while their start is checked is shown nowhere', async () => {
    const starting = start(ann);
    node(0).deliver(ID, left(ann));
    await starting;
    await pass(1_000);
    expect(nodes.map(({ updates }) => updates)).toEqual([[], []]);
  });

  it('of a node that is gone ends by itself, and is not brought back by its messages arriving again', async () => {
    const { bus } = node(1);
    await start(ann);
    await pass(200);
    expect(shown(1)).toEqual([ann]);
    node(0).typing.onApplicationShutdown();
    await pass(3_300);
    expect(shown(1)).toEqual([]);
    expect(bus.received).toHaveLength(1);
    for (const received of [...bus.received]) bus.receive(...received);
    await pass(1_000);
    expect(shown(1)).toEqual([]);
  });

  it('G8: of 10,000 conversations goes on in each of them, and begins in no other', async () => {
    const ids = Array.from({ length: 10_001 }, () => newId());
    const [first, last] = [ids[0] as string, ids.at(-1) as string];
    for (const id of ids) await node(0).typing.start(as(ann), id);
    await node(0).typing.start(as(bob), first);
    await node(0).typing.stop(as(ann), first);
    const typing = (at: number, id: string) => node(at).typing.list(as(bob), id);
    expect([await typing(0, first), await typing(0, last)]).toEqual([{ userIds: [bob] }, { userIds: [] }]);
    await pass(200);
    expect(await typing(1, first)).toEqual({ userIds: [] });
  });

  it('shows a new socket who types in the conversations that it follows, and looks at no others', async () => {
    const [quiet, elsewhere] = [newId(), newId()];
    for (const id of [ID, elsewhere]) await node(0).typing.start(as(ann), id);
    const rooms = new Set([newId(), userRoom(bob), conversationRoom(quiet), conversationRoom(ID)]);
    node(0).typing.begin({ rooms } as Partial<ParleySocket> as ParleySocket);
    expect(node(0).shownAlone).toEqual([ID]);
  });

  it('G8: keeps a bounded number, and says which conversation is too large to tell everybody', async () => {
    facts = { isArchived: false, memberCount: 101 };
    for (const userId of users) await start(userId);
    await pass(600);
    expect([shown()?.length, shown(1)?.length]).toEqual([500, 500]);
    expect(nodes.map(({ updates }) => updates.at(-1)?.isLarge)).toEqual([true, true]);
  });
});
