import { EventEmitter } from 'node:events';
import { type Duplex, Writable } from 'node:stream';
import { setImmediate as turnEnds } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FrameReader } from '@parley/testkit';
import { Socket as Connection, Transport } from 'engine.io';
import fc from 'fast-check';
import { Server } from 'socket.io';
import type { ParleyServer } from '../socket.js';
import type { EngineConnection, OutgoingPacket } from './engine-connection.js';
import { oneWritePerTurn } from './one-write-per-turn.js';
import { RoomBroadcaster } from './room-broadcaster.js';
import { SlowConsumers } from './slow-consumers.js';
import { keepStream, streamOf } from './stream-keeping-server.js';

/** Nobody here is to be closed for being slow. */
const LIMITS = { bytes: 100_000, seconds: 3_600 };
const ROOMS = ['one', 'two', 'three'];
const KINDS = ['websocket', 'websocket', 'compressing', 'polling'] as const;
type Kind = (typeof KINDS)[number];
/** A name and a payload of some characters. */
type Emit = (room: string, payload: object) => void;

/** A transport of Engine.IO, with a stream below, that notes what it is given to send, frame by frame. */
class NotingTransport extends Transport {
  readonly sent: string[] = [];
  /** How often the stream was written to past the transport. */
  writes = 0;
  readonly socket = { readyState: 1, OPEN: 1, bufferedAmount: 0 };
  /** Whether what it is given stays where it is. */
  private isStalled = false;
  private taken: (() => void) | null = null;

  constructor(private readonly kind: Kind) {
    super({ _query: { EIO: '4' } });
    this.writable = true;
    const { sent } = this;
    const write = (bytes: Buffer, _encoding: string, done: () => void) => {
      this.writes += 1;
      sent.push(...textsOf(bytes));
      this.takes(done);
    };
    if (kind === 'websocket') keepStream(this.socket as never, new Writable({ write }) as never);
  }

  get name(): string {
    return this.kind === 'polling' ? 'polling' : 'websocket';
  }

  _canSendPreEncodedFrame({ options }: OutgoingPacket): boolean {
    return this.kind === 'websocket' && (options as { wsPreEncodedFrame?: unknown }).wsPreEncodedFrame !== undefined;
  }

  override send(packets: readonly OutgoingPacket[]): void {
    this.writable = false;
    for (const packet of packets) {
      const { wsPreEncodedFrame: frames } = (packet.options ?? {}) as { wsPreEncodedFrame?: Buffer[] };
      if (frames && this.kind === 'websocket') this.sent.push(...textsOf(Buffer.concat(frames)));
      else this.sent.push(`${packet.type === 'message' ? 4 : packet.type}${String(packet.data ?? '')}`);
    }
    this.takes(() => {
      this.emit('drain');
      this.writable = true;
      this.emit('ready');
    });
  }

  /** Who goes on and is stalled again within a turn may have been given a part of that turn only. */
  get isSettled(): boolean {
    return !this.isStalled;
  }

  stall(): void {
    this.isStalled = true;
  }

  goOn(): void {
    this.isStalled = false;
    const { taken } = this;
    this.taken = null;
    taken?.();
  }

  /** At once, as the system does while there is room. */
  private takes(taken: () => void): void {
    if (this.isStalled || this.kind === 'polling') this.taken = taken;
    else if (this.kind === 'websocket') taken();
    else process.nextTick(taken);
  }

  says(type: string, data?: string): void {
    this.onPacket({ type, data } as never);
  }

  override doClose(done?: () => void): void {
    this.sent.push('closed');
    done?.();
  }
}

function textsOf(bytes: Buffer): string[] {
  const texts: string[] = [];
  const note = (frames: Buffer, from: number, to: number) => texts.push(frames.toString('utf8', from, to));
  new FrameReader(note, () => undefined).push(bytes);
  return texts;
}

/** Sockets of Socket.IO's rooms above connections of Engine.IO, and one way to broadcast to them. */
class World {
  readonly connections: Connection[] = [];
  /** All transports that each connection had. */
  readonly transports: NotingTransport[][] = [];
  readonly emit: Emit;
  private readonly io = new Server() as ParleyServer;
  private readonly engine = Object.assign(new EventEmitter(), {
    opts: { pingInterval: 60_000, pingTimeout: 60_000, upgradeTimeout: 60_000, transports: [] },
    upgrades: () => [],
  });

  constructor(way: 'shared' | 'as Socket.IO does') {
    oneWritePerTurn(this.engine as never, new SlowConsumers(LIMITS, () => 'slow'));
    const shared = new RoomBroadcaster(this.io, () => {
      throw new Error('another version');
    });
    this.emit = (room, payload) => {
      if (way === 'shared') shared.emit(room, 'user:updated', payload as never);
      else this.io.local.to(room).emit('user:updated', payload as never);
    };
    for (const kind of KINDS) this.open(kind);
  }

  private open(kind: Kind): void {
    const transport = new NotingTransport(kind);
    const id = String(this.connections.length);
    const request = { connection: {} } as never;
    const conn = new Connection(id, this.engine as never, transport, request, 4);
    this.engine.emit('connection', conn);
    this.connections.push(conn);
    this.transports.push([transport]);
    const writeToEngine = (packets: string[], options: object) => {
      for (const packet of packets) conn.write(packet, options as never);
    };
    const leave = () => this.io.of('/').adapter.delAll(id);
    conn.once('close', leave);
    this.io.of('/').sockets.set(id, { id, conn, client: { writeToEngine } } as never);
    for (const room of ROOMS) this.join(Number(id), room);
  }

