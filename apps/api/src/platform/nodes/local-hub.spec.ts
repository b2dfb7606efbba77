import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import type { LinkConnection } from './link-connection.js';
import { localWay } from './local-connection.js';
import { frameOf, KIND } from './local-frame-reader.js';
import { LocalHub } from './local-hub.js';

const MEGABYTE = 'x'.repeat(1024 * 1024);

describe('the bus of one machine', () => {
  let directory: string;
  let path: string;
  let hub: LocalHub;
  let connections: LinkConnection[];

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'parley-hub-'));
    path = join(directory, 'bus');
    hub = await LocalHub.listen(path);
    connections = [];
  });

  afterEach(() => {
    for (const connection of connections) connection.destroy(new Error('The test is over.'));
    hub.close();
    rmSync(directory, { recursive: true });
  });

  async function enter(channels: string[]) {
    const heard: string[] = [];
    const connection = await localWay(path).open(
      (channel, payload) => void heard.push(`${channel} ${payload.toString()}`),
    );
    connections.push(connection);
    await connection.subscribe(channels);
    // What was subscribed to before is in force once this has come back.
    const own = `own ${connections.length}`;
    await connection.subscribe([own]);
    await connection.publish(own, '');
    await eventually('the hub has the subscriptions', () => heard.length === 1);
    heard.length = 0;
    return { connection, heard };
  }

  it('hands each message to all others on its channel, whole and in order, and not back to its sender', async () => {
    const one = await enter(['a', 'b']);
    const other = await enter(['a']);
    const third = await enter(['b']);
    const sent = Array.from({ length: 200 }, (_, i) => `${i} ${'é'.repeat(i * 50)}`);
    await Promise.all(sent.map((payload) => one.connection.publish('a', payload)));
    await one.connection.unsubscribe(['b']);
    await one.connection.publish('b', 'to who is left');
    await eventually('all is there', () => other.heard.length === sent.length && third.heard.length === 1);
    expect(other.heard).toEqual(sent.map((payload) => `a ${payload}`));
    expect(third.heard).toEqual(['b to who is left']);
    expect(one.heard).toEqual([]);
  });

  it('cuts off who does not read, and serves the others', async () => {
    const one = await enter([]);
    const other = await enter(['a']);
    const deaf = connect(path);
    deaf.write(frameOf(KIND.subscribe, 'a'));
    let received = 0;
    for (let i = 0; i < 40; i += 1) {
      await one.connection.publish('a', MEGABYTE);
      await eventually('the other has it', () => other.heard.length === i + 1);
    }
    const closed = new Promise((resolve) => deaf.once('close', resolve));
    deaf
      .on('error', () => undefined)
      .on('data', (bytes) => {
        received += bytes.length;
      });
    await closed;
    expect(received).toBeLessThan(20 * MEGABYTE.length);
  });

  it('ends a connection that sends anything else', async () => {
    const stranger = connect(path);
    const closed = new Promise((resolve) => stranger.once('close', resolve));
    stranger
      .on('error', () => undefined)
      .resume()
      .write(Buffer.alloc(64, 255));
    await closed;
    const { heard, connection } = await enter(['a']);
    await connection.publish('a', 'it goes on');
    await eventually('the hub serves', () => heard.length === 1);
    expect(heard).toEqual(['a it goes on']);
  });
});
