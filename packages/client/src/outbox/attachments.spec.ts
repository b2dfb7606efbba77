import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { AttachedFile, Message, SendCommand, SendResult } from '@parley/protocol';
import type { OwnUpload, UploadCommand } from '../files/upload.js';
import { SdkError } from '../sdk-error.js';
import { memoryStorage } from './memory-storage.js';
import { Outbox } from './outbox.js';
import type { OutboxEntry, OutboxStorage } from './outbox-entry.js';

interface Sending extends PromiseWithResolvers<SendResult> {
  command: SendCommand;
}

const REFUSED = new SdkError('too_large', 'too large', { retryable: false, requestId: 'r' });

describe('Attachments of messages in the outbox', () => {
  let storage: OutboxStorage;
  let sendings: Sending[];
  let shown: Map<string, readonly OutboxEntry[]>;
  let faults: unknown[];
  let commands: [UploadCommand, OwnUpload][];
  let outbox: Outbox;

  beforeEach(() => {
    jest.useFakeTimers();
    storage = memoryStorage();
    sendings = [];
    shown = new Map();
    faults = [];
    commands = [];
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
      limits: () => null,
      // As the transfers: a command changes the upload later.
      command: (command, upload) => {
        commands.push([command, upload]);
        if (command === 'cancel') upload.change({ state: 'cancelled' });
        if (command === 'retry') upload.change({ state: 'waiting', error: null });
      },
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
  const fileOf = (name: string) => new File([name], name, { type: 'text/plain' });
  const add = (id: string, names: string[] = [], conversationId = 'c') =>
    outbox.add(
      { clientMessageId: id, conversationId, content: id },
      names.map((name) => ({ content: fileOf(name) })),
    );
  const online = async () => {
    void outbox.load();
    outbox.resume('me');
    await settle();
  };
  const entry = (id: string) => outbox.entries().find(({ clientMessageId }) => clientMessageId === id);
  const upload = (name: string) => {
    const attached = outbox
      .entries()
      .flatMap(({ attachments = [] }) => attachments)
      .find(({ fileName }) => fileName === name);
    return outbox.attachments.get(attached?.clientUploadId ?? '') as OwnUpload;
  };
  const done = async (name: string) => {
    upload(name).change({ state: 'done', file: { fileId: `id of ${name}`, fileName: name } as AttachedFile });
    await settle();
  };
  const refuse = async (name: string) => {
    upload(name).change({ state: 'failed', error: REFUSED });
    await settle();
  };
  const ack = async (sending = sendings.at(-1)) => {
    const result = { messageId: 'm', clientMessageId: '', seq: 1, duplicate: false, message: {} as Message };
    sending?.resolve(result);
    await settle();
  };
  const sent = () => sendings.map(({ command }) => command.clientMessageId);
  const begun = () => commands.flatMap(([command, { fileName }]) => (command === 'start' ? [fileName] : []));

  it('a message waits for its files, and those after it in its conversation for it', async () => {
    await online();
    add('1', ['a', 'b']);
    add('2');
    add('elsewhere', [], 'd');
    await settle();
    expect(sent()).toEqual(['elsewhere']);
    await done('b');
    expect(sent()).toEqual(['elsewhere']);
    await done('a');
    expect(sendings[1]?.command).toEqual({
      ...{ clientMessageId: '1', conversationId: 'c', content: '1', type: 'file' },
      metadata: { files: [{ fileId: 'id of a' }, { fileId: 'id of b' }] },
    });
    await ack();
    await ack();
    expect(sent()).toEqual(['elsewhere', '1', '2']);
    expect(outbox.attachments.get(upload('a')?.clientUploadId)).toBeNull();
  });

  it('uploads of all messages begin at once and once, each when its message is written down', async () => {
    add('1', ['a']);
    add('2', ['b', 'c']);
    await settle();
    expect(begun()).toEqual([]);
    await online();
    add('3', ['d']);
    await settle();
    expect(begun()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('pictures alone make an image of a message, and its own metadata stays beside the files', async () => {
    await online();
    const picture = new Blob(['x'], { type: 'image/png' });
    const metadata = { mine: 1 };
    outbox.add({ clientMessageId: '1', conversationId: 'c', content: '', metadata }, [{ content: picture }]);
    await settle();
    await done('file');
    expect(sendings[0]?.command).toMatchObject({
      ...{ type: 'image', content: '' },
      metadata: { mine: 1, files: [{ fileId: 'id of file' }] },
    });
  });

  it('a file that is refused makes its message fail and stand aside, until it is tried again', async () => {
    await online();
    add('1', ['a', 'b']);
    add('2');
    await settle();
    await done('b');
    await refuse('a');
    expect(entry('1')).toMatchObject({
      failure: { code: 'too_large', retryable: false },
      attachments: [{ fileName: 'a', isRefused: true }, { fileName: 'b' }],
    });
    expect(sent()).toEqual(['2']);
    await ack();
    add('3');
    await settle();
    upload('a').retry();
    await settle();
    expect(entry('1')?.failure).toBeUndefined();
    await ack();
    await done('a');
    expect(sent()).toEqual(['2', '3', '1']);
  });

  it('resend tries the files again that were refused', async () => {
    await online();
    add('1', ['a']);
    await settle();
    await refuse('a');
    outbox.resend('1');
    await settle();
    expect(entry('1')).toMatchObject({ attachments: [{ isRefused: false }] });
    await done('a');
    expect(sent()).toEqual(['1']);
  });

  it('resend uploads everything once more where the server knows the files no longer', async () => {
    await online();
    add('1', ['a']);
    await settle();
    await done('a');
    const removed = new SdkError('validation_failed', 'names a file that is not one of yours', { retryable: false });
    sendings[0]?.reject(removed);
    await settle();
    outbox.resend('1');
    await settle();
    expect(begun()).toEqual(['a', 'a']);
    expect(sent()).toEqual(['1']);
    expect(await (await upload('a').source())?.content?.text()).toBe('a');
    await done('a');
    expect(sent()).toEqual(['1', '1']);
  });

  it('a message goes without a file that was taken out of it, and not at all without anything', async () => {
    await online();
    add('1', ['a', 'b']);
    outbox.add({ clientMessageId: '2', conversationId: 'd', content: '' }, [{ content: fileOf('c') }]);
    await settle();
    await refuse('a');
    upload('a').cancel();
    await settle();
    await done('b');
    expect(sendings[0]?.command.metadata).toEqual({ files: [{ fileId: 'id of b' }] });
    upload('c').cancel();
    await settle();
    expect(sent()).toEqual(['1']);
    expect(shown.get('d')).toEqual([]);
    await ack();
    expect(await storage.load()).toEqual([]);
  });

  it('a message whose every file was taken out goes as text', async () => {
    await online();
    add('1', ['a']);
    await settle();
    await done('a');
    outbox.pause();
    add('2', ['b']);
    await settle();
    upload('b').cancel();
    await ack();
    outbox.resume('me');
    await settle();
    expect(sendings.at(-1)?.command).toMatchObject({ clientMessageId: '2', type: 'text' });
    expect(sendings.at(-1)?.command.metadata).toBeUndefined();
  });

  it('discarding a message ends its uploads', async () => {
    await online();
    add('1', ['a', 'b']);
    await settle();
    await done('b');
    outbox.discard('1');
    await settle();
    expect(commands.filter(([command]) => command === 'cancel').map(([, { fileName }]) => fileName)).toEqual(['a']);
    expect(await storage.load()).toEqual([]);
    expect(await storage.contents?.('1')).toEqual(new Map());
  });

  it('S3.29: the next page goes on with what is stored, and uploads nothing that is uploaded', async () => {
    await online();
    add('1', ['a', 'b']);
    await settle();
    await done('a');
    outbox.pause();
    outbox = anOutbox();
    await online();
    expect(begun()).toEqual(['a', 'b', 'b']);
    expect(upload('a').state).toBe('done');
    expect(await upload('b').content?.text()).toBe('b');
    await done('b');
    expect(sent()).toEqual(['1']);
    await ack();
    expect(await storage.contents?.('1')).toEqual(new Map());
  });

  it('an upload that another tab has made is taken from it, and one whose message it has sent is forgotten', async () => {
    await online();
    add('1', ['a']);
    add('2', ['b']);
    await settle();
    const other = outbox;
    outbox = anOutbox();
    await online();
    const [a, b] = [upload('a'), upload('b')];
    const mine = outbox;
    outbox = other;
    await done('a');
    expect((await a.source())?.file?.fileId).toBe('id of a');
    await ack();
    await done('b');
    await ack();
    outbox = mine;
    expect(await b.source()).toBeNull();
    expect(entry('2')).toBeUndefined();
  });

  it('where contents cannot be stored, that is told, and they are sent from memory', async () => {
    const full = new DOMException('full', 'QuotaExceededError');
    const whole = memoryStorage();
    storage = {
      ...whole,
      put: (given, contents) => (contents ? Promise.reject(full) : whole.put(given)),
    };
    outbox = anOutbox();
    await online();
    add('1', ['a']);
    await settle();
    expect(faults).toEqual([full]);
    expect(await storage.load()).toMatchObject([{ attachments: [{ isVolatile: true }] }]);
    expect(await (await upload('a').source())?.content?.text()).toBe('a');
    await done('a');
    expect(sent()).toEqual(['1']);
  });

  it('a message that is taken back before its contents were refused by the storage is not written down any more', async () => {
    const whole = memoryStorage();
    const writing = Promise.withResolvers<void>();
    storage = { ...whole, put: (given, contents) => (contents ? writing.promise : whole.put(given)) };
    outbox = anOutbox();
    await online();
    add('1', ['a']);
    await settle();
    outbox.discard('1');
    writing.reject(new DOMException('full', 'QuotaExceededError'));
    await settle();
    expect(await storage.load()).toEqual([]);
  });

  it('the content that was written down can be had again', async () => {
    await online();
    add('1', ['a']);
    await settle();
    const source = await upload('a').source();
    expect(await (await source?.stored?.())?.text()).toBe('a');
  });

  it('stores no more than a gibibyte of contents', async () => {
    await online();
    const vast = { size: 2 ** 29 + 1, type: '', name: 'vast' } as File;
    for (const id of ['1', '2'])
      outbox.add({ clientMessageId: id, conversationId: id, content: '' }, [{ content: vast }]);
    await settle();
    expect(faults).toMatchObject([{ name: 'QuotaExceededError' }]);
    expect(outbox.entries().map(({ attachments }) => attachments?.[0]?.isVolatile)).toEqual([undefined, true]);
    expect([...((await storage.contents?.('2')) ?? [])]).toEqual([]);
  });
});
