import { createServer, type Server as HttpServer } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setImmediate as turnEnds } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, testCertificate } from '@parley/testkit';
import fc from 'fast-check';
import { Server, type ServerOptions, type Socket } from 'socket.io';
import { type Socket as ClientSocket, io as connect } from 'socket.io-client';
import type { ParleyServer } from '../socket.js';
import { oneWritePerTurn } from './one-write-per-turn.js';
import { RoomBroadcaster } from './room-broadcaster.js';
import { SlowConsumers } from './slow-consumers.js';
import { StreamKeepingServer } from './stream-keeping-server.js';

const ROOMS = ['one', 'two'];
const KINDS = [['websocket'], ['websocket'], ['polling', 'websocket'], ['polling']];
const NOBODY_IS_SLOW = { bytes: 1_000_000_000, seconds: 600 };
const certificate = testCertificate();

/** What `socket.io-client` in Node has below it. */
interface NodeEngine {
  transport: { name: string; ws?: { _socket: { pause(): void; resume(): void } } };
}

/** One client with the server's side of it: what it heard, and what it was given. */
class Listener {
  readonly heard: string[] = [];
  readonly given: string[] = [];
  private hasEnded = false;
  private questions = 0;

  constructor(
    private readonly socket: ClientSocket,
    readonly side: Socket,
    /** Whether it is a WebSocket from its beginning. */
    private readonly isPlain: boolean,
  ) {
    socket.onAny((name: string, { number, filling }: { number: number; filling: string }) => {
      this.heard.push(`${name} ${number}: ${filling.length}`);
    });
    socket.on('disconnect', () => {
      this.hasEnded = true;
    });
    // Each answer comes in a turn of its own, and takes its place between all else.
    side.on('ask', (question: string, answer: () => void) => {
      this.note(question);
      answer();
    });
    for (const room of ROOMS) void side.join(room);
  }

  /** Notes what it is about to be given, if it still is. */
  note(given: string): void {
    if (this.side.conn.readyState === 'open') this.given.push(given);
  }

  ask(): void {
    this.questions += 1;
    const question = `answer ${this.questions}`;
    this.socket.emit('ask', question, () => this.heard.push(question));
  }

  /** Reads nothing, until it goes on. */
  pause(): void {
    if (this.isPlain) this.line?.pause();
  }

  goOn(): void {
    this.line?.resume();
  }

  ping(): void {
    (this.side.conn as unknown as { sendPacket(type: string): void }).sendPacket('ping');
  }

  /** Ends politely. An upgrade under way is no part of that. */
  end(): void {
    if (this.isPlain) this.side.conn.close();
  }

  /** All that it was given is there. */
  async settles(): Promise<void> {
    this.goOn();
    this.ask();
    const last = `answer ${this.questions}`;
    await eventually(`${last} or the end`, () => this.hasEnded || this.heard.includes(last), 20_000);
  }

  close(): void {
    this.socket.close();
  }

  private get line() {
    const { transport } = (this.socket.io.engine as unknown as NodeEngine | null) ?? {};
    return transport?.ws?._socket;
  }
}

/** A server with listeners of each kind. */
class Place {
  listeners: Listener[] = [];
  private readonly io: ParleyServer;
  private readonly http: HttpServer | TlsServer;
  private readonly rooms: RoomBroadcaster;
  private count = 0;

  constructor(private readonly scheme: 'http' | 'https') {
    this.http = scheme === 'http' ? createServer() : createTlsServer(certificate);
    this.io = new Server(this.http, { wsEngine: StreamKeepingServer } as unknown as Partial<ServerOptions>);
    oneWritePerTurn(this.io.engine, new SlowConsumers(NOBODY_IS_SLOW, () => 'slow'));
    this.rooms = new RoomBroadcaster(this.io, () => {
      throw new Error('another version is installed');
    });
  }

  async open(): Promise<void> {
    if (!this.http.listening) await new Promise<void>((resolve) => this.http.listen(0, '127.0.0.1', resolve));
    const { port } = this.http.address() as AddressInfo;
    for (const transports of KINDS) {
      const known = { ca: certificate.cert, reconnection: false, forceNew: true };
      const socket = connect(`${this.scheme}://127.0.0.1:${port}`, { transports, ...known });
      const side = await new Promise<Socket>((resolve, reject) => {
        this.io.once('connection', (made) => resolve(made as unknown as Socket));
        socket.once('connect_error', reject);
      });
      this.listeners.push(new Listener(socket, side, transports[0] === 'websocket'));
    }
  }

