import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { EngineConnection } from './engine-connection.js';
import { type SlowConsumer, SlowConsumers } from './slow-consumers.js';

const LIMITS = { bytes: 1_000, seconds: 10 };
const LOOK_MS = 1_000;

/** A WebSocket that reads as much as the test lets it. */
class Reader {
  readonly events = new EventEmitter();
  readonly transport = Object.assign(new EventEmitter(), { name: 'websocket', writable: true });
  readonly stream = { writableLength: 0, _handle: { writeQueueSize: 0 } };
  readonly slow: SlowConsumer;
  isCut = false;
  /** How often the answer to a ping was waited for anew. */
  waits = 0;

  constructor(readers: SlowConsumers) {
    const close = () => {
      this.isCut = true;
      this.events.emit('close', 'forced close');
    };
    const engine = {
      transport: this.transport,
      close,
      onClose: (reason: string) => this.events.emit('close', reason),
      resetPingTimeout: () => {
        this.waits += 1;
      },
      sendPacket: () => this.slow.queued({ type: 'ping' }),
    };
    this.slow = readers.watch(Object.assign(this.events, engine) as unknown as EngineConnection);
  }

  queue(bytes: number): void {
    this.slow.queued({ data: 'x'.repeat(bytes) });
  }

  /** All that is queued is handed over, and none of it has left yet. */
  flush(bytes: number): void {
    this.queue(bytes);
    this.slow.flushing([]);
    this.stream.writableLength = bytes;
    this.stream._handle.writeQueueSize = bytes;
    this.transport.writable = false;
    this.slow.flushed(this.stream as unknown as Duplex);
  }

  /** Like a stream, it reports whole writes and no parts. */
  takes(bytes: number): void {
    this.stream._handle.writeQueueSize = Math.max(0, this.stream._handle.writeQueueSize - bytes);
    if (this.stream._handle.writeQueueSize > 0) return;
    this.stream.writableLength = 0;
    this.transport.writable = true;
    this.transport.emit('drain');
  }
}

describe('G8: slow readers', () => {
  let told: number[];
  let reader: Reader;

  beforeEach(() => {
    jest.useFakeTimers();
    told = [];
    const readers = new SlowConsumers(LIMITS, (_connection, bytes) => {
      told.push(bytes);
      return '';
    });
    reader = new Reader(readers);
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  const looks = (count: number) => jest.advanceTimersByTime(count * LOOK_MS);

  it('are not those to whom one turn brings more than the limit, however much, if they go on reading', () => {
    reader.flush(4_000);
    reader.queue(3_900);
    jest.advanceTimersByTime(0);
    expect(reader.isCut).toBe(false);
    reader.takes(4_000);
    reader.flush(30_000);
    reader.queue(5_000);
    reader.takes(29_000);
    looks(0.5);
    reader.takes(1_000);
    reader.flush(0);
    looks(30);
    expect([reader.isCut, jest.getTimerCount()]).toEqual([false, 0]);
  });

  it('are those who have more than the limit waiting for them and take nothing of it', () => {
    reader.flush(1_001);
    looks(1);
    expect(reader.isCut).toBe(false);
    looks(2);
    expect([reader.isCut, told]).toEqual([true, [1_001]]);
  });

  it('are those who take so little of it that they would never be done', () => {
    reader.flush(4_000);
    for (let second = 0; second < 3; second += 1) {
      reader.takes(LIMITS.bytes / LIMITS.seconds - 1);
      looks(1);
    }
    expect(reader.isCut).toBe(true);
  });

  it('are not those who take it at a fair pace, until the time that they have is over', () => {
    reader.flush(4_000);
    for (let second = 1; second < LIMITS.seconds; second += 1) {
      reader.takes(LIMITS.bytes / LIMITS.seconds);
      looks(1);
    }
    expect(reader.isCut).toBe(false);
    looks(1);
    expect(reader.isCut).toBe(true);
  });

  it('are those who take nothing, however little it is, once the time that they have is over', () => {
    reader.flush(10);
    looks(LIMITS.seconds - 1);
    expect(reader.isCut).toBe(false);
    looks(1);
    expect(reader.isCut).toBe(true);
  });

  it('are not those who read at 10 KB a second what is less than the limit, however long that takes', () => {
    const readers = new SlowConsumers({ bytes: 1_000_000, seconds: 10 }, () => '');
    const slow = new Reader(readers);
    slow.flush(500_000);
    for (let second = 0; second < 48; second += 1) {
      slow.takes(10_400);
      looks(1);
    }
    expect(slow.isCut).toBe(false);
    looks(30);
    expect(slow.isCut).toBe(true);
  });

  it('have the time for a ping that what stands before it takes at 10 KB a second, and no more', () => {
    const slow = new Reader(new SlowConsumers({ bytes: 1_000_000, seconds: 10 }, () => ''));
    let ends = 0;
    slow.events.on('close', () => {
      ends += 1;
    });
    const timeOut = () => (slow.events as unknown as { onClose(reason: string): void }).onClose('ping timeout');
    slow.queue(60_000);
    slow.slow.queued({ type: 'ping' });
    timeOut();
    expect([ends, slow.waits]).toEqual([1, 0]);
    slow.queue(200_000);
    // Another ping went ahead of so much.
    for (let ping = 0; ping < 2; ping += 1) slow.events.emit('heartbeat');
    slow.slow.queued({ type: 'ping' });
    for (let turn = 0; turn < 3; turn += 1) timeOut();
    expect([ends, slow.waits]).toEqual([2, 2]);
  });

  it('are sent a ping ahead of each 64 KB, however soon it follows the last one', () => {
    const slow = new Reader(new SlowConsumers({ bytes: 1_000_000, seconds: 10 }, () => ''));
    let pings = 0;
    const ping = slow.slow.queued.bind(slow.slow);
    slow.slow.queued = (packet) => {
      if (packet.type === 'ping') pings += 1;
      return ping(packet);
    };
    for (let frame = 0; frame < 4; frame += 1) slow.queue(50_000);
    expect(pings).toBe(3);
  });

  it('are those for whom eight times the limit is there even a moment after it came, whatever they take', () => {
    reader.flush(500);
    reader.queue(9_000);
    reader.takes(100);
    expect(reader.isCut).toBe(false);
    looks(0.5);
    expect([reader.isCut, told]).toEqual([true, [9_500]]);
    looks(5);
    expect(told).toHaveLength(1);
  });
});
