import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Device, freshDevice } from './device.factory.js';
import { ReferenceServer } from './reference-server.factory.js';
import { idsOfPresent } from './reference-state.factory.js';

const USERS = ['ama', 'ben', 'chi', 'dee'];
const EMOJI = ['👍', '🎉'];

/** A world that a stream of numbers drives, so that a failing one can be made smaller. */
class World {
  readonly server = new ReferenceServer();
  readonly devices: Device[] = [];
  private readonly choices: number[];
  private sent = 0;

  constructor(choices: readonly number[]) {
    this.choices = [...choices].reverse();
    this.server.create('ama', ['ben', 'chi']);
    this.server.create('ben', ['ama'], 'direct');
    for (let n = 0; n < 12; n += 1) {
      const id = this.ids()[n % 2] ?? '';
      if (this.server.detail('ama', id))
        this.server.send('ama', id, { content: `old ${n}`, clientMessageId: `old ${n}` });
      this.operate();
    }
    const limits = { tail: 5, window: 12 };
    for (const userId of ['ama', 'ama', 'ben']) this.devices.push(new Device(userId, this.server, limits));
  }

  run(): void {
    while (this.choices.length > 0) {
      const kind = this.upTo(100);
      if (kind < 36) this.operate();
      else this.disturb(this.devices[this.upTo(this.devices.length)] as Device, kind - 36);
    }
  }

  private upTo(count: number): number {
    return (this.choices.pop() ?? 0) % count;
  }

  private one<T>(values: readonly T[]): T | undefined {
    return values[this.upTo(Math.max(1, values.length))];
  }

  private ids(): string[] {
    return [...this.server.conversations.keys()];
  }

  private operate(): void {
    const conversation = this.server.conversations.get(this.one(this.ids()) ?? '');
    if (!conversation) return;
    const actor = this.one(idsOfPresent(conversation));
    if (actor === undefined) return;
    const { server } = this;
    const { id, messages, type } = conversation;
    const seq = Math.max(conversation.firstSeq, this.seqIn(messages.length));
    const message = messages[seq - 1]?.message;
    const isAlive = message !== undefined && !message.isDeleted && message.type !== 'system';
    const some = USERS.filter(() => this.upTo(3) === 0);
    const kind = this.upTo(27);
    if (kind < 6) {
      this.sent += 1;
      const replyTo = message && message.type !== 'system' && this.upTo(2) === 0 ? seq : undefined;
      const line = { content: `line ${this.sent}`, clientMessageId: `client ${this.sent}`, mentions: some, replyTo };
      this.acknowledge(actor, server.send(actor, id, line));
    } else if (kind < 11 && isAlive) {
      this.acknowledge(actor, server.edit(actor, id, seq, { content: `edited ${messages.length}`, mentions: some }));
    } else if (kind < 13 && isAlive) {
      this.acknowledge(actor, server.delete(actor, id, seq));
    } else if (kind < 17 && isAlive) {
      this.react(actor, id, seq);
    } else if (kind < 21 && message) {
      this.mark(actor, id, seq);
    } else if (kind === 26) {
      server.expire(actor, id, this.seqIn(messages.length));
    } else if (type === 'group' && kind >= 21) {
      this.change(actor, id, kind);
    }
  }

  /** Mostly one of the newest few, so that changes meet. */
  private seqIn(lastSeq: number): number {
    const back = this.upTo(3) === 0 ? this.upTo(Math.max(1, lastSeq)) : this.upTo(5);
    return Math.max(1, lastSeq - back);
  }

  private react(actor: string, id: string, seq: number): void {
    const emoji = this.one(EMOJI) ?? '👍';
    const result = this.server.react(actor, id, seq, emoji);
    const device = this.deviceOf(actor);
    const row = this.server.page(actor, id, { around: String(seq) }, 1).items[0];
    if (!device || !row || this.upTo(2) === 0) return;
    device.model.applyOwnReactions(row.id, {
      version: row.version,
      changed: result === 'added',
      reactions: row.reactions,
    });
  }

  private mark(actor: string, id: string, seq: number): void {
    const result = this.server.mark(actor, id, this.upTo(3) === 0 ? 'delivered' : 'read', seq);
    if (this.upTo(2) === 0) this.deviceOf(actor)?.model.applyMark(id, result);
  }

  private change(actor: string, id: string, kind: number): void {
    const other = this.one(USERS) ?? 'ama';
    const isIn = this.server.detail(other, id) !== null;
    if (kind === 21) this.server.add(actor, id, this.upTo(2) === 0 ? USERS : [other]);
    else if (kind === 22 && isIn && other !== actor) this.server.remove(actor, id, other);
    else if (kind === 23 && isIn)
      this.server.changeRole(actor, id, other, this.one(['admin', 'member'] as const) ?? 'admin');
    else if (kind === 24) this.server.rename(actor, id, `name ${this.choices.length}`);
    else if (kind === 25 && this.server.conversations.size < 4)
      this.server.create(
        actor,
        USERS.filter((user) => user !== actor),
      );
    else this.server.archive(actor, id, this.upTo(2) === 0);
  }

  private deviceOf(userId: string): Device | undefined {
    return this.one(this.devices.filter((device) => device.userId === userId));
  }