  /** To the room, so that all who are in it are given the same. */
  emit(room: string, size: number): void {
    this.rooms.emit(room, 'user:updated', this.noted('user:updated', size, this.members(room)) as never);
  }

  /** To the room, as Socket.IO broadcasts by itself. */
  broadcast(room: string, size: number): void {
    const payload = this.noted('typing:update', size, this.members(room));
    this.io.local.to(room).emit('typing:update', payload as never);
  }

  tell(at: number, size: number): void {
    const { [at]: listener } = this.listeners;
    if (listener) listener.side.emit('own', this.noted('own', size, [listener]));
  }

  leave(): void {
    for (const listener of this.listeners) listener.close();
    this.listeners = [];
  }

  async close(): Promise<void> {
    this.leave();
    await this.io.close();
  }

  private members(room: string): Listener[] {
    return this.listeners.filter(({ side }) => side.rooms.has(room));
  }

  private noted(name: string, size: number, listeners: readonly Listener[]): object {
    this.count += 1;
    for (const listener of listeners) listener.note(`${name} ${this.count}: ${size}`);
    return { number: this.count, filling: 'ä'.repeat(size) };
  }
}

type Step = (place: Place) => unknown;

const at = fc.nat({ max: KINDS.length - 1 });
const room = fc.constantFrom(...ROOMS);
const size = fc.oneof(
  { weight: 24, arbitrary: fc.nat({ max: 20 }) },
  { weight: 3, arbitrary: fc.nat({ max: 40_000 }) },
  // More than the system takes at once.
  { weight: 1, arbitrary: fc.constant(400_000) },
);
const toRoom = (act: (place: Place, room: string, size: number) => unknown): fc.Arbitrary<Step> =>
  fc.tuple(room, size).map(
    ([to, much]) =>
      (place: Place) =>
        act(place, to, much),
  );
const ofOne = (act: (listener: Listener, room: string) => unknown): fc.Arbitrary<Step> =>
  fc.tuple(at, room).map(
    ([of, where]) =>
      ({ listeners }: Place) =>
        act(listeners[of] as Listener, where),
  );
const STEPS: readonly (readonly [number, fc.Arbitrary<Step>])[] = [
  [16, toRoom((place, to, much) => place.emit(to, much))],
  [2, toRoom((place, to, much) => place.broadcast(to, much))],
  [
    3,
    fc.tuple(at, size).map<Step>(
      ([of, much]) =>
        (place: Place) =>
          place.tell(of, much),
    ),
  ],
  [4, ofOne((listener) => listener.ask())],
  [1, ofOne((listener) => listener.ping())],
  [2, ofOne((listener) => listener.pause())],
  [2, ofOne((listener) => listener.goOn())],
  [1, ofOne((listener, where) => listener.side.conn.readyState === 'open' && listener.side.join(where))],
  [1, ofOne((listener, where) => listener.side.leave(where))],
  [0.2, ofOne((listener) => listener.end())],
];
const step = fc.oneof(...STEPS.map(([weight, arbitrary]) => ({ weight: weight * 10, arbitrary })));
const turns = fc.array(fc.array(step, { maxLength: 12 }), { minLength: 6, maxLength: 20 });

describe.each(['http', 'https'] as const)(
  'by %s, what clients of all kinds are given in rooms and by themselves',
  (scheme) => {
    let place: Place;

    beforeEach(() => {
      place = new Place(scheme);
    });
    afterEach(() => place.close());

    it('G3 G4: comes to each in the order in which it was given away, once and completely', async () => {
      await fc.assert(
        fc.asyncProperty(turns, async (given) => {
          await place.open();
          for (const steps of given) {
            for (const act of steps) void act(place);
            await turnEnds();
          }
          const { listeners } = place;
          await Promise.all(listeners.map((listener) => listener.settles()));
          for (const { heard, given: all } of listeners) expect(heard).toEqual(all);
          place.leave();
        }),
        { numRuns: 12, endOnFailure: true },
      );
    });
  },
);
