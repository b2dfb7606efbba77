import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { AttachedFile, Message, SendCommand, SendResult } from '@parley/protocol';
import fc from 'fast-check';
import type { OwnUpload } from '../files/upload.js';
import { SdkError } from '../sdk-error.js';
import { memoryStorage } from './memory-storage.js';
import { Outbox } from './outbox.js';

const CONVERSATIONS = ['c', 'd'];
const LOST = new SdkError('offline', 'lost');
const REFUSED = new SdkError('too_large', 'refused', { retryable: false });

/** A server that takes every message once, and names what it took in the order in which it came. */
class Server {
  readonly taken: SendCommand[] = [];

  take(command: SendCommand): void {
    const isThere = this.taken.some(({ clientMessageId }) => clientMessageId === command.clientMessageId);
    if (!isThere) this.taken.push(command);
  }

  in(conversation: string): string[] {
    return this.taken
      .filter(({ conversationId }) => conversationId === conversation)
      .map(({ clientMessageId }) => clientMessageId ?? '');
  }
}

/** One user's client over reloads, driven by a stream of numbers, so that a failing one can be made smaller. */
class World {
  readonly server = new Server();
  readonly storage = memoryStorage();
  /** In the order in which they were sent. */
  readonly given = new Map<string, { conversationId: string; files: Set<string> }>();
  /** They were refused or taken back at some time: where they come in the order is not promised. */
  readonly aside = new Set<string>();
  readonly gone = new Set<string>();
  outbox = this.open();
  private sendings: { command: SendCommand; settle: PromiseWithResolvers<SendResult> }[] = [];
  private readonly choices: number[];
  private files = 0;

  constructor(choices: readonly number[]) {
    this.choices = [...choices].reverse();
  }

  async run(): Promise<void> {
    while (this.choices.length > 0) {
      this.act();
      await jest.advanceTimersByTimeAsync(0);
    }
  }

  /** Everything that can be sent is. */
  async finish(): Promise<void> {
    this.outbox.resume('me');
    for (let rounds = 0; rounds < 100; rounds += 1) {
      await jest.advanceTimersByTimeAsync(30_000);
      for (const upload of this.uploads()) {
        if (upload.state === 'failed') upload.retry();
        else this.done(upload);
      }
      for (const sending of this.sendings.splice(0)) this.answer(sending);
    }
  }

  private open(): Outbox {
    const outbox = new Outbox({
      storage: this.storage,
      onStorageFault: (fault) => {
        throw fault;
      },
      limits: () => null,
      command: (command, upload) => {
        if (command === 'cancel') upload.change({ state: 'cancelled' });
        if (command === 'retry') upload.change({ state: 'waiting', error: null });
      },
      send: (command) => {
        const settle = Promise.withResolvers<SendResult>();
        this.sendings.push({ command, settle });
        return settle.promise;
      },
      onAcked: () => undefined,
      onChange: () => undefined,
    });
    void outbox.load();
    return outbox;
  }

  private upTo(count: number): number {
    return (this.choices.pop() ?? 0) % count;
  }

  private one<T>(values: readonly T[]): T | undefined {
    return values[this.upTo(Math.max(1, values.length))];
  }

  private uploads(): OwnUpload[] {
    return this.outbox
      .entries()
      .flatMap(({ attachments = [] }) => attachments)
      .flatMap(({ clientUploadId }) => this.outbox.attachments.get(clientUploadId) ?? [])
      .filter(({ state }) => state !== 'done');
  }

  private act(): void {
    const kind = this.upTo(20);
    if (kind < 6) this.send();
    else if (kind < 10) this.upload();
    else if (kind < 15) this.settle();
    else if (kind === 15) this.outbox.resume('me');
    else if (kind === 16) this.cut();
    else if (kind === 17) this.reload();
    else if (kind === 18) this.takeBack();
    else this.outbox.resend(this.one([...this.aside]) ?? '');
  }