  private acknowledge(userId: string, message: Parameters<Device['model']['applyOwnMessage']>[0]): void {
    const device = this.deviceOf(userId);
    if (device && this.upTo(3) > 0) device.acks.push(message);
  }

  private disturb(device: Device, kind: number): void {
    const conversationId = this.one(this.ids()) ?? '';
    if (kind < 15) device.hear(1 + this.upTo(4));
    else if (kind < 28) device.stepSync();
    else if (kind < 35) device.askPage(conversationId, this.wish());
    else if (kind < 45) device.stepPage();
    else if (kind < 46) device.askMembers(conversationId);
    else if (kind < 48) device.stepMembers();
    else if (kind < 50) device.toggle(conversationId);
    else if (kind < 53) this.acknowledgeLate(device);
    else if (kind < 56) device.lose(this.upTo(3), 1 + this.upTo(3));
    else if (kind < 58) device.frames.splice(this.upTo(4), 0, ...device.frames.slice(0, 1));
    else if (kind < 60) device.frames.splice(this.upTo(4), 0, ...device.frames.splice(0, 1));
    else if (kind < 62) device.reconnect();
    else if (kind < 63) this.settle(device);
    else if (this.upTo(8) === 0) this.failOver();
  }

  private wish(): 'older' | 'newer' | 'latest' | { around: number } {
    return this.one(['older', 'newer', 'latest', { around: 1 + this.upTo(20) }] as const) ?? 'older';
  }

  /** Nothing is on its way any more: without a loss that could not be noticed, everything is there. */
  settle(device: Device): void {
    if (device.hasLost) device.reconnect();
    device.hear();
    device.sync();
    for (const message of device.acks.splice(0)) device.model.applyOwnMessage(message);
    device.sync();
    expectSame(device, freshDevice(device.userId, this.server));
    expectGapless(device);
  }

  private acknowledgeLate(device: Device): void {
    for (const message of device.acks.splice(this.upTo(2), 1)) device.model.applyOwnMessage(message);
  }

  /** Another epoch, in which everything is still there. */
  private failOver(): void {
    this.server.epoch = `epoch of ${this.choices.length}`;
    for (const device of this.devices) device.reconnect();
  }
}

function expectSame(device: Device, fresh: Device): void {
  for (const { id } of fresh.model.conversations.getSnapshot().items) expectSameMessages(device, fresh, id);
  for (const { id } of device.model.conversations.getSnapshot().items) device.openMembers(id);
  expect(listOf(device)).toEqual(listOf(fresh));
  expect(device.model.unread.getSnapshot()).toEqual(fresh.model.unread.getSnapshot());
  for (const { id } of fresh.model.conversations.getSnapshot().items) {
    expectSameMessages(device, fresh, id);
    device.page(id, 'latest');
    expect(device.messages(id).hasNewer).toBe(false);
    expect(device.messages(id).items.at(-1)?.key).toBe(fresh.messages(id).items.at(-1)?.key);
    expectSameMessages(device, fresh, id);
  }
}

/** Without `receipts`: where marks were overtaken, the number stays behind until the next sync. */
function listOf({ model }: Device) {
  const { items, isLoaded } = model.conversations.getSnapshot();
  return { isLoaded, items: items.map((item) => ({ ...item, receipts: 0 })) };
}

/** The rows are the same; a status only where everyone is known who decides it. */
function expectSameMessages(device: Device, fresh: Device, id: string): void {
  const isComplete = device.conversation(id)?.membersComplete === true;
  const bare = (of: Device) =>
    of.messages(id).items.flatMap((item) => {
      if (item.kind === 'pending') return [];
      const { status, ...rest } = item.message;
      return [{ ...rest, key: item.key, ...(isComplete && { status }) }];
    });
  const held = bare(device);
  const least = fresh.server.conversations.get(id)?.firstSeq ?? 1;
  const first = held[0]?.seq ?? least;
  const skipped = Math.max(0, first - least);
  expect(held).toEqual(bare(fresh).slice(skipped, skipped + held.length));
  expect(device.messages(id).hasOlder).toBe(first > least);
}

function expectGapless(device: Device): void {
  const cursors = new Map<string, number>();
  for (const { conversationId, from, to, by } of device.moves) {
    if (by === 'start') expect(from).toBe(0);
    else expect(from).toBe(cursors.get(conversationId));
    if (by === 'event') expect(to).toBe(from + 1);
    if (by === 'sync') expect(to).toBeGreaterThan(from);
    cursors.set(conversationId, to);
  }
}

test('G4: however frames, syncs and pages overtake each other, the store comes to what a fresh one fetches', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000_000), { minLength: 50, maxLength: 900, size: 'max' }), (choices) => {
      const world = new World(choices);
      world.run();
      for (const device of world.devices) {
        world.settle(device);
        device.reconnect();
        world.settle(device);
        const fresh = freshDevice(device.userId, world.server);
        expect(device.model.conversations.getSnapshot()).toEqual(fresh.model.conversations.getSnapshot());
      }
    }),
    { seed: Number(process.env.SEED ?? 7), numRuns: Number(process.env.RUNS ?? 60), endOnFailure: true },
  );
});
