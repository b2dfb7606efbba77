import type {
  CallEvent,
  FinalRow,
  HeardEvent,
  HistoryEvent,
  MessageFacts,
  NewEvent,
} from '../history/history-event.js';
import { hashOf } from '../history/recorder.js';

export interface HistoryShape {
  messages: number;
  conversations: number;
  members: number;
}

interface Conversation {
  id: string;
  version: number;
  rows: FinalRow[];
  members: string[];
}

/** A device that applies at once every event that it receives. */
interface Device {
  name: string;
  user: string;
  connection: number;
  isOnline: boolean;
  at: Map<string, { version: number; lastSeq: number }>;
}

const NODES = ['n1', 'n2'];
const SECONDS_BETWEEN = 0.01;

/**
 * A run in which nothing went wrong, written as the workload writes it: sends with repeats, edits, deletions, reads, pages,
 * people who leave and come back, connections that end and catch up, probes, samples, a fault and the final state.
 */
export function goodHistory(shape: HistoryShape = { messages: 60, conversations: 2, members: 4 }): HistoryEvent[] {
  return new Simulation(shape).run();
}

class Simulation {
  private readonly events: HistoryEvent[] = [];
  private readonly conversations: Conversation[];
  private readonly devices: Device[];
  private readonly read = new Map<string, number>();
  private time = 100;

  constructor(private readonly shape: HistoryShape) {
    const users = Array.from({ length: shape.members }, (_, index) => `u${index}`);
    const ids = Array.from({ length: shape.conversations }, (_, index) => `c${index}`);
    this.conversations = ids.map((id) => ({ id, version: 1, rows: [], members: [...users] }));
    this.devices = users.map((user) => ({ name: `d-${user}`, user, connection: 0, isOnline: false, at: new Map() }));
  }

  run(): HistoryEvent[] {
    this.begin();
    for (let number = 0; number < this.shape.messages; number += 1) this.turn(number);
    this.comeBack();
    this.end();
    return this.events;
  }

  private begin(): void {
    for (const node of NODES) this.tell({ type: 'process', phase: 'started', name: node, pid: pidOf(node) });
    for (const { id, members } of this.conversations) {
      this.tell({ type: 'created', conversation: id, members: [...members] });
    }
    for (const device of this.devices) {
      this.tell({ type: 'device', device: device.name, user: device.user, logic: 'resume' });
      this.connect(device);
    }
    this.tell({ type: 'fault', phase: 'start', fault: 'redis-kill', pids: [77] });
    this.tell({ type: 'process', phase: 'ended', name: 'redis', pid: 77, code: null, signal: 'SIGKILL' });
    this.tell({ type: 'fault', phase: 'stop', fault: 'redis-kill' });
  }

  private turn(number: number): void {
    const conversation = this.conversations[number % this.conversations.length] as Conversation;
    const writers = conversation.members.filter((user) => this.deviceOf(user).isOnline);
    const user = writers[number % writers.length] as string;
    this.send(conversation, user, number);
    const reader = writers[(number + 1) % writers.length] as string;
    if (number % 4 === 1) this.mark(conversation, reader);
    if (number % 7 === 3) this.change(conversation, 'edit');
    if (number % 17 === 5) this.change(conversation, 'delete');
    if (number % 9 === 4) this.page(conversation, reader);
    if (number % 9 === 6) this.unread(conversation, 'u0');
    if (number % 20 === 8) this.cut(this.devices[1]);
    if (number % 20 === 14) this.comeBack();
    if (number % 40 === 20) this.leave(this.conversations[0] as Conversation, 'u2');
    if (number % 40 === 30) this.enter(this.conversations[0] as Conversation, 'u2');
    this.probe();
    if (number % 10 === 0) for (const node of NODES) this.sample(node);
  }

  private send(conversation: Conversation, user: string, number: number): void {
    const clientMessageId = `m${number}`;
    const text = `text ${number}`;
    const asked = { command: 'send' as const, conversation: conversation.id, clientMessageId, hash: hashOf(text) };
    const first = this.call(user, asked);
    const facts = this.row(conversation, user, { clientMessageId, text });
    const answer = { id: facts.id, seq: facts.seq, version: facts.version };
    this.broadcast(conversation, { kind: 'message:new', message: facts });
    if (number % 10 === 7) {
      this.tell({ type: 'info', ref: first, why: 'timeout' });
      this.tell({ type: 'ok', ref: this.call(user, asked), ...answer, duplicate: true });
    } else this.tell({ type: 'ok', ref: first, ...answer, duplicate: false });
    this.read.set(`${user} ${conversation.id}`, facts.seq);
  }

