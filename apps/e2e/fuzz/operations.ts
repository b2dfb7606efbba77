import type { Outgoing } from '@parley/client';
import type { Member, MemberRole, Message } from '@parley/protocol';
import type { TestUser } from '@parley/testkit';
import type { Device } from './device.js';
import type { Fixture } from './fixture.js';
import type { Step, StepKind } from './script.js';

/** One operation about to be done. */
export interface Turn {
  device: Device;
  conversationId: string;
  fixture: Fixture;
  step: Step;
  /** The place of the step in its script. */
  number: number;
}

const EMOJI = ['👍', '❤️', '😂', '🎉', '👀', '🚀'] as const;
/** What decoders, databases and browsers may take for something else, at the edges of a text. */
const EDGES = ['', '\ufeff', '\u200b', '\u0301', '\u2028', '\uffff', 'ß', '\u{1f1e6}'] as const;
const ROLES: readonly MemberRole[] = ['member', 'admin', 'member', 'admin', 'owner'];

/** How each operation is done. One that finds nothing to be done to does nothing; refusals are thrown. */
export const OPERATIONS: Record<StepKind, (turn: Turn) => unknown> = {
  send: (turn) => send(turn, { content: text(turn) }),
  data: (turn) =>
    send(turn, { content: '', type: 'data', metadata: { number: turn.number, nested: { list: [1, null] } } }),
  reply: (turn) => {
    const quoted = aMessage(turn);
    return send(turn, { content: text(turn), ...(quoted && { replyToId: quoted.id }) });
  },
  mention: (turn) => send(turn, { content: `${text(turn)} ${mention(turn)}` }),
  edit: (turn) => {
    const message = aMessage(turn, isOwn(turn));
    const content = turn.step.second < 0.4 ? `${text(turn)} ${mention(turn)}` : text(turn);
    return message && turn.device.client.edit(message.id, { content });
  },
  delete: (turn) => {
    const message = turn.step.second < 0.75 ? aMessage(turn, isOwn(turn)) : aMessage(turn);
    return message && turn.device.client.delete(message.id);
  },
  react: (turn) => {
    const message = aMessage(turn);
    return message && turn.device.client.react(message.id, choose(EMOJI, turn.step.second) ?? EMOJI[0]);
  },
  unreact: (turn) => {
    const mine = ({ reactions }: Message) => reactions.some(({ reactedByMe }) => reactedByMe);
    const message = aMessage(turn, mine);
    const emoji = message?.reactions.find(({ reactedByMe }) => reactedByMe)?.emoji;
    return message && emoji && turn.device.client.unreact(message.id, emoji);
  },
  read: (turn) => {
    const message = aMessage(turn, undefined, true);
    if (message) turn.device.client.markRead(turn.conversationId, message.seq);
  },
  flush: ({ device }) => device.client.flush(),
  open: ({ device, conversationId }) => device.open(conversationId),
  close: ({ device, conversationId }) => device.close(conversationId),
  older: ({ device, conversationId }) => device.client.messages(conversationId).loadOlder(),
  newer: ({ device, conversationId }) => device.client.messages(conversationId).loadNewer(),
  jump: ({ device, conversationId, step }) => {
    const last = device.client.conversation(conversationId).getSnapshot()?.lastSeq ?? 0;
    return device.client.messages(conversationId).jumpTo(Math.max(1, Math.ceil(step.pick * last)));
  },
  latest: ({ device, conversationId }) => device.client.messages(conversationId).toLatest(),
  add: (turn) => {
    const present = new Set(membersOf(turn).map(({ user }) => user.id));
    const absent = turn.fixture.guests.filter(({ id }) => !present.has(id));
    const guest = choose(absent, turn.step.pick) ?? choose(turn.fixture.guests, turn.step.pick);
    return guest && turn.device.client.addMembers(turn.conversationId, [guest.id]);
  },
  remove: (turn) => {
    const guest = choose(others(turn), turn.step.pick);
    return guest && turn.device.client.removeMember(turn.conversationId, guest.id);
  },
  leave: ({ device, conversationId }) => device.client.leave(conversationId),
  role: (turn) => {
    const guest = choose(others(turn), turn.step.pick);
    const held = membersOf(turn).find(({ user }) => user.id === guest?.id)?.role;
    const roles = ROLES.filter((each) => each !== held);
    const role = choose(roles, turn.step.second) ?? 'member';
    return guest && turn.device.client.changeRole(turn.conversationId, guest.id, role);
  },
  rename: ({ device, conversationId, number }) => device.client.rename(conversationId, `Renamed ${number}`),
  archive: ({ device, conversationId }) => device.client.archive(conversationId, true),
  unarchive: ({ device, conversationId }) => device.client.archive(conversationId, false),
  resend: (turn) => {
    const failed = aFailedOne(turn);
    if (!failed) return;
    failed.isOutOfOrder = true;
    turn.device.client.resend(failed.clientMessageId);
  },
  discard: (turn) => {
    const failed = aFailedOne(turn);
    if (!failed) return;
    failed.isDiscarded = true;
    turn.device.client.discard(failed.clientMessageId);
  },
  cut: ({ device }) => device.line.cut(),
  away: ({ device }) => device.line.leave(),
  back: ({ device }) => {
    device.line.comeBack();
    device.client.retryNow();
  },
  crash: ({ device }) => device.crash(),
  restart: ({ device }) => device.restart(),
};

