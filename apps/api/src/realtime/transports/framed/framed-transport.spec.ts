import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { WebSocket } from 'ws';
import { EventRun, RunPart, SharedEvent } from '../../connections/event-run.js';
import { FramedTransport, type Speaker } from './framed-transport.js';
import { OutgoingEvent } from './outgoing-event.js';

/** A WebSocket of `ws` that notes what it is told to do. */
class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  readonly done: unknown[][] = [];

  readonly _sender = {
    sendFrame: ([bytes]: Buffer[], sent: () => void): void => {
      this.done.push(['frame', bytes]);
      setImmediate(sent);
    },
  };

  send(text: string, sent: () => void): void {
    this.done.push(['send', text]);
    setImmediate(sent);
  }

  ping(payload: string, _isMasked: boolean, sent: () => void): void {
    this.done.push(['ping', payload]);
    setImmediate(sent);
  }

  close(code: number, reason?: string): void {
    this.done.push(['close', code, reason]);
  }

  resume(): void {}
}

const ERROR = { code: 'rate_limited', message: '', retryable: true, requestId: 'r' } as const;

describe('a transport of Engine.IO on which something else is spoken', () => {
  let socket: FakeSocket;
  let transport: FramedTransport;
  let packets: { type: string }[];
  const speaker: Speaker = {
    receive: () => undefined,
    event: ({ name }) => (name === 'ready' ? [] : [name]),
    answer: ({ number, text }) => [`${number} ${text}`],
    connected: () => ['connected'],
    refused: ({ code }) => [code],
    unnamed: () => ['unnamed'],
    closed: () => undefined,
  };
  beforeEach(() => {
    socket = new FakeSocket();
    transport = new FramedTransport(socket as unknown as WebSocket, { transport: 'test', conversationId: null });
    transport.speak(speaker);
    packets = [];
    transport.on('packet', (packet) => packets.push(packet));
  });
  const send = (...all: { type: string; data?: string; options?: object }[]) => transport.send(all);
  const message = (data: string, options?: object) => ({ type: 'message', data, options });

  it('sends of each packet of Socket.IO what the speaker makes of it, in order, and then is writable again', async () => {
    const ready = new Promise((resolve) => transport.once('ready', resolve));
    send(
      { type: 'open', data: '{}' },
      message('0{"sid":"s"}'),
      message('2["ready",{}]'),
      message('2["message:new",{}]'),
      message('raw', { frame: 'own' }),
      message('37[{"success":true}]'),
      message('1'),
    );
    expect(transport.writable).toBe(false);
    await ready;
    expect(transport.writable).toBe(true);
    expect(socket.done).toEqual([
      ['send', 'connected'],
      ['send', 'message:new'],
      ['send', 'own'],
      ['send', '7 {"success":true}'],
    ]);
  });

  it('sends large events that others get too as the buffers of the others, and copies none', async () => {
    const key = {};
    const event = (each: OutgoingEvent) => each.encodedFor(key, ({ text }) => text);
    const run = new EventRun();
    const first = run.add(new SharedEvent(`2["message:new","${'x'.repeat(40_000)}"]`));
    const part = new RunPart(run, first);
    part.extend(run, run.add(new SharedEvent(`2["message:new","${'y'.repeat(40_000)}"]`)));
    for (let readers = 0; readers < 2; readers += 1) {
      const reader = new FramedTransport(socket as unknown as WebSocket, { transport: 'test', conversationId: null });
      reader.speak({ ...speaker, event });
      reader.send([message(part.data, part)]);
    }
    const [one, two, ...others] = socket.done.map(([, bytes]) => bytes);
    expect(others).toHaveLength(2);
    expect(others[0]).toBe(one);
    expect(others[1]).toBe(two);
  });

  it('sends events that others get too as one buffer, made once for all who get the same, in their place', async () => {
    const key = {};
    const event = (each: OutgoingEvent) => (each.name === 'ready' ? [] : each.encodedFor(key, ({ text }) => text));
    const [run, packet] = [new EventRun(), (number: number) => new SharedEvent(`2["message:new",${number}]`)];
    const part = new RunPart(run, run.add(packet(1)));
    for (const each of [new SharedEvent('2["ready",{}]'), packet(2), packet(3)]) part.extend(run, run.add(each));
    const sendAs = async (from: FramedTransport) => {
      from.speak({ ...speaker, event });
      const ready = new Promise((resolve) => from.once('ready', resolve));
      from.send([message('raw', { frame: 'own' }), message(part.data, part), message('37[{}]')]);
      await ready;
    };
    await sendAs(transport);
    await sendAs(new FramedTransport(socket as unknown as WebSocket, { transport: 'test', conversationId: null }));
    const [own, events, answer, again, sameEvents] = socket.done;
    expect([own, answer, again]).toEqual([
      ['send', 'own'],
      ['send', '7 {}'],
      ['send', 'own'],
    ]);
    expect(events).toEqual(['frame', Buffer.from('\x81\x011\x81\x012\x81\x013', 'latin1')]);
    expect(sameEvents?.[1]).toBe(events?.[1]);
  });

  it('tells what events become as bytes: those that others get too in one buffer for all, its own beside them', () => {
    const key = {};
    const event = (each: OutgoingEvent) => (each.name === 'ready' ? ['own'] : each.encodedFor(key, ({ text }) => text));
    const events = ['2["message:new",1]', '2["message:new",2]', '2["ready",{}]'].map((each) => new SharedEvent(each));
    const other = new FramedTransport(socket as unknown as WebSocket, { transport: 'test', conversationId: null });
    const [one, same] = [transport, other].map((each) => {
      each.speak({ ...speaker, event });
      return each.bytesOf(events);
    });
    expect(one?.map((bytes) => bytes.toString('latin1'))).toEqual(['\x81\x011\x81\x012', '\x81\x03own']);
    expect(same?.[0]).toBe(one?.[0]);
    expect(socket.done).toEqual([]);
  });

  it('is writable again where there was nothing to send', async () => {
    const ready = new Promise((resolve) => transport.once('ready', resolve));
    send(message('2["ready",{}]'));
    await ready;
    expect([transport.writable, socket.done]).toEqual([true, []]);
  });

  it('makes one event of a broadcast for all connections', () => {
    const seen: OutgoingEvent[] = [];
    const other = new FramedTransport(new FakeSocket() as unknown as WebSocket, {
      transport: 'x',
      conversationId: null,
    });
    for (const each of [transport, other]) each.speak({ ...speaker, event: (event) => [String(seen.push(event))] });
    const options = { preEncoded: true };
    for (const each of [transport, other]) each.send([message('2["message:new",{}]', options)]);
    send(message('2["message:new",{}]', { preEncoded: true }));
    expect([seen[0] === seen[1], seen[0] === seen[2]]).toEqual([true, false]);
  });

  it('takes the answer to the latest ping for those before it, and what nobody asked for, for nothing', () => {
    const read: string[] = [];
    transport.afterPong(() => read.push('first'));
    send({ type: 'ping' }, { type: 'ping' }, { type: 'ping' });
    for (const payload of ['', '9', 'x', '2', '1', '2']) socket.emit('pong', Buffer.from(payload));
    expect([packets.length, read]).toEqual([2, ['first']]);
    socket.emit('pong', Buffer.from('3'));
    expect(packets).toEqual([{ type: 'pong' }, { type: 'pong' }, { type: 'pong' }]);
  });

  it('closes with the code of what it was closed for last', () => {
    send(message('0{"sid":"s"}'), message(`2["server:closing",${JSON.stringify({ error: ERROR })}]`));
    transport.close();
    expect(socket.done.at(-1)).toEqual(['close', 4029, 'rate_limited']);
  });

  it('closes with 1011 for a fault that has no code, 4505 where it would only come again, 1000 where the client leaves, and 1001 where the server ends', () => {
    const codes = (['internal', 'unsupported', null, undefined] as const).map((end) => {
      const each = new FakeSocket();
      const ending = new FramedTransport(each as unknown as WebSocket, { transport: 'x', conversationId: null });
      ending.send([message('0{"sid":"s"}')]);
      if (end) ending.noteCloseReason({ ...ERROR, code: end, retryable: end === 'internal' });
      if (end === null) ending.leaves();
      ending.close();
      return each.done.at(-1)?.[1];
    });
    expect(codes).toEqual([1011, 4505, 1000, 1001]);
  });

  it('has the speaker say that nobody was named, where it is closed before anybody was let in', () => {
    transport.close();
    expect(socket.done).toEqual([
      ['send', 'unnamed'],
      ['close', 1001, undefined],
    ]);
  });

  it('has its last word as a text, whatever is still queued, and the code for it', () => {
    expect(transport.finalPacket(ERROR)).toBe('server:closing');
    transport.close();
    expect(socket.done).toEqual([['close', 4029, 'rate_limited']]);
  });
});