  private row(
    conversation: Conversation,
    sender: string,
    from: { clientMessageId: string; text: string },
  ): MessageFacts {
    conversation.version += 1;
    const row: FinalRow = {
      seq: conversation.rows.length + 1,
      id: `${conversation.id}-${conversation.rows.length + 1}`,
      sender,
      clientMessageId: from.clientMessageId,
      hash: hashOf(from.text),
      version: conversation.version,
      isDeleted: false,
      createdAt: new Date(this.time * 1000).toISOString(),
    };
    conversation.rows.push(row);
    return factsOf(row);
  }

  private mark(conversation: Conversation, user: string): void {
    const seq = conversation.rows.length;
    const ref = this.call(user, { command: 'read', conversation: conversation.id, seq });
    this.tell({ type: 'ok', ref, lastReadSeq: seq, unreadCount: 0 });
    this.read.set(`${user} ${conversation.id}`, seq);
  }

  private change(conversation: Conversation, command: 'edit' | 'delete'): void {
    const row = conversation.rows.at(-1);
    if (!row || row.isDeleted) return;
    const hash = hashOf(command === 'delete' ? '' : `changed ${conversation.version}`);
    const ref = this.call(row.sender, { command, conversation: conversation.id, id: row.id, hash });
    conversation.version += 1;
    Object.assign(row, { hash, version: conversation.version, isDeleted: command === 'delete' });
    const kind = command === 'edit' ? 'message:edited' : 'message:deleted';
    this.broadcast(conversation, { kind, message: factsOf(row) });
    this.tell({ type: 'ok', ref, version: row.version });
  }

  private page(conversation: Conversation, user: string): void {
    const ref = this.call(user, { command: 'page', conversation: conversation.id });
    this.tell({ type: 'ok', ref, last: conversation.rows.length, hasMore: false });
  }

  private unread(conversation: Conversation, user: string): void {
    const ref = this.call(user, { command: 'unread', conversation: conversation.id });
    this.tell({ type: 'ok', ref, unreadCount: this.unreadOf(conversation, user) });
  }

  private leave(conversation: Conversation, user: string): void {
    if (!conversation.members.includes(user)) return;
    const ref = this.call('u0', { command: 'remove', conversation: conversation.id, target: user });
    conversation.version += 1;
    this.broadcast(conversation, { kind: 'member:removed', users: [user] });
    this.tell({ type: 'ok', ref });
    conversation.members = conversation.members.filter((each) => each !== user);
    const device = this.deviceOf(user);
    device.at.delete(conversation.id);
    this.tell({ type: 'moved', device: device.name, conversation: conversation.id, from: 0, to: 0, by: 'end' });
    const late = this.call(user, { command: 'page', conversation: conversation.id });
    this.tell({ type: 'fail', ref: late, code: 'not_found' });
  }

  private enter(conversation: Conversation, user: string): void {
    if (conversation.members.includes(user)) return;
    const ref = this.call('u0', { command: 'add', conversation: conversation.id, target: user });
    conversation.version += 1;
    this.broadcast(conversation, { kind: 'member:added', users: [user] });
    conversation.members = [...conversation.members, user].sort();
    const device = this.deviceOf(user);
    const { id, version } = conversation;
    this.hear(device, { conversation: id, version, kind: 'conversation:created' });
    this.start(device, conversation);
    this.tell({ type: 'ok', ref });
    this.read.set(`${user} ${id}`, conversation.rows.length);
  }

  private cut(device: Device | undefined): void {
    if (!device?.isOnline) return;
    device.isOnline = false;
    this.tell({ type: 'link', what: 'lost', device: device.name, connection: device.connection, why: 'cut' });
  }

  private comeBack(): void {
    for (const device of this.devices) if (!device.isOnline) this.connect(device);
  }