/** Resolves once the send is acked, and at once while there is no connection: then it waits in the outbox. */
function send({ device, conversationId }: Turn, message: Outgoing): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const clientMessageId = device.client.send(conversationId, message);
  device.sendings.push({ clientMessageId, conversationId, isOutOfOrder: false, isDiscarded: false });
  if (device.isOnline) device.wire.onAcked(clientMessageId, resolve);
  else resolve();
  return promise;
}

function text({ device, number, step }: Turn): string {
  const [first, last] = [choose(EDGES, (step.second * 31) % 1), choose(EDGES, (step.second * 57) % 1)];
  return `${first}${number} by ${device.name}${' and so on'.repeat(Math.floor(step.second * 12))}${last}`;
}

function mention({ fixture, step }: Turn): string {
  return `@${choose(fixture.guests, (step.pick * 7) % 1)?.username}`;
}

function isOwn({ device }: Turn): (message: Message) => boolean {
  return ({ senderId, type }) => senderId === device.guest.id && type !== 'system';
}

/** One of the messages that the device shows, rather a new one than an old one. */
function aMessage(
  turn: Turn,
  fits: (message: Message) => boolean = isMessage,
  alsoSystem = false,
): Message | undefined {
  const { items } = turn.device.client.messages(turn.conversationId).getSnapshot();
  const stored = items.flatMap((item) => (item.kind === 'stored' ? [item.message] : []));
  const candidates = stored.filter((message) => (alsoSystem || message.type !== 'system') && fits(message));
  return candidates[candidates.length - 1 - Math.floor(turn.step.pick ** 3 * candidates.length)];
}

function isMessage(): boolean {
  return true;
}

function membersOf({ device, conversationId }: Turn): readonly Member[] {
  return device.client.conversation(conversationId).getSnapshot()?.members ?? [];
}

function others({ fixture, device }: Turn): TestUser[] {
  return fixture.guests.filter((guest) => guest !== device.guest);
}

function aFailedOne({ device, conversationId, step }: Turn) {
  const { items } = device.client.messages(conversationId).getSnapshot();
  const failed = new Set(items.flatMap((item) => (item.kind === 'pending' && item.failure ? [item.key] : [])));
  const candidates = device.sendings.filter(({ clientMessageId }) => failed.has(clientMessageId));
  return choose(candidates, step.pick);
}

function choose<T>(list: readonly T[], at: number): T | undefined {
  return list[Math.floor(at * list.length)];
}
