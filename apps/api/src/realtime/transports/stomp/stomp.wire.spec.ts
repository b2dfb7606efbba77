import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Ack, CommandName, EventName } from '@parley/protocol';
import { ParleyError } from '../../../kernel/errors.js';
import type { Credential } from '../../connections/engine-connection.js';
import { Answer } from '../framed/answer.js';
import type { Beginning } from '../framed/endpoint.js';
import { type Frame, OutgoingEvent } from '../framed/outgoing-event.js';
import type { Line, OnAnswer } from '../framed/wire.js';
import { FrameDecoder } from './frame-decoder.js';
import { StompWire } from './stomp.wire.js';
import type { StompVersion } from './version-negotiation.js';

const ID = '01a22623-0599-71c9-861d-c56fd8b2a503';
const OTHER = '01a22623-0599-71c9-861d-c56fd8b2a504';
const TOPIC = `/topic/conversation/${ID}`;

/** What the node knows as commands, as far as they are sent here. */
const COMMANDS = [
  'message:send',
  'message:edit',
  'message:read',
  'typing:start',
  'typing:stop',
  'auth:refresh',
  'sync',
];

const MOST_FRAMES = 1_100;

/** The node's side of one connection, and what the client is sent. */
class TestLine implements Line {
  readonly wire: StompWire;
  readonly given: { name: string; payload: unknown; answer: (ack: Ack<object>) => void }[] = [];
  readonly followed = new Set<string>();
  readonly refusals: ParleyError[] = [];
  credentials: readonly Credential[] | null = null;
  ended: ParleyError | null = null;
  hasLeft = false;
  private text = '';
  private isIn = false;
  private frameCharges = 0;

  constructor(beginning: Partial<Beginning> = {}) {
    this.wire = new StompWire(this, {
      url: new URL('http://localhost/stomp'),
      headers: {},
      ...beginning,
    });
  }

  connect(credentials: readonly Credential[]): void {
    this.credentials = credentials;
  }

  run(name: string, payload: unknown, onAnswer: OnAnswer): void {
    const answer = (ack: Ack<object>) => this.out(onAnswer(new Answer(1, JSON.stringify(ack))));
    this.given.push({ name, payload, answer });
  }

  chargeFrame(): ParleyError | null {
    this.frameCharges += 1;
    return this.frameCharges > MOST_FRAMES ? new ParleyError('rate_limited', { retryAfterMs: 1 }) : null;
  }

  isCommand(name: string): name is CommandName {
    return COMMANDS.includes(name);
  }

  refuse(why: ParleyError, onAnswer: OnAnswer): void {
    this.refusals.push(why);
    this.out(onAnswer(new Answer(1, JSON.stringify({ success: false, error: why.toObject('r') }))));
  }

  send(text: Frame): void {
    this.out([text]);
  }

  follows(conversationId: string): boolean {
    return this.followed.has(conversationId);
  }

  afterRead(then: () => void): void {
    then();
  }

  end(why: ParleyError): void {
    this.ended = why;
    const error = why.toObject('r');
    if (this.isIn) this.event('server:closing', { error });
    else this.out(this.wire.refused(error));
    this.wire.closed();
  }

  leave(): void {
    this.hasLeft = true;
    this.wire.closed();
  }

  /** Lets the client in. */
  admit(): void {
    this.isIn = true;
    this.out(this.wire.connected());
  }

  event(name: EventName, payload: object): void {
    this.out(this.wire.event(new OutgoingEvent(name, JSON.stringify(payload), false)));
  }

  /** Everything that was sent since the last call, as a client of this version reads it. */
  frames(version: StompVersion = '1.2') {
    const decoder = new FrameDecoder();
    decoder.version = version;
    decoder.push(Buffer.from(this.text));
    this.text = '';
    const frames: { command: string; headers: Record<string, string>; body: string }[] = [];
    for (let next = decoder.next(); next; next = decoder.next())
      frames.push({ ...next, headers: Object.fromEntries(next.headers) });
    return frames;
  }

  /** The same without what is in them. */
  commands(): string[] {
    return this.frames().map(({ command, headers }) =>
      [command, headers['receipt-id'] ?? headers.message ?? ''].join(' ').trim(),
    );
  }

  private out(frames: readonly Frame[]): void {
    for (const each of frames) this.text += typeof each === 'string' ? each : each.text;
  }
}

