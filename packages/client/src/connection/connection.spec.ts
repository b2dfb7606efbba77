import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ErrorObject } from '@parley/protocol';
import { Connection } from './connection.js';
import { anError, FakeSocket } from './fake-socket.js';
import { CONNECTION_EVENTS, CONNECTION_STATES, type ConnectionState, TRANSITIONS } from './states.js';
import { type TokenReason, Tokens } from './tokens.js';

const EXPIRED = anError({ code: 'token_expired', retryable: true });

interface Surroundings {
  sockets: FakeSocket[];
  /** Where each was opened. */
  places: string[];
  asked: TokenReason[];
  heard: string[];
  /** What the next request for a token brings. */
  token: () => Promise<string | null>;
  caughtUp: PromiseWithResolvers<void>;
  losses: number;
  rests: number;
  opens: boolean;
  /** What opening throws where it does. */
  fault: Error;
  onlines: number;
}

describe('The connection', () => {
  let around: Surroundings;
  let connection: Connection;

  beforeEach(() => {
    jest.useFakeTimers();
    around = {
      sockets: [],
      places: [],
      asked: [],
      heard: [],
      token: () => Promise.resolve(`token ${around.asked.length}`),
      caughtUp: Promise.withResolvers(),
      losses: 0,
      rests: 0,
      opens: true,
      fault: new Error('no such address'),
      onlines: 0,
    };
    connection = new Connection({
      url: 'http://parley.example/chat/',
      tokens: new Tokens((reason) => {
        around.asked.push(reason);
        return around.token();
      }),
      openSocket: (url, options) => {
        around.places.push(url + options.path);
        if (!around.opens) throw around.fault;
        const socket = new FakeSocket(options);
        around.sockets.push(socket);
        return socket;
      },
      onEvent: (name) => around.heard.push(name),
      catchUp: () => around.caughtUp.promise,
      onOnline: () => {
        around.onlines += 1;
      },
      onLost: () => {
        around.losses += 1;
      },
      onRest: () => {
        around.rests += 1;
      },
    });
  });

  afterEach(() => {
    connection.fire('stop');
    jest.useRealTimers();
  });

  const state = () => connection.snapshot.getSnapshot().state;
  const socket = () => around.sockets.at(-1) as FakeSocket;
  const settle = () => jest.advanceTimersByTimeAsync(0);
  /** Until the next attempt has its socket. */
  const nextAttempt = async () => {
    const before = around.sockets.length;
    for (let timers = 0; around.sockets.length === before; timers += 1) {
      if (timers > 20) throw new Error('There is no next attempt.');
      await jest.advanceTimersToNextTimerAsync();
    }
  };

  /** The shortest way to each state. */
  const enter: Record<ConnectionState, () => Promise<void>> = {
    idle: async () => undefined,
    connecting: async () => {
      connection.fire('start');
      await settle();
    },
    syncing: async () => {
      await enter.connecting();
      socket().announce();
    },
    online: async () => {
      await enter.syncing();
      around.caughtUp.resolve();
      await settle();
    },
    offline: async () => {
      await enter.connecting();
      socket().end();
    },
    faulty: async () => {
      await enter.connecting();
      connection.fire('fault');
    },
    unauthorized: async () => {
      around.token = () => Promise.resolve(null);
      await enter.connecting();
    },
  };

  const pairs = CONNECTION_STATES.flatMap((from) => CONNECTION_EVENTS.map((event) => [from, event] as const));
  it.each(pairs)('goes where the table says, and nowhere else: %s at %s', async (from, event) => {
    await enter[from]();
    expect(state()).toBe(from);
    const entry = TRANSITIONS[from][event];
    connection.fire(event);
    expect(state()).toBe(entry === 'ignored' ? from : entry.to);
  });

  it('is opened below the path of the server', async () => {
    await enter.connecting();
    expect(around.places).toEqual(['http://parley.example/chat/socket.io']);
  });

  it('makes the attempt that a listener asks for, whatever else the loss would have led to', async () => {
    await enter.online();
    const stop = connection.snapshot.subscribe(() => {
      if (state() === 'offline') connection.fire('retryNow');
    });
    socket().end();
    stop();
    await settle();
    socket().announce();
    await settle();
    expect([around.sockets.length, state()]).toEqual([2, 'online']);
  });

  it('is stopped by a listener in whatever state, and begins nothing after that', async () => {
    for (const last of ['syncing', 'online'] as const) {
      const stop = connection.snapshot.subscribe(() => {
        if (state() === last) connection.fire('stop');
      });
      await enter[last]();
      stop();
      expect([state(), connection.isReady]).toEqual(['idle', false]);
    }
    expect(around.losses).toBe(2);
    connection.fire('start');
    await settle();
    expect(around.sockets).toHaveLength(3);
  });

  it('tells who we are and the limits, and is online only after the first sync', async () => {
    await enter.syncing();
    expect(connection.snapshot.getSnapshot()).toMatchObject({ state: 'syncing', userId: 'me' });
    expect(around.onlines).toBe(0);
    around.caughtUp.resolve();
    await settle();
    expect(connection.snapshot.getSnapshot()).toMatchObject({ state: 'online', attempt: 0, error: null });
    expect(around.onlines).toBe(1);
  });

  it('hands on events that come before `ready`, in order', async () => {
    await enter.connecting();
    socket().tell('conversation:created', {});
    socket().tell('message:new', {});
    socket().announce();
    expect(around.heard).toEqual(['conversation:created', 'message:new', 'ready']);
  });

  it('S4.36 goes on trying, with a token of its own each time, after five failures and after fifty', async () => {
    await enter.connecting();
    for (let failures = 1; failures <= 50; failures += 1) {
      socket().refuse();
      expect(state()).toBe('offline');
      await nextAttempt();
      expect(connection.snapshot.getSnapshot().attempt).toBe(failures + 1);
    }
    expect(around.asked).toEqual(Array(51).fill('connect'));
    expect(new Set(around.sockets.map(({ options }) => options.auth.token)).size).toBe(51);
    socket().announce();
    around.caughtUp.resolve();
    await settle();
    expect(state()).toBe('online');
  });

  it('begins every third attempt with long polling, for networks that swallow WebSockets', async () => {
    await enter.connecting();
    for (let failures = 0; failures < 3; failures += 1) {
      socket().refuse();
      await nextAttempt();
    }
    expect(around.sockets.map(({ options }) => options.transports[0])).toEqual([
      'websocket',
      'websocket',
      'polling',
      'websocket',
    ]);
  });

  it('counts an attempt that never becomes ready as failed', async () => {
    await enter.connecting();
    const first = socket();
    await nextAttempt();
    expect(first.isClosed).toBe(true);
    expect(state()).toBe('connecting');
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'Invalid namespace'],
    ['a code of its own', { code: 'unauthorized', message: 'No.', retryable: false }],
    ['a code that all objects have', { code: 'constructor', message: 'No.', retryable: false }],
    ['no more than one of our codes', { code: 'unauthenticated' }],
  ])('takes the refusal of a foreign server that says %s for a missing network', async (_name, said) => {
    await enter.connecting();
    socket().refuse(said as ErrorObject);
    expect(connection.snapshot.getSnapshot()).toMatchObject({ state: 'offline', error: null });
    await jest.advanceTimersByTimeAsync(2_000);
    expect(around.asked).toEqual(['connect', 'connect']);
  });

  it('is not online where a foreign server says that it is ready', async () => {
    await enter.connecting();
    for (const said of [undefined, null, 'ready', {}, { userId: 'me', epoch: 'e', limits: null }])
      socket().tell('ready', said);
    expect(state()).toBe('connecting');
    expect(around.heard).toEqual([]);
    await enter.offline();
    await nextAttempt();
    socket().tell('server:closing', { error: 'Bye.' });
    socket().end('io server disconnect');
    expect(connection.snapshot.getSnapshot()).toMatchObject({ state: 'offline', error: null });
  });

  describe('where the program has a defect', () => {
    const fault = new TypeError('Promise.withResolvers is not a function');
    const raised: unknown[] = [];
    beforeEach(() => {
      raised.length = 0;
      const queue = globalThis.queueMicrotask;
      jest.spyOn(globalThis, 'queueMicrotask').mockImplementation((act) =>
        queue(() => {
          try {
            act();
          } catch (thrown) {
            raised.push(thrown);
          }
        }),
      );
    });
    afterEach(() => void jest.restoreAllMocks());

    it.each<[string, () => Promise<void>]>([
      [
        'in what brings tokens',
        async () => {
          around.token = () => Promise.reject(fault);
          await enter.connecting();
        },
      ],
      [
        'in catching up',
        async () => {
          await enter.syncing();
          around.caughtUp.reject(fault);
          await settle();
        },
      ],
      [
        'in opening a socket',
        async () => {
          around.opens = false;
          around.fault = fault;
          await enter.connecting();
        },
      ],
    ])('%s says so, never that it is offline, and tries again all the same', async (_name, meet) => {
      const states: string[] = [];
      connection.snapshot.subscribe(() => states.push(state()));
      await meet();
      await settle();
      expect(connection.snapshot.getSnapshot()).toMatchObject({ state: 'faulty', fault });
      expect(states).not.toContain('offline');
      expect(raised).toEqual([fault]);
      around.opens = true;
      around.token = () => Promise.resolve('good');
      around.caughtUp = Promise.withResolvers();
      around.caughtUp.resolve();
      await nextAttempt();
      socket().announce();
      await settle();
      expect(connection.snapshot.getSnapshot()).toMatchObject({ state: 'online', fault: null });
    });
  });

  it('asks for another token where the last one was refused, at once and then with the back-off', async () => {
    await enter.connecting();
    socket().refuse(EXPIRED);
    await settle();
    expect(around.asked).toEqual(['connect', 'refused']);
    expect(around.sockets).toHaveLength(2);
    socket().refuse(EXPIRED);
    await settle();
    expect(state()).toBe('offline');
    await nextAttempt();
    expect(around.asked).toEqual(['connect', 'refused', 'refused']);
  });

  it('still asks for another token after a failure to bring one', async () => {
    await enter.connecting();
    around.token = () => Promise.reject(new Error('no network'));
    socket().refuse(EXPIRED);
    await settle();
    expect(state()).toBe('offline');
    around.token = () => Promise.resolve('good');
    await nextAttempt();
    expect(around.asked).toEqual(['connect', 'refused', 'refused']);
    expect(socket().options.auth.token).toBe('good');
  });

  it('comes back with another token where the server hangs up because of the token', async () => {
    await enter.online();
    socket().tell('server:closing', { error: EXPIRED });
    socket().end('transport close');
    await settle();
    expect(around.asked).toEqual(['connect', 'refused']);
    expect(around.losses).toBe(1);
  });

  it('renews the token in place when it ends soon', async () => {
    await enter.online();
    socket().tell('auth:expiring', { expiresAt: '' });
    await settle();
    expect(around.asked).toEqual(['connect', 'expiring']);
    expect(socket().sent).toMatchObject([{ name: 'auth:refresh', payload: { token: 'token 2' } }]);
    expect(state()).toBe('online');
  });

  it('connects anew where the next token is refused as well', async () => {
    await enter.online();
    socket().tell('auth:expiring', { expiresAt: '' });
    await settle();
    socket().sent[0]?.answer({ success: false, error: anError({ code: 'unauthenticated' }) });
    await settle();
    expect(around.asked).toEqual(['connect', 'expiring', 'refused']);
    expect(around.sockets).toHaveLength(2);
  });

  it('tells when the next connection may be another person’s: after a stop and where nobody is signed in', async () => {
    await enter.online();
    socket().end();
    expect(around.rests).toBe(0);
    connection.fire('stop');
    expect(around.rests).toBe(1);
    await enter.unauthorized();
    expect(around.rests).toBe(2);
  });

  it('stops trying when nobody is signed in, until it is told to', async () => {
    await enter.unauthorized();
    await jest.advanceTimersByTimeAsync(600_000);
    expect(around.asked).toEqual(['connect']);
    around.token = () => Promise.resolve('signed in');
    connection.fire('retryNow');
    await settle();
    expect(socket().options.auth.token).toBe('signed in');
  });

  it.each<[string, ErrorObject | null]>([
    ['a final refusal', anError({ code: 'forbidden' })],
    ['a hang-up without a word', null],
  ])('comes back late after %s', async (_name, error) => {
    await enter.online();
    if (error) socket().tell('server:closing', { error });
    socket().end('io server disconnect');
    expect(connection.snapshot.getSnapshot()).toMatchObject({ state: 'offline', error });
    await jest.advanceTimersByTimeAsync(14_000);
    expect(around.sockets).toHaveLength(1);
    await nextAttempt();
    expect(around.asked).toEqual(['connect', 'connect']);
  });

  it('comes back when the server that is about to stop asked it to, not sooner', async () => {
    await enter.online();
    socket().tell('server:draining', { reconnectAfterMs: 9_000 });
    expect(state()).toBe('online');
    socket().end();
    await jest.advanceTimersByTimeAsync(8_999);
    expect(around.sockets).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(around.sockets).toHaveLength(2);
  });

  it('waits as long as a server asks that refuses it, from that moment on, and not for the server to close', async () => {
    await enter.connecting();
    socket().tell('server:closing', { error: anError({ code: 'rate_limited', retryable: true, retryAfterMs: 9_000 }) });
    expect(state()).toBe('offline');
    expect(socket().isClosed).toBe(true);
    await jest.advanceTimersByTimeAsync(8_999);
    expect(around.sockets).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(around.sockets).toHaveLength(2);
  });

  it('asks for a token anew where the one asked for never comes', async () => {
    around.token = () => new Promise(() => undefined);
    await enter.connecting();
    around.token = () => Promise.resolve('late');
    await nextAttempt();
    expect(socket().options.auth.token).toBe('late');
  });

  it('takes a socket that cannot be opened for a failed attempt', async () => {
    around.opens = false;
    await enter.connecting();
    expect(state()).toBe('offline');
    around.opens = true;
    await nextAttempt();
    expect(state()).toBe('connecting');
  });

  it('hears nothing of a socket that it has closed', async () => {
    await enter.online();
    const old = socket();
    connection.fire('stop');
    connection.fire('start');
    await settle();
    old.tell('message:new', {});
    old.end();
    expect(around.heard).toEqual(['ready']);
    expect(state()).toBe('connecting');
  });

  it('does not use a token that was asked for before it was stopped: another person may be signed in', async () => {
    const slow = Promise.withResolvers<string>();
    around.token = () => slow.promise;
    connection.fire('start');
    connection.fire('stop');
    around.token = () => Promise.resolve('grace');
    connection.fire('start');
    slow.resolve('ada');
    await settle();
    expect(around.sockets.map(({ options }) => options.auth.token)).toEqual(['grace']);
  });

  it('is safe to stop and start in quick succession', async () => {
    for (let turn = 0; turn < 5; turn += 1) {
      connection.fire('start');
      connection.fire('stop');
    }
    connection.fire('start');
    await settle();
    expect(around.sockets).toHaveLength(1);
    socket().announce();
    around.caughtUp.resolve();
    await settle();
    expect(state()).toBe('online');
  });

  it('answers commands with `offline` before `ready` and for those that the end of the connection leaves unanswered', async () => {
    await enter.connecting();
    const mark = { conversationId: 'c', seq: 1 };
    await expect(connection.ask('message:read', mark)).rejects.toMatchObject({ code: 'offline' });
    socket().announce();
    const asked = connection.ask('message:read', mark);
    socket().end();
    await expect(asked).rejects.toMatchObject({ code: 'offline', retryable: true });
    expect(socket().sent).toHaveLength(1);
  });

  it('gives up waiting for an acknowledgement', async () => {
    await enter.online();
    const refused = connection.ask('message:read', { conversationId: 'c', seq: 1 }).catch((fault: unknown) => fault);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(await refused).toMatchObject({ code: 'timeout', retryable: true });
  });

  it('refuses by itself what would cost the connection', async () => {
    await enter.online();
    const content = 'x'.repeat(262_144);
    const asked = connection.ask('message:send', { conversationId: 'c', content });
    await expect(asked).rejects.toMatchObject({ code: 'too_large', retryable: false });
    expect(socket().sent).toEqual([]);
  });

  it('keeps the moment since when it has not been online over all attempts', async () => {
    await enter.online();
    socket().end();
    const { since } = connection.snapshot.getSnapshot();
    await nextAttempt();
    socket().refuse();
    expect(connection.snapshot.getSnapshot()).toMatchObject({ state: 'offline', since });
  });
});