  private send(): void {
    const clientMessageId = String(this.given.size);
    const conversationId = this.one(CONVERSATIONS) ?? '';
    const names = Array.from({ length: this.upTo(4) }, () => `f${this.files++}`);
    this.given.set(clientMessageId, { conversationId, files: new Set(names) });
    this.outbox.add(
      { clientMessageId, conversationId, content: clientMessageId },
      names.map((name) => ({ content: new File([name], name) })),
    );
  }

  private upload(): void {
    const upload = this.one(this.uploads());
    if (!upload) return;
    const fate = this.upTo(5);
    const message = [...this.given].find(([, { files }]) => files.has(upload.fileName));
    if (fate < 3) this.done(upload);
    else if (fate === 3) {
      this.aside.add(message?.[0] ?? '');
      upload.change({ state: 'failed', error: REFUSED });
    } else {
      // Where it had been refused, its message goes behind the others.
      message?.[1].files.delete(upload.fileName);
      upload.cancel();
    }
  }

  private done(upload: OwnUpload): void {
    const file = { fileId: upload.fileName } as AttachedFile;
    if (upload.state !== 'failed') upload.change({ state: 'done', file });
  }

  private settle(): void {
    const sending = this.one(this.sendings);
    if (!sending) return;
    this.sendings = this.sendings.filter((each) => each !== sending);
    const fate = this.upTo(5);
    if (fate < 3) return this.answer(sending);
    // Its answer is lost, or the command itself.
    if (fate === 3) this.server.take(sending.command);
    sending.settle.reject(LOST);
  }

  private answer({ command, settle }: { command: SendCommand; settle: PromiseWithResolvers<SendResult> }): void {
    this.server.take(command);
    settle.resolve({ messageId: '', clientMessageId: '', seq: 1, duplicate: true, message: {} as Message });
  }

  private cut(): void {
    this.outbox.pause();
    for (const { command, settle } of this.sendings.splice(0)) {
      if (this.upTo(2) === 0) this.server.take(command);
      settle.reject(LOST);
    }
  }

  private reload(): void {
    this.cut();
    this.outbox = this.open();
    this.outbox.resume('me');
  }

  private takeBack(): void {
    const entry = this.one(this.outbox.entries());
    if (!entry || this.sendings.some(({ command }) => command.clientMessageId === entry.clientMessageId)) return;
    this.gone.add(entry.clientMessageId);
    this.outbox.discard(entry.clientMessageId);
  }
}

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

test('S3.29: whatever fails, is cut off or is begun anew, messages come in their order, once, with their files', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(1_000), { minLength: 20, maxLength: 200 }), async (choices) => {
      const world = new World(choices);
      await world.run();
      await world.finish();
      for (const conversation of CONVERSATIONS) {
        const inOrder = world.server.in(conversation).filter((id) => !world.aside.has(id) && !world.gone.has(id));
        const given = [...world.given].filter(([, { conversationId }]) => conversationId === conversation);
        const ids = given.map(([id]) => id);
        expect(inOrder).toEqual(ids.filter((id) => !world.aside.has(id) && !world.gone.has(id)));
        for (const id of ids) if (!world.gone.has(id)) expect(world.server.in(conversation)).toContain(id);
      }
      for (const { clientMessageId = '', metadata } of world.server.taken) {
        if (world.gone.has(clientMessageId)) continue;
        const files = (metadata as { files?: { fileId: string }[] } | undefined)?.files ?? [];
        expect(files.map(({ fileId }) => fileId)).toEqual([...(world.given.get(clientMessageId)?.files ?? [])]);
      }
      expect(world.outbox.entries()).toEqual([]);
      expect(await world.storage.load()).toEqual([]);
    }),
    { seed: Number(process.env.SEED ?? 7), numRuns: Number(process.env.RUNS ?? 100), endOnFailure: true },
  );
});
