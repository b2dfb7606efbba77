import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Message, SendCommand, SendResult } from '@parley/protocol';
import { SdkError } from '../sdk-error.js';
import { memoryStorage } from './memory-storage.js';
import { Outbox } from './outbox.js';
import type { OutboxEntry, OutboxStorage } from './outbox-entry.js';
import type { SendLimits } from './send-pace.js';

interface Sending extends PromiseWithResolvers<SendResult> {
  command: SendCommand;
}

describe('The outbox', () => {
  let storage: OutboxStorage;
  let sendings: Sending[];
  let shown: Map<string, readonly OutboxEntry[]>;
  let faults: unknown[];
  let limits: SendLimits | null;
  let outbox: Outbox;

  beforeEach(() => {
    jest.useFakeTimers();
    storage = memoryStorage();
    sendings = [];
    shown = new Map();
    faults = [];
    limits = null;
    outbox = anOutbox();
  });

  afterEach(() => {
    outbox.pause();
    jest.useRealTimers();
  });

  function anOutbox(): Outbox {
    return new Outbox({
      storage,
      onStorageFault: (fault) => faults.push(fault),
      limits: () => limits,
      command: () => undefined,
      send: (command) => {
        const sending = { command, ...Promise.withResolvers<SendResult>() };
        sendings.push(sending);
        return sending.promise;
      },
      onAcked: () => undefined,
      onChange: (conversationId, entries) => shown.set(conversationId, entries),
    });
  }

  const settle = () => jest.advanceTimersByTimeAsync(0);
  const add = (clientMessageId: string, conversationId = 'c') =>
    outbox.add({ clientMessageId, conversationId, content: clientMessageId });
  const online = async (userId = 'me') => {
    void outbox.load();
    outbox.resume(userId);
    await settle();
  };
  const sent = () => sendings.map(({ command }) => command.clientMessageId);
  const last = () => sendings.at(-1) as Sending;
  const ack = async (sending = last(), result: Partial<SendResult> = {}) => {
    sending.resolve({
      messageId: 'm',
      clientMessageId: '',
      seq: 1,
      duplicate: false,
      message: {} as Message,
      ...result,
    });
    await settle();
  };
  const refuse = async (error: Error, sending = last()) => {
    sending.reject(error);
    await settle();
  };
  const waiting = (conversationId = 'c') => shown.get(conversationId)?.map(({ clientMessageId }) => clientMessageId);
  const FINAL = new SdkError('conflict', 'archived', { retryable: false, requestId: 'r' });

  it('sends one at a time within a conversation, in order', async () => {
    await online();
    for (const id of ['1', '2', '3']) add(id);
    await settle();
    expect(sent()).toEqual(['1']);
    await ack();
    expect(sent()).toEqual(['1', '2']);
    await ack();
    await ack();
    expect(sent()).toEqual(['1', '2', '3']);
    expect(await storage.load()).toEqual([]);
  });

  it('sends to several conversations at once, but not to all of them', async () => {
    await online();
    for (let n = 0; n < 20; n += 1) {
      add(`a${n}`, `c${n}`);
      add(`b${n}`, `c${n}`);
    }
    await settle();
    expect(sent()).toHaveLength(8);
    await ack(sendings[0]);
    // Nobody's second message before everybody's first.
    for (let n = 1; n < 20; n += 1) await ack(sendings[n]);
    expect(
      sent()
        .slice(0, 20)
        .every((id) => id?.startsWith('a')),
    ).toBe(true);
  });

  it('sends nothing before it is written down', async () => {
    const written = Promise.withResolvers<void>();
    storage = {
      ...memoryStorage(),
      put: ({ clientMessageId }) => (clientMessageId === '1' ? written.promise : Promise.resolve()),
    };
    outbox = anOutbox();
    await online();
    add('1');
    // Written down at once, and not sent before the one ahead of it.
    add('2');
    await settle();
    expect(sent()).toEqual([]);
    expect(waiting()).toEqual(['1', '2']);
    written.resolve();
    await settle();
    expect(sent()).toEqual(['1']);
  });

  it('S4.37 queues while there is no connection, and sends in order when there is', async () => {
    for (const id of ['1', '2', '3']) add(id);
    await settle();
    await online();
    while (sent().length < 3) await ack();
    expect(sent()).toEqual(['1', '2', '3']);
  });

  it('repeats under the same id after the connection was lost', async () => {
    await online();
    add('1');
    await settle();
    outbox.pause();
    await refuse(new SdkError('offline', ''));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(sent()).toEqual(['1']);
    outbox.resume('me');
    expect(sent()).toEqual(['1', '1']);
    expect(sendings[1]?.command).toEqual(sendings[0]?.command);
  });

  it('repeats what may succeed later with a back-off, and those behind it wait', async () => {
    await online();
    add('1');
    add('2');
    await settle();
    for (let tries = 1; tries <= 7; tries += 1) {
      expect(sent()).toEqual(Array(tries).fill('1'));
      await refuse(new SdkError('service_unavailable', ''));
      await jest.advanceTimersByTimeAsync(30_000);
    }
    await ack();
    expect(sent().at(-1)).toBe('2');
  });

  it('waits as long as the server says, and no longer', async () => {
    await online();
    add('1');
    await settle();
    await refuse(new SdkError('rate_limited', '', { retryAfterMs: 12_345 }));
    await jest.advanceTimersByTimeAsync(12_344);
    expect(sent()).toEqual(['1']);
    await jest.advanceTimersByTimeAsync(1);
    expect(sent()).toEqual(['1', '1']);
  });

  it('keeps to the pace that the server announced over all conversations, and tells of a wait that can be noticed', async () => {
    limits = { messagesPerSecond: 10, messagesPerMinute: 30 };
    await online();
    for (const id of ['1', '2', '3', '4']) add(id, `to ${id}`);
    await settle();
    // Three at once, as the server has it, less one.
    expect(sent()).toEqual(['1', '2']);
    expect(outbox.sending.getSnapshot()).toEqual({ waiting: 4, failed: 0, pausedUntil: Date.now() + 2_000 });
    await jest.advanceTimersByTimeAsync(1_999);
    expect(sent()).toEqual(['1', '2']);
    await jest.advanceTimersByTimeAsync(2);
    expect(sent()).toEqual(['1', '2', '3']);
    await jest.advanceTimersByTimeAsync(2_001);
    expect(sent()).toEqual(['1', '2', '3', '4']);
  });

  it('sends nothing while the server asks it to wait, to no conversation, and shows nothing as failed', async () => {
    await online();
    add('1');
    add('2', 'd');
    await settle();
    await refuse(new SdkError('rate_limited', '', { retryAfterMs: 900 }), sendings[0]);
    await ack(sendings[1]);
    add('3', 'e');
    await jest.advanceTimersByTimeAsync(899);
    expect(sent()).toEqual(['1', '2']);
    await jest.advanceTimersByTimeAsync(1);
    expect(sent()).toEqual(['1', '2', '1', '3']);
    expect(outbox.sending.getSnapshot().failed).toBe(0);
  });

  it('S8: sums up what waits and what has failed, and tells until when the server asked it to wait', async () => {
    const sums: unknown[] = [];
    outbox.sending.subscribe(() => sums.push(outbox.sending.getSnapshot()));
    add('1');
    add('2', 'd');
    expect(outbox.sending.getSnapshot()).toEqual({ waiting: 2, failed: 0, pausedUntil: 0 });
    await online();
    await ack(sendings[0]);
    expect(outbox.sending.getSnapshot()).toEqual({ waiting: 1, failed: 0, pausedUntil: 0 });
    await refuse(new SdkError('rate_limited', '', { retryAfterMs: 2_000 }), sendings[1]);
    const pausedUntil = Date.now() + 2_000;
    expect(outbox.sending.getSnapshot()).toEqual({ waiting: 1, failed: 0, pausedUntil });
    await jest.advanceTimersByTimeAsync(2_000);
    await refuse(FINAL);
    expect(outbox.sending.getSnapshot()).toEqual({ waiting: 0, failed: 1, pausedUntil });
    outbox.discard('2');
    expect(outbox.sending.getSnapshot()).toEqual({ waiting: 0, failed: 0, pausedUntil });
    // Once for each change, and not for what leaves the sums as they are.
    expect(sums).toHaveLength(6);
  });

  it('puts a message aside that is refused for good: kept, shown with the reason, and in nobody’s way', async () => {
    await online();
    add('1');
    add('2');
    await settle();
    await refuse(FINAL);
    expect(sent()).toEqual(['1', '2']);
    const failure = { code: 'conflict', requestId: 'r', retryable: false };
    expect(shown.get('c')?.[0]).toMatchObject({ clientMessageId: '1', failure });
    expect(await storage.load()).toContainEqual(expect.objectContaining({ failure: expect.anything() }));
  });

  it('puts a message aside that the server breaks over again and again', async () => {
    await online();
    add('1');
    add('2');
    await settle();
    while (sent().at(-1) === '1') {
      await refuse(new SdkError('internal', ''));
      await jest.advanceTimersByTimeAsync(30_000);
    }
    expect(sent()).toEqual(['1', '1', '1', '1', '1', '2']);
    // Not for good: the same may be taken another time.
    expect(shown.get('c')?.[0]?.failure).toMatchObject({ code: 'internal', retryable: true });
  });

  it('sends a failed one again under its id, behind those that wait', async () => {
    await online();
    add('1');
    await settle();
    await refuse(FINAL);
    add('2');
    add('3');
    await settle();
    outbox.resend('1');
    // Neither of those has failed.
    outbox.resend('2');
    outbox.resend('never there');
    expect(waiting()).toEqual(['2', '3', '1']);
    await ack();
    await ack();
    await ack();
    expect(sent()).toEqual(['1', '2', '3', '1']);
    expect(await storage.load()).toEqual([]);
  });

  it('drops what is discarded, but not what is on its way', async () => {
    await online();
    add('1');
    add('2');
    await settle();
    outbox.discard('1');
    outbox.discard('2');
    expect(waiting()).toEqual(['1']);
    await refuse(FINAL);
    outbox.discard('1');
    await settle();
    expect(waiting()).toEqual([]);
    expect(await storage.load()).toEqual([]);
    expect(sent()).toEqual(['1']);
  });

  it('shows a defect on this side as one, and not as the server’s, and raises it', async () => {
    const raised = jest.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => undefined);
    await online();
    add('1');
    await settle();
    for (let turn = 0; turn < 5; turn += 1) {
      await refuse(new RangeError('of this program'));
      await jest.advanceTimersByTimeAsync(30_000);
    }
    expect(shown.get('c')?.[0]?.failure).toMatchObject({ code: 'defect', retryable: true, requestId: '' });
    expect(raised).toHaveBeenCalledTimes(5);
    raised.mockRestore();
  });

  it('takes a repeat as sent', async () => {
    await online();
    add('1');
    await settle();
    await ack(last(), { duplicate: true });
    expect(waiting()).toEqual([]);
    expect(await storage.load()).toEqual([]);
  });

  it('shows an acknowledged message until it is seen, and never sends it again', async () => {
    await online();
    add('1');
    await settle();
    await ack();
    expect(waiting()).toEqual(['1']);
    expect(await storage.load()).toEqual([]);
    outbox.remove('1');
    expect(waiting()).toEqual([]);
    outbox.pause();
    outbox.resume('me');
    expect(sent()).toEqual(['1']);
  });

  it('takes a message that is seen as sent, whatever becomes of its acknowledgement', async () => {
    await online();
    add('1');
    add('2');
    await settle();
    outbox.remove('1');
    await settle();
    expect(sent()).toEqual(['1', '2']);
    // The first one's acknowledgement comes late: the second is still on its way.
    await ack(sendings[0]);
    expect(waiting()).toEqual(['2']);
    await ack(sendings[1]);
    expect(await storage.load()).toEqual([]);
  });

  it('takes a message that the server told of as accepted', async () => {
    await online();
    add('1');
    add('2');
    await settle();
    outbox.accepted('1');
    await refuse(new SdkError('timeout', ''), sendings[0]);
    expect(sent()).toEqual(['1', '2']);
    expect(waiting()).toEqual(['1', '2']);
  });

  it('S3.29 S4.37 sends what an earlier run left, in order and before what is new, and leaves the failed ones', async () => {
    const left = (clientMessageId: string, order: number): OutboxEntry => ({
      ...{ clientMessageId, conversationId: 'c', content: '', createdAt: '', order },
    });
    await storage.put(left('2', 20));
    await storage.put(left('1', 10));
    await storage.put({ ...left('0', 5), failure: { code: 'conflict', message: '', retryable: false, requestId: '' } });
    add('3');
    await online();
    expect(waiting()).toEqual(['0', '1', '2', '3']);
    while (sent().length < 3) await ack();
    expect(sent()).toEqual(['1', '2', '3']);
    expect(waiting()).toContain('0');
  });

  it('sends nothing as another person, and keeps it for its own', async () => {
    await online('ada');
    outbox.pause();
    add('1');
    await settle();
    outbox.resume('grace');
    await settle();
    expect(sent()).toEqual([]);
    expect(waiting()).toEqual([]);
    outbox.resume('ada');
    await settle();
    expect(sent()).toEqual(['1']);
  });

  it('gives what is written after a stop to whoever is signed in next, and to nobody before', async () => {
    await online('ada');
    outbox.pause();
    outbox.forget();
    add('1');
    await settle();
    expect((await storage.load())[0]?.senderId).toBeUndefined();
    outbox.resume('grace');
    await settle();
    expect(sent()).toEqual(['1']);
    expect(await storage.load()).toMatchObject([{ senderId: 'grace' }]);
  });

  it('gives what was written before anybody was known to the first who is, for good', async () => {
    add('1');
    await online('ada');
    await refuse(new SdkError('offline', ''));
    outbox.pause();
    const later = anOutbox();
    await later.load();
    later.resume('grace');
    await settle();
    expect(sent()).toEqual(['1']);
    later.pause();
  });

  it('sends what was given, whatever becomes of it afterwards', async () => {
    const metadata = { tags: ['a'] };
    outbox.add({ clientMessageId: '1', conversationId: 'c', content: '', metadata });
    metadata.tags.push('b');
    await online();
    expect(last().command.metadata).toEqual({ tags: ['a'] });
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    expect(() => outbox.add({ clientMessageId: '2', conversationId: 'c', content: '', metadata: circular })).toThrow(
      TypeError,
    );
  });

  it('sends from memory where the storage fails or hangs, and says so', async () => {
    const broken = () => Promise.reject(new Error('quota'));
    storage = { load: broken, put: broken, remove: broken };
    outbox = anOutbox();
    await online();
    add('1');
    await settle();
    await ack();
    expect(sent()).toEqual(['1']);
    expect(faults).toHaveLength(3);

    const hanging = () => new Promise<never>(() => undefined);
    storage = { load: hanging, put: hanging, remove: hanging };
    outbox = anOutbox();
    void outbox.load();
    outbox.resume('me');
    add('2');
    await jest.advanceTimersByTimeAsync(10_000);
    expect(sent()).toEqual(['1', '2']);
    expect(faults).toHaveLength(5);
  });

  it('sends at once what comes after a storage was found to hang, until it answers again', async () => {
    const healthy = memoryStorage();
    let hangs = true;
    const unless = <T>(act: () => Promise<T>) => (hangs ? new Promise<never>(() => undefined) : act());
    storage = {
      load: () => unless(healthy.load),
      put: (entry) => unless(() => healthy.put(entry)),
      remove: (id) => unless(() => healthy.remove(id)),
    };
    outbox = anOutbox();
    void outbox.load();
    outbox.resume('me');
    await jest.advanceTimersByTimeAsync(5_000);
    add('1');
    await settle();
    expect(sent()).toEqual(['1']);
    hangs = false;
    add('2');
    await settle();
    await ack();
    hangs = true;
    add('3');
    await ack();
    expect(sent()).toEqual(['1', '2']);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(sent()).toEqual(['1', '2', '3']);
  });

  it('does not send what another tab has dropped since it was read', async () => {
    add('1');
    add('2');
    await settle();
    const other = anOutbox();
    await other.load();
    outbox.discard('1');
    await settle();
    other.resume('me');
    await settle();
    expect(sent()).toEqual(['2']);
    expect(await storage.load()).toMatchObject([{ clientMessageId: '2', senderId: 'me' }]);
    other.pause();
  });

  describe('whose storage tells what another tab has removed', () => {
    let removed: (clientMessageId: string) => void;
    beforeEach(() => {
      storage.onRemoved = (listener) => {
        removed = listener;
      };
      outbox = anOutbox();
    });

    it('sends none of it, whether it was written here or was read', async () => {
      add('1');
      add('2');
      await settle();
      await storage.remove('1');
      removed('1');
      expect(waiting()).toEqual(['2']);
      await online();
      expect(sent()).toEqual(['2']);
    });

    it('does not repeat what was on its way', async () => {
      await online();
      add('1');
      await settle();
      await storage.remove('1');
      removed('1');
      expect(waiting()).toEqual(['1']);
      await refuse(new SdkError('network', 'cut off', { retryable: true }));
      await jest.advanceTimersByTimeAsync(60_000);
      expect([sent(), waiting()]).toEqual([['1'], []]);
    });

    it('shows nothing of what is refused for good after that, and writes none of it down', async () => {
      await online();
      add('1');
      add('2');
      await settle();
      await storage.remove('1');
      removed('1');
      await refuse(FINAL);
      expect([sent(), waiting(), await storage.load()]).toMatchObject([['1', '2'], ['2'], [{ clientMessageId: '2' }]]);
    });

    it('shows what the server has until its message comes', async () => {
      await online();
      add('1');
      await settle();
      await ack();
      removed('1');
      expect(waiting()).toEqual(['1']);
      outbox.remove('1');
      expect(waiting()).toEqual([]);
    });
  });

  it('lists all that is not sent, of all conversations, and of nobody else', async () => {
    await online();
    add('1', 'left since');
    add('2');
    add('3');
    await settle();
    await refuse(FINAL, sendings[0]);
    await ack(sendings[1]);
    const listed = () => outbox.entries().map(({ clientMessageId }) => clientMessageId);
    expect(listed()).toEqual(['1', '3']);
    outbox.resume('grace');
    expect(listed()).toEqual([]);
    outbox.resume('me');
    outbox.discard('1');
    await settle();
    expect(listed()).toEqual(['3']);
    expect(await storage.load()).toMatchObject([{ clientMessageId: '3' }]);
  });
});