  join(at: number, room: string): void {
    if (this.connections[at]?.readyState === 'open') void this.io.of('/').adapter.addAll(String(at), new Set([room]));
  }

  leave(at: number, room: string): void {
    void this.io.of('/').adapter.del(String(at), room);
  }

  transport(at: number): NotingTransport {
    return this.transports[at]?.at(-1) as NotingTransport;
  }

  upgrade(at: number): void {
    const connection = this.connections[at] as unknown as Connection & { _maybeUpgrade(to: Transport): void };
    if (connection.transport.name !== 'polling' || connection.readyState !== 'open') return;
    const to = new NotingTransport('websocket');
    connection._maybeUpgrade(to);
    this.transports[at]?.push(to);
    to.says('ping', 'probe');
  }

  /** Completes an upgrade that was begun. */
  upgraded(at: number): void {
    const to = this.transport(at);
    if (this.connections[at]?.upgrading) to.says('upgrade');
  }

  /** What each transport was given, in its order. */
  get sent(): string[][][] {
    return this.transports.map((all) => all.map(({ sent }) => sent));
  }

  /** The same without those that are stalled. */
  get sentSettled(): string[][][] {
    return this.transports.map((all) => all.map(({ sent, isSettled }) => (isSettled ? sent : [])));
  }

  end(): void {
    for (const connection of this.connections) (connection as unknown as EngineConnection).close(true);
  }
}

type Step = (world: World) => void;

const at = fc.nat({ max: KINDS.length - 1 });
const room = fc.constantFrom(...ROOMS);
const text = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 2, arbitrary: fc.nat({ max: 40_000 }).map((length) => 'x'.repeat(length)) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(room, text).map<Step>(
      ([to, content]) =>
        (world) =>
          world.emit(to, { content }),
    ),
  },
  {
    weight: 2,
    arbitrary: at.map<Step>(
      (to) =>
        ({ connections }) =>
          connections[to]?.write('2["own"]'),
    ),
  },
  { weight: 1, arbitrary: at.map<Step>((to) => (world) => pingOf(world.connections[to])) },
  { weight: 2, arbitrary: at.map<Step>((of) => (world) => world.transport(of).stall()) },
  { weight: 2, arbitrary: at.map<Step>((of) => (world) => world.transport(of).goOn()) },
  { weight: 1, arbitrary: at.map<Step>((of) => (world) => world.transport(of).says('pong')) },
  {
    weight: 1,
    arbitrary: fc.tuple(at, room).map<Step>(
      ([of, to]) =>
        (world) =>
          world.join(of, to),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(at, room).map<Step>(
      ([of, to]) =>
        (world) =>
          world.leave(of, to),
    ),
  },
  { weight: 1, arbitrary: at.map<Step>((of) => (world) => world.upgrade(of)) },
  { weight: 1, arbitrary: at.map<Step>((of) => (world) => world.upgraded(of)) },
  {
    weight: 1,
    arbitrary: at.map<Step>(
      (of) =>
        ({ connections }) =>
          connections[of]?.close(),
    ),
  },
);
const turns = fc.array(fc.array(step, { maxLength: 30 }), { minLength: 1, maxLength: 4 });

/** What was begun in this turn, and what follows from that, is done. */
async function settled(): Promise<void> {
  for (let rest = 0; rest < 3; rest += 1) await turnEnds();
}

const pingOf = (connection?: Connection): void =>
  (connection as unknown as { sendPacket(type: string): void }).sendPacket('ping');

describe('what is sent to rooms as frames that are shared', () => {
  let worlds: World[] = [];

  beforeEach(() => {
    // By which it is decided whether a ping is due.
    jest.spyOn(performance, 'now').mockReturnValue(0);
  });

  afterEach(() => {
    for (const world of worlds) world.end();
    worlds = [];
    jest.restoreAllMocks();
  });

  const begin = () => {
    const [shared, own] = [new World('shared'), new World('as Socket.IO does')];
    worlds.push(shared, own);
    return [shared, own] as const;
  };

  it('is what Socket.IO alone would send, frame by frame on each connection, pings and ends included', async () => {
    await fc.assert(
      fc.asyncProperty(turns, async (given) => {
        const [shared, own] = begin();
        for (const steps of given) {
          for (const act of steps) {
            act(shared);
            act(own);
          }
          await settled();
          expect(shared.sentSettled).toEqual(own.sentSettled);
        }
        for (let rest = 0; rest < 3; rest += 1) {
          for (const world of [shared, own]) for (const of of KINDS.keys()) world.transport(of).goOn();
          await settled();
        }
        expect(shared.sent).toEqual(own.sent);
      }),
      { numRuns: 300 },
    );
  });

  it('is the same bytes for all who get the same, in one write each', async () => {
    const [{ emit, transports, connections }] = begin();
    await settled();
    const written: Buffer[] = [];
    for (const [transport] of transports.slice(0, 2)) {
      const stream = streamOf(transport?.socket as never) as Duplex;
      const write = stream.write.bind(stream);
      stream.write = ((bytes: Buffer) => written.push(bytes) > 0 && write(bytes)) as typeof stream.write;
    }
    for (let event = 0; event < 20; event += 1) emit('one', { event });
    expect(connections[0]?.readyState).toBe('open');
    await settled();
    expect(written).toHaveLength(2);
    expect(written[0]).toBe(written[1]);
    expect(textsOf(written[0] as Buffer)).toHaveLength(20);
  });
});