function frame(command: string, headers: Record<string, string> = {}, body = ''): string {
  return `${[command, ...Object.entries(headers).map(([name, value]) => `${name}:${value}`)].join('\n')}\n\n${body}\0`;
}

const CONNECT = frame('CONNECT', { 'accept-version': '1.0,1.1,1.2', Authorization: 'Bearer t' });
const SEND = { destination: '/app/chat.send' };
const acked = { success: true as const, messageId: 'm', clientMessageId: 'c', seq: 1 };
const refused = (code: 'not_found' | 'rate_limited', extra: object = {}) => ({
  success: false as const,
  error: { code, message: 'no', retryable: false, requestId: 'r', ...extra },
});

let line: TestLine;
const give = (...texts: string[]) => line.wire.receive(texts.join(''));

/** Connects in this version, and makes the line ready. */
function open(version: StompVersion = '1.2'): void {
  give(frame('CONNECT', { 'accept-version': version, Authorization: 'Bearer t' }));
  line.admit();
  line.event('ready', { userId: 'u' });
  line.frames();
}

beforeEach(() => {
  line = new TestLine();
});
afterEach(() => line.wire.closed());

describe('CONNECT', () => {
  it.each([
    ['1.0,1.1,1.2', '1.2', '10000,10000'],
    ['1.1,1.0', '1.1', '10000,10000'],
    ['1.0', '1.0', undefined],
  ] as const)('of a client that offers %s is answered with %s', (offered, version, beats) => {
    give(frame('CONNECT', { 'accept-version': offered }));
    line.admit();
    const [connected] = line.frames(version);
    expect(connected?.headers).toMatchObject({
      version,
      server: expect.stringMatching(/^parley\//),
      session: expect.any(String),
    });
    expect(connected?.headers['heart-beat']).toBe(beats);
  });

  it('that offers no version we speak is told which there are', () => {
    give(frame('CONNECT', { 'accept-version': '2.0' }));
    expect(line.frames()[0]).toMatchObject({
      command: 'ERROR',
      headers: { message: 'unsupported', version: '1.2,1.1,1.0' },
    });
    expect(line.ended?.code).toBe('unsupported');
  });

  it('comes first: anything else is an ERROR', () => {
    give(frame('SEND', SEND, '{}'));
    expect(line.commands()).toEqual(['ERROR bad_frames']);
    expect(line.ended?.code).toBe('bad_frames');
    expect(line.credentials).toBeNull();
  });

  it('comes once', () => {
    open();
    give(CONNECT);
    expect(line.commands()).toEqual(['ERROR bad_frames']);
  });

  it('that is refused is told why', () => {
    give(CONNECT);
    const error = { code: 'unauthenticated' as const, message: 'no', retryable: false, requestId: 'r' };
    const [text] = line.wire.refused(error);
    expect(text).toMatch(/^ERROR\nmessage:unauthenticated\n/);
    expect(text).toContain(JSON.stringify({ error }));
  });

  it.each([
    ['the header of the request', '', { authorization: 'Bearer h' }, {}, [{ token: 'h' }]],
    ['its own header before that', '', { authorization: 'Bearer h' }, { Authorization: 'Bearer c' }, [{ token: 'c' }]],
    ['its header in small letters', '', {}, { authorization: 'bearer c' }, [{ token: 'c' }]],
    ['a ticket', '?ticket=x', {}, {}, [{ ticket: 'x' }]],
    ['both, which is refused', '?ticket=x', {}, { Authorization: 'Bearer c' }, [{ token: 'c' }, { ticket: 'x' }]],
    ['nothing', '', {}, {}, []],
    ['no token in a passcode', '', {}, { login: 'a', passcode: 't' }, []],
  ])('says who is there by %s', (_what, search, headers, connect, credentials) => {
    line = new TestLine({ url: new URL(`http://localhost/stomp${search}`), headers });
    give(frame('CONNECT', { 'accept-version': '1.2', ...connect }));
    expect(line.credentials).toEqual(credentials);
  });

  it('what follows it in the same message waits for it, and is read by its version', async () => {
    give(CONNECT, frame('SEND', { ...SEND, receipt: 'a\\cb' }, '{"content":"x"}'));
    expect(line.given).toEqual([]);
    line.admit();
    await turn();
    expect(line.given).toMatchObject([{ name: 'message:send', payload: { content: 'x' } }]);
    line.given[0]?.answer(acked);
    expect(line.frames().map(({ command, headers }) => [command, headers['receipt-id']])).toEqual([
      ['CONNECTED', undefined],
      ['RECEIPT', 'a:b'],
    ]);
  });
});

describe('SEND', () => {
  beforeEach(() => open());

  it('is confirmed with RECEIPT and on the queue of acks, once it is done', () => {
    give(frame('SUBSCRIBE', { id: '1', destination: '/user/queue/acks' }));
    give(frame('SEND', { ...SEND, receipt: 'r1' }, '{}'));
    expect(line.frames()).toEqual([]);
    line.given[0]?.answer(acked);
    const [ack, receipt] = line.frames();
    expect(ack).toMatchObject({
      command: 'MESSAGE',
      headers: {
        subscription: '1',
        destination: '/user/queue/acks',
        event: 'ack',
        command: 'message.send',
        'client-message-id': 'c',
        'receipt-id': 'r1',
      },
    });
    expect(JSON.parse(ack?.body ?? '')).toEqual(acked);
    expect(receipt).toMatchObject({ command: 'RECEIPT', headers: { 'receipt-id': 'r1' } });
  });

  it('that is refused is a MESSAGE on the queue of errors, without RECEIPT, and the connection stays', () => {
    give(frame('SUBSCRIBE', { id: '1', destination: '/user/queue/errors' }));
    give(frame('SEND', { ...SEND, receipt: 'r1' }, '{}'));
    line.given[0]?.answer(refused('not_found', { clientMessageId: 'c' }));
    const [error, ...more] = line.frames();
    expect(error?.headers).toMatchObject({ event: 'error', 'client-message-id': 'c', 'receipt-id': 'r1' });
    expect(JSON.parse(error?.body ?? '')).toMatchObject({ error: { code: 'not_found', clientMessageId: 'c' } });
    expect([more, line.ended]).toEqual([[], null]);
  });

  it('whose body is not JSON is refused likewise', () => {
    give(frame('SUBSCRIBE', { id: '1', destination: '/user/queue/errors' }), frame('SEND', SEND, '{"content":'));
    expect(line.frames().map(({ headers }) => headers.event)).toEqual(['error']);
    expect(line.refusals[0]?.code).toBe('validation_failed');
    expect(line.ended).toBeNull();
  });

  it('without a body is a command without a payload, and no malformed frame', () => {
    give(frame('SEND', SEND));
    expect(line.given).toMatchObject([{ name: 'message:send', payload: undefined }]);
    expect(line.refusals).toEqual([]);
  });

  it.each([
    ['/app/chat.send', undefined, 'message:send'],
    ['/app/chat.read', undefined, 'message:read'],
    ['/app/chat.typing', undefined, 'typing:start'],
    ['/app/chat.typing', 'typing.start', 'typing:start'],
    ['/app/chat.typing', 'typing.stop', 'typing:stop'],
    ['/app/chat.typing', 'typing\\cstop', 'typing:stop'],
    ['/app/message.edit', undefined, 'message:edit'],
    ['/app/sync', undefined, 'sync'],
  ])('to %s with the event %s is %s', (destination, event, name) => {
    give(frame('SEND', { destination, ...(event && { event }) }, '{}'));
    expect(line.given[0]?.name).toBe(name);
  });

  it.each([
    ['of no name that we know', { destination: '/app/chat.nothing' }, 'chat:nothing'],
    ['of none', { destination: '/app/' }, ''],
    ['that is none of two', { destination: '/app/chat.typing', event: 'x' }, ''],
    ['that every object has', { destination: '/app/constructor' }, 'constructor'],
    ['of Socket.IO’s name', { destination: '/app/message:send' }, ''],
  ])(
    'of a command %s is refused like any other: who speaks to an older node stays connected',
    (_what, headers, name) => {
      give(frame('SUBSCRIBE', { id: '1', destination: '/user/queue/errors' }));
      give(frame('SEND', { receipt: 'r1', ...headers }, '{}'));
      expect(line.given.map((given) => given.name)).toEqual([name]);
      line.given[0]?.answer(refused('not_found'));
      const [{ headers: answered } = { headers: {} }, ...more] = line.frames();
      expect(answered).toMatchObject({ event: 'error', 'receipt-id': 'r1' });
      expect(answered).not.toHaveProperty('command');
      expect([more, line.ended]).toEqual([[], null]);
    },
  );

  it.each([
    ['without a destination', {}, 'bad_frames'],
    ['to an unknown destination', { destination: '/exchange/a' }, 'not_found'],
    ['to the name of a command alone', { destination: 'message.send' }, 'not_found'],
    ['straight to a topic', { destination: TOPIC }, 'not_found'],
    ['straight to a queue', { destination: '/user/queue/messages' }, 'not_found'],
    ['in a transaction', { ...SEND, transaction: 't' }, 'unsupported'],
  ])('%s is an ERROR, and the end', (_what, headers, code) => {
    give(frame('SEND', { receipt: 'r1', ...headers }, '{}'), frame('SEND', SEND, '{}'));
    expect(line.frames()[0]).toMatchObject({ command: 'ERROR', headers: { message: code, 'receipt-id': 'r1' } });
    expect(line.ended?.code).toBe(code);
    expect(line.given).toEqual([]);
  });
});

describe('SUBSCRIBE', () => {
  const message = { conversationId: ID, version: 2, message: { content: 'x' } };

  it('to the topic of a conversation gets its events, and the queue gets all others', () => {
    open();
    line.followed.add(ID);
    give(frame('SUBSCRIBE', { id: 'q', destination: '/user/queue/messages' }));
    give(
      frame('SUBSCRIBE', {
        id: 't',
        destination: TOPIC.toUpperCase().replace('/TOPIC/CONVERSATION', '/topic/conversation'),
        receipt: 'r',
      }),
    );
    line.frames();
    line.event('message:new', message);
    line.event('message:new', { ...message, conversationId: OTHER });
    line.event('message:sent', { conversationId: ID });
    line.event('status:online', { userId: 'u' });
    const frames = line.frames();
    expect(frames.map(({ headers }) => [headers.subscription, headers.destination, headers.event])).toEqual([
      ['t', TOPIC, 'message.created'],
      ['q', '/user/queue/messages', 'message.created'],
      ['q', '/user/queue/messages', 'message.sent'],
      ['q', '/user/queue/messages', 'status.online'],
    ]);
    expect(JSON.parse(frames[0]?.body ?? '')).toEqual(message);
    expect(new Set(frames.map(({ headers }) => headers['message-id'])).size).toBe(4);
  });

  it('gets nothing without being asked for', () => {
    open();
    line.event('message:new', message);
    expect(line.frames()).toEqual([]);
  });

  it('gets a topic as often as it is subscribed to', () => {
    open();
    line.followed.add(ID);
    give(frame('SUBSCRIBE', { id: 'a', destination: TOPIC }), frame('SUBSCRIBE', { id: 'b', destination: TOPIC }));
    line.event('message:new', message);
    expect(line.frames().map(({ headers }) => headers.subscription)).toEqual(['a', 'b']);
  });

  it('to the own queue gets `ready` once, also after it came', () => {
    open();
    give(frame('SUBSCRIBE', { id: 'q', destination: '/user/queue/messages', receipt: 'r' }));
    expect(line.frames().map(({ command, headers }) => headers.event ?? command)).toEqual(['RECEIPT', 'ready']);
    give(frame('SUBSCRIBE', { id: 'p', destination: '/user/queue/messages' }));
    expect(line.frames()).toEqual([]);
  });

  it('to the own queue gets what came with `ready`, the latest of each kind, and no event that can be fetched', () => {
    open();
    line.event('auth:expiring', { expiresAt: 'soon' });
    line.event('typing:update', { conversationId: ID, userIds: ['a'], count: 1 });
    line.event('typing:update', { conversationId: ID, userIds: [], count: 0 });
    line.event('message:new', message);
    give(frame('SUBSCRIBE', { id: 'q', destination: '/user/queue/messages' }));
    const frames = line.frames();
    expect(frames.map(({ headers }) => headers.event)).toEqual(['ready', 'auth.expiring', 'typing.update']);
    expect(JSON.parse(frames[2]?.body ?? '')).toMatchObject({ count: 0 });
  });

  it('to a conversation that is not followed asks whether it may', () => {
    open();
    give(frame('SUBSCRIBE', { id: 't', destination: TOPIC, receipt: 'r' }));
    expect(line.given[0]).toMatchObject({ name: 'conversation:join', payload: { conversationId: ID } });
    expect(line.frames()).toEqual([]);
    line.given[0]?.answer({ success: true });
    expect(line.commands()).toEqual(['RECEIPT r']);
  });

  it('and is an ERROR where it may not', () => {
    open();
    give(frame('SUBSCRIBE', { id: 't', destination: TOPIC, receipt: 'r' }));
    line.given[0]?.answer(refused('not_found'));
    expect(line.frames()).toMatchObject([{ command: 'ERROR', headers: { message: 'not_found', 'receipt-id': 'r' } }]);
    expect(line.ended?.code).toBe('not_found');
  });

  it('of many topics at once waits until the line is ready', async () => {
    give(CONNECT);
    line.admit();
    for (let at = 0; at < 200; at += 1)
      give(frame('SUBSCRIBE', { id: String(at), destination: TOPIC, receipt: String(at) }));
    await turn();
    line.frames();
    line.followed.add(ID);
    line.event('ready', { userId: 'u' });
    await turn();
    expect(line.commands()).toEqual(Array.from({ length: 200 }, (_none, at) => `RECEIPT ${at}`));
    expect(line.given).toEqual([]);
  });

  it.each([
    ['with an id that is in use', { id: 'q', destination: '/user/queue/acks' }, 'bad_frames'],
    ['without an id', { destination: '/user/queue/acks' }, 'bad_frames'],
    ['with an id without end', { id: 'x'.repeat(256), destination: '/user/queue/acks' }, 'bad_frames'],
    ['without a destination', { id: '1' }, 'bad_frames'],
    ['to all topics', { id: '1', destination: '/topic/*' }, 'not_found'],
    ['to all conversations', { id: '1', destination: '/topic/conversation/**' }, 'not_found'],
    ["to another's queue", { id: '1', destination: '/user/bob/queue/messages' }, 'not_found'],
    ["to a session's queue", { id: '1', destination: '/queue/messages-user1' }, 'not_found'],
  ])('%s is an ERROR', (_what, headers, code) => {
    open();
    give(frame('SUBSCRIBE', { id: 'q', destination: '/user/queue/messages' }));
    line.frames();
    give(frame('SUBSCRIBE', headers as unknown as Record<string, string>));
    expect(line.commands()).toEqual([`ERROR ${code}`]);
    expect(line.ended?.code).toBe(code);
  });

  it('G8: ends the connection that has a thousand', () => {
    open();
    for (let at = 0; at <= 1_000; at += 1)
      give(frame('SUBSCRIBE', { id: String(at), destination: '/user/queue/acks' }));
    expect(line.ended?.code).toBe('too_large');
  });

  it('needs no id in 1.0, and its messages have none', () => {
    open('1.0');
    give(frame('SUBSCRIBE', { destination: '/user/queue/messages' }));
    line.frames('1.0');
    line.event('status:online', {});
    expect(line.frames('1.0')[0]?.headers).not.toHaveProperty('subscription');
    give(frame('UNSUBSCRIBE', { destination: '/user/queue/messages', receipt: 'r' }));
    line.event('status:online', {});
    expect(line.commands()).toEqual(['RECEIPT r']);
  });

  it('that wants to acknowledge is told what, in 1.2; ACK and NACK change nothing', () => {
    open();
    give(frame('SUBSCRIBE', { id: 'q', destination: '/user/queue/messages', ack: 'client' }));
    line.frames();
    line.event('status:online', {});
    const [{ headers } = { headers: {} as Record<string, string> }] = line.frames();
    expect(headers.ack).toBe(headers['message-id']);
    give(frame('ACK', { id: String(headers.ack), receipt: '1' }), frame('NACK', { id: 'x', receipt: '2' }));
    expect(line.commands()).toEqual(['RECEIPT 1', 'RECEIPT 2']);
  });
});

describe('UNSUBSCRIBE', () => {
  it('ends a subscription', () => {
    open();
    give(
      frame('SUBSCRIBE', { id: 'q', destination: '/user/queue/messages' }),
      frame('UNSUBSCRIBE', { id: 'q', receipt: 'r' }),
    );
    line.event('status:online', {});
    expect(line.frames().map(({ command, headers }) => headers.event ?? command)).toEqual(['ready', 'RECEIPT']);
  });

  it('of what is not subscribed to is confirmed, and nothing else', () => {
    open();
    give(frame('UNSUBSCRIBE', { id: 'x', receipt: 'r' }), frame('UNSUBSCRIBE', { id: 'x' }));
    expect(line.commands()).toEqual(['RECEIPT r']);
    expect(line.ended).toBeNull();
  });
});

describe('DISCONNECT', () => {
  beforeEach(() => open());

  it('is confirmed before the connection is closed', () => {
    give(frame('DISCONNECT', { receipt: 'bye' }));
    expect(line.commands()).toEqual(['RECEIPT bye']);
    expect(line.hasLeft).toBe(true);
  });

  it('waits for the answers to what was sent before, and takes nothing behind it', async () => {
    give(
      frame('SEND', { ...SEND, receipt: '1' }, '{}'),
      frame('DISCONNECT', { receipt: 'bye' }),
      frame('SEND', SEND, '{}'),
    );
    give(frame('SEND', SEND, '{}'));
    expect([line.frames(), line.hasLeft, line.given.length]).toEqual([[], false, 1]);
    line.event('status:online', {});
    line.given[0]?.answer(acked);
    await turn();
    expect(line.commands()).toEqual(['RECEIPT 1', 'RECEIPT bye']);
    expect(line.hasLeft).toBe(true);
  });
});

describe('ERROR', () => {
  it.each([
    ['an unknown command', frame('PUBLISH', SEND)],
    ['a frame of servers', frame('MESSAGE', SEND)],
    ['a body where there is none', frame('SUBSCRIBE', { id: '1', destination: '/user/queue/acks' }, 'x')],
    ['an ACK without an id', frame('ACK')],
    ['what every object has', frame('CONSTRUCTOR')],
    ['a frame that cannot be read', 'SEND\nabc\n\n\0'],
  ])('answers %s', (_what, text) => {
    open();
    give(text, frame('SEND', SEND, '{}'));
    expect(line.commands()).toEqual(['ERROR bad_frames']);
    give(frame('SEND', SEND, '{}'));
    expect(line.given).toEqual([]);
  });

  it('answers a transaction', () => {
    open();
    give(frame('BEGIN', { transaction: 't' }));
    expect(line.commands()).toEqual(['ERROR unsupported']);
  });

  it('answers NACK in 1.0, which has none', () => {
    open('1.0');
    give(frame('NACK', { id: '1' }));
    expect(line.frames('1.0')[0]?.command).toBe('ERROR');
  });

  it('says why the server closes', () => {
    open();
    line.event('server:closing', { error: { code: 'token_expired', message: 'x', retryable: true, requestId: 'r' } });
    const [error] = line.frames();
    expect(error?.headers.message).toBe('token_expired');
    expect(JSON.parse(error?.body ?? '')).toMatchObject({ error: { code: 'token_expired', requestId: 'r' } });
  });
});

describe('G8: frames that are no commands', () => {
  it('are limited too', () => {
    open();
    give(...Array<string>(MOST_FRAMES).fill(frame('ACK', { id: '1' })), frame('SEND', SEND, '{}'));
    expect(line.ended).toBeNull();
    give(frame('ACK', { id: '1' }));
    expect(line.ended).toMatchObject({ code: 'rate_limited', extra: { retryAfterMs: expect.any(Number) } });
  });
});

describe('F13 G8: a client that promised heart-beats', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  const connect = () => {
    give(frame('CONNECT', { 'accept-version': '1.2', 'heart-beat': '10000,0' }));
    line.admit();
  };

  it('is closed as a slow consumer when none come', () => {
    connect();
    jest.advanceTimersByTime(150_000);
    expect(line.commands()).toEqual(['CONNECTED', 'ERROR slow_consumer']);
    expect(line.ended?.code).toBe('slow_consumer');
  });

  it('stays as long as they come', () => {
    connect();
    for (let beats = 0; beats < 30; beats += 1) {
      jest.advanceTimersByTime(10_000);
      give('\n');
    }
    expect(line.ended).toBeNull();
  });
});

describe('what a client named comes back as it was named', () => {
  it.each([
    ['1.0', 'a:b\\n', 'a:b\\n'],
    ['1.1', 'a\\cb\\n\\\\', 'a:b\n\\'],
    ['1.2', 'a\\cb\\n\\\\\\r\\nfoo\\cbar', 'a:b\n\\\r\nfoo:bar'],
  ] as const)('in %s', (version, written, name) => {
    open(version);
    give(frame('SUBSCRIBE', { id: written, destination: '/user/queue/messages', receipt: written }));
    const [receipt, ready] = line.frames(version);
    expect(receipt?.headers).toEqual({ 'receipt-id': name });
    expect(ready?.headers.subscription).toBe(name);
  });
});