  private connect(device: Device): void {
    device.connection += 1;
    device.isOnline = true;
    const { name, connection } = device;
    this.tell({ type: 'link', what: 'opened', device: name, connection });
    this.tell({ type: 'link', what: 'ready', device: name, connection });
    for (const conversation of this.conversations) {
      const held = device.at.get(conversation.id);
      if (!held) this.start(device, conversation);
      else if (held.version < conversation.version) this.sync(device, conversation, held);
    }
    if (connection > 1) this.tell({ type: 'link', what: 'resumed', device: name, connection });
  }

  private start(device: Device, { id, version, rows }: Conversation): void {
    device.at.set(id, { version, lastSeq: rows.length });
    const at = { device: device.name, conversation: id, from: 0, to: version, lastSeq: rows.length };
    this.tell({ type: 'moved', by: 'start', ...at });
  }

  private sync(device: Device, conversation: Conversation, held: { version: number }): void {
    const { id, version, rows } = conversation;
    const changed = rows.filter((row) => row.version > held.version).sort((a, b) => a.version - b.version);
    for (const row of changed) {
      this.tell({ type: 'row', device: device.name, conversation: id, message: factsOf(row) });
    }
    const at = { device: device.name, conversation: id, from: held.version, to: version, lastSeq: rows.length };
    this.tell({ type: 'moved', by: 'sync', ...at });
    device.at.set(id, { version, lastSeq: rows.length });
  }

  private broadcast(conversation: Conversation, event: Pick<HeardEvent, 'kind' | 'message' | 'users'>): void {
    const { id, version, rows } = conversation;
    for (const user of conversation.members) {
      const device = this.deviceOf(user);
      if (!device.isOnline) continue;
      this.hear(device, { conversation: id, version, applied: true, ...event });
      device.at.set(id, { version, lastSeq: rows.length });
    }
  }

  private hear(
    { name, connection }: Device,
    heard: Omit<HeardEvent, 'i' | 't' | 'p' | 'type' | 'device' | 'connection'>,
  ) {
    this.tell({ type: 'heard', device: name, connection, ...heard });
  }

  private probe(): void {
    for (const from of NODES) {
      for (const to of NODES) this.tell({ type: 'probe', from, to, sent: this.time, ms: from === to ? 3 : 7 });
    }
  }

  private sample(name: string): void {
    this.tell({ type: 'sample', name, pid: pidOf(name), rss: 1e8, descriptors: 40, lagMs: 5, pool: 1 });
  }

  private end(): void {
    for (const node of NODES) {
      for (const { id, rows, version, members } of this.conversations) {
        this.tell({ type: 'final-rows', node, conversation: id, rows: structuredClone(rows) });
        this.tell({ type: 'final-conversation', node, conversation: id, lastSeq: rows.length, version, members });
      }
      for (const { user } of this.devices) this.finalUser(node, user);
    }
  }

  private finalUser(node: string, user: string): void {
    const mine = this.conversations.filter(({ members }) => members.includes(user));
    const conversations = mine.map((conversation) => ({
      conversation: conversation.id,
      lastSeq: conversation.rows.length,
      version: conversation.version,
      lastReadSeq: this.read.get(`${user} ${conversation.id}`) ?? 0,
      unreadCount: this.unreadOf(conversation, user),
    }));
    const unread = Object.fromEntries(conversations.map((each) => [each.conversation, each.unreadCount]));
    this.tell({ type: 'final-user', node, user, conversations, unread });
  }

  private unreadOf(conversation: Conversation, user: string): number {
    return conversation.rows.length - (this.read.get(`${user} ${conversation.id}`) ?? 0);
  }

  private deviceOf(user: string): Device {
    return this.devices.find((device) => device.user === user) as Device;
  }

  private call(user: string, asked: Omit<CallEvent, 'i' | 't' | 'p' | 'type' | 'device' | 'user'>): number {
    return this.tell({ type: 'call', device: `d-${user}`, user, ...asked });
  }

  private tell(event: NewEvent): number {
    this.time += SECONDS_BETWEEN;
    const i = this.events.length + 1;
    this.events.push({ i, t: this.time, p: 'workload', ...event } as HistoryEvent);
    return i;
  }
}

function pidOf(node: string): number {
  return 1000 + NODES.indexOf(node);
}

function factsOf({ seq, id, sender, clientMessageId, hash, version }: FinalRow): MessageFacts {
  return { seq, id, sender, clientMessageId, hash, version };
}
