import { describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import type { TestNode } from './node.js';
import { at, pairOfNodes } from './pair-of-nodes.js';
import { aPerson, type Person, succeeded } from './people.js';
import { TestSocket } from './test-socket.js';

const pair = pairOfNodes({ RATE_LIMITS: 'on', MAX_CONNECTIONS_PER_USER: '3' });
const one = () => pair.nodes[0] as TestNode;
const other = () => pair.nodes[1] as TestNode;

/** Comes until it is refused; who is let in goes again. */
async function isRefused(who: Person): Promise<void> {
  await eventually('one more socket is refused', async () => {
    const socket = new TestSocket(who.node.url, { auth: { token: who.token } });
    await eventually('it is decided about', () => socket.heard[0]);
    const refusal = socket.all('server:closing')[0];
    socket.close();
    return refusal?.error.code === 'rate_limited';
  });
}

describe('the sockets of one user on two nodes', () => {
  it('count together: one more is refused on both, those that were there stay, and who waits gets a place that is free', async () => {
    const here = await aPerson(one());
    const there = at(other(), here);
    const stay = [await here.connect(), await here.connect()];
    const last = await there.connect();
    await isRefused(here);
    await isRefused(there);
    expect([...stay, last].map(({ ended }) => ended)).toEqual([null, null, null]);
    const waiting = new TestSocket(here.node.url, {
      auth: { token: here.token },
      reconnection: true,
      reconnectionDelay: 50,
    });
    await waiting.first('server:closing');
    last.close();
    await waiting.first('ready');
    await isRefused(there);
    for (const socket of [...stay, waiting]) socket.close();
  });
});

describe('a ticket', () => {
  it('A11 §2: is good once on all nodes together, whichever gave it', async () => {
    const here = await aPerson(one());
    const { ticket } = succeeded(await here.post('/auth/ticket'));
    const sockets = [one(), other(), other(), one()].map(({ url }) => new TestSocket(url, { query: { ticket } }));
    await eventually('all are decided about', () => sockets.every(({ heard, ended }) => heard.length > 0 || ended));
    expect(sockets.filter(({ ended }) => ended === null)).toHaveLength(1);
    for (const socket of sockets) socket.close();
    const { ticket: next } = succeeded(await here.post('/auth/ticket'));
    const there = new TestSocket(other().url, { query: { ticket: next } });
    expect(await there.first('ready')).toMatchObject({ userId: here.id });
    there.close();
  });
});
