import type { SendResult } from '@parley/protocol';
import { raiseDefect } from '../call-safely.js';
import { backOff } from '../connection/back-off.js';
import type { OwnUpload, UploadSource } from '../files/upload.js';
import { SdkError } from '../sdk-error.js';
import { Value } from '../value.js';
import {
  Attachments,
  afterUpload,
  isEmpty,
  isRefused,
  type NewAttachment,
  storedBytes,
  volatile,
  withAttachments,
} from './attachments.js';
import { commandOf, failureOf } from './entry-command.js';
import { KeptEntries } from './kept-entries.js';
import { isOf, Lane, type LaneItem } from './lane.js';
import type { AttachmentContents, OutboxEntry } from './outbox-entry.js';
import type { OutboxOptions } from './outbox-options.js';
import { SendPace } from './send-pace.js';
import { type SendingSnapshot, summed } from './sending-snapshot.js';

/** Conversations with a message on its way at the same time. */
const MOST_IN_FLIGHT = 8;
/** A message that fails this often by a defect, the server's or one on this side, will not be taken: those behind it go on. */
const MOST_DEFECTS = 5;
/** Contents of attachments beyond so many bytes in all are not stored. */
const MOST_STORED_BYTES = 2 ** 30;
/** A shorter wait is not worth telling. */
const WORTH_TELLING_MS = 1_000;
/** By so much the end of the same wait may be reckoned differently. */
const INEXACT_MS = 50;

/**
 * Messages on their way. Each is written down before it is sent, sent in order within its conversation, one at a time,
 * and repeated under the same id until it is answered; one that is refused for good stands aside.
 */
export class Outbox {
  readonly sending = new Value<SendingSnapshot>({ waiting: 0, failed: 0, pausedUntil: 0 });
  readonly attachments: Attachments;

  readonly #kept: KeptEntries;
  readonly #items = new Map<string, LaneItem>();
  /** Those that wait longest for their turn come first. */
  readonly #lanes = new Map<string, Lane>();
  #loading: Promise<void> | null = null;
  #isLoaded = false;
  /** As whom to send; null while nothing can be sent. */
  #sender: string | null = null;
  /** Whose entries are shown. */
  #lastKnownUser: string | null = null;
  /** Whose new entries are; undefined until that is known. */
  #writer: string | undefined;
  #inFlight = 0;
  #lastOrder = 0;
  readonly #pace = new SendPace();
  /** Runs while the pace keeps everything waiting. */
  #pacing: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: OutboxOptions) {
    this.#kept = new KeptEntries(options.storage, options.onStorageFault);
    options.storage.onRemoved?.((clientMessageId) => {
      const item = this.#items.get(clientMessageId);
      // Where it is on its way it is looked for again before it is repeated.
      if (item) item.isUnsure = true;
      this.discard(clientMessageId);
    });
    this.attachments = new Attachments({
      command: options.command,
      source: (clientMessageId, upload) => this.#sourceOf(clientMessageId, upload),
      onChange: (clientMessageId, upload) => this.#onUpload(clientMessageId, upload),
    });
  }

  /** Takes over what was written down earlier. Later calls do nothing more. */
  load(): Promise<void> {
    this.#loading ??= this.#takeOver();
    return this.#loading;
  }

  /** Queues a message. @throws `TypeError` where it cannot be written as JSON. */
  add(entry: Omit<OutboxEntry, 'order' | 'createdAt'>, files?: readonly NewAttachment[]): void {
    // A copy: what is repeated is what was given, whatever becomes of the original.
    const copy = JSON.parse(JSON.stringify(entry)) as typeof entry;
    const made = { ...copy, senderId: this.#writer, createdAt: new Date().toISOString(), order: this.#nextOrder() };
    if (files?.length) this.#keepWith(made, files);
    else this.#keep(made);
  }

  /** Sends a failed one again, behind those that wait, under the same id. */
  resend(clientMessageId: string): void {
    const item = this.#items.get(clientMessageId);
    // A file that was refused is tried first, which resends its message.
    if (item?.phase !== 'failed' || this.attachments.retry(item.entry)) return;
    this.#remove(item);
    const { failure, ...entry } = item.entry;
    this.#keep({ ...this.attachments.resent(entry, failure), order: this.#nextOrder() });
  }

  /** Drops one that has failed or still waits. One on its way cannot be called back. */
  discard(clientMessageId: string): void {
    const item = this.#items.get(clientMessageId);
    if (!item || item.phase === 'sending' || item.phase === 'acked') return;
    this.remove(clientMessageId);
  }

  /** Takes a message out, here and in the storage: it is among those of its conversation, or nobody wants it sent any more. */
  remove(clientMessageId: string): void {
    const item = this.#items.get(clientMessageId);
    if (!item) return;
    if (item.phase !== 'acked') void this.#kept.remove(clientMessageId);
    this.#drop(item);
    this.#pump();
  }

  /** The server has it, as it told all of our devices; its message comes. */
  accepted(clientMessageId: string): void {
    const item = this.#items.get(clientMessageId);
    const lane = item && this.#lanes.get(item.entry.conversationId);
    if (!lane || item.phase === 'acked') return;
    this.#land(lane, item);
    item.phase = 'acked';
    this.#sum();
    void this.#kept.remove(clientMessageId);
    this.#pump();
  }

  /** Everything of this user's that is not sent, whether or not its conversation is there any more. */
  entries(): OutboxEntry[] {
    return [...this.#items.values()]
      .filter(({ phase, entry }) => phase !== 'acked' && isOf(entry, this.#lastKnownUser))
      .map(({ entry }) => entry);
  }

  /**
   * From now on sends as this user, whatever it waited for, and no faster than the server takes it. `isCaughtUp`: what the server has is shown by now.
   */
  resume(userId: string, isCaughtUp = true): void {
    this.#lastKnownUser = userId;
    this.#writer = userId;
    this.#sender = userId;
    this.#pace.follow(this.options.limits());
    for (const item of this.#items.values()) this.#adopt(item, userId);
    for (const [conversationId, lane] of this.#lanes) {
      lane.wake();
      lane.failures = 0;
      for (const item of lane.items.filter(({ phase }) => isCaughtUp && phase === 'acked')) this.#drop(item);
      this.#tell(conversationId);
    }
    this.#pump();
  }

  /** There is no connection: everything waits. */
  pause(): void {
    this.#sender = null;
    clearTimeout(this.#pacing);
    for (const lane of this.#lanes.values()) lane.wake();
  }

  /** Another person may be signed in from now on: what is written belongs to whoever is when it is sent. */
  forget(): void {
    this.#writer = undefined;
  }

  /** Once everything queued so far is written down. */
  settled(): Promise<void> {
    return this.#kept.settled();
  }

  async #takeOver(): Promise<void> {
    const loaded = await this.#kept.load();
    const contents = await Promise.all(loaded.map((entry) => this.#kept.contents(entry)));
    this.#isLoaded = true;
    for (const [i, entry] of loaded.entries()) {
      // Queued since, and written down before the storage was read.
      if (this.#items.has(entry.clientMessageId)) continue;
      this.attachments.add(entry, contents[i]);
      this.#lastOrder = Math.max(this.#lastOrder, entry.order);
      const item: LaneItem = { entry, phase: entry.failure ? 'failed' : 'waiting', defects: 0, isUnsure: true };
      if (this.#sender !== null) this.#adopt(item, this.#sender);
      this.#insert(item);
    }
    for (const conversationId of this.#lanes.keys()) this.#tell(conversationId);
    this.#pump();
  }

  #keep(entry: OutboxEntry, contents?: AttachmentContents): void {
    const item: LaneItem = { entry, phase: 'storing', defects: 0 };
    this.#insert(item);
    this.#tell(entry.conversationId);
    void this.#kept.put(entry, contents).then((isStored) => {
      if (item.phase !== 'storing') return;
      item.phase = 'waiting';
      if (contents && !isStored) {
        item.entry = volatile(item.entry);
        this.#rewrite(item);
      }
      this.#pump();
    });
  }

  #keepWith(entry: OutboxEntry, files: readonly NewAttachment[]): void {
    const { whole, contents } = withAttachments(entry, files);
    this.attachments.add(whole, contents);
    if (storedBytes([...this.entries(), whole]) <= MOST_STORED_BYTES) return this.#keep(whole, contents);
    this.options.onStorageFault(new DOMException('The outbox is full.', 'QuotaExceededError'));
    this.#keep(volatile(whole));
  }

  /** What becomes of an upload becomes of its message. */
  #onUpload(clientMessageId: string, upload: OwnUpload): void {
    const item = this.#items.get(clientMessageId);
    if (!item || item.phase === 'sending' || item.phase === 'acked') return;
    const before = item.entry;
    const entry = afterUpload(before, upload);
    if (entry === before) return;
    if (isEmpty(entry)) return this.discard(clientMessageId);
    item.entry = entry;
    if (upload.error && upload.state === 'failed') this.#fail(item, upload.error);
    else this.#rewrite(item);
    if (isRefused(before) && !isRefused(entry)) this.resend(clientMessageId);
    this.#pump();
  }

  async #sourceOf(clientMessageId: string, { clientUploadId, content }: OwnUpload): Promise<UploadSource | null> {
    const kept = await this.#kept.find(clientMessageId);
    // It came from the storage, and another who shares that has sent or dropped it.
    if (!kept && this.#items.get(clientMessageId)?.isUnsure !== undefined) {
      this.remove(clientMessageId);
      return null;
    }
    const attached = kept?.attachments?.find((each) => each.clientUploadId === clientUploadId);
    const stored = async () => kept && (await this.#kept.contents(kept))?.get(clientUploadId);
    return { content, file: attached?.file, settled: () => this.settled(), stored };
  }

  #rewrite({ entry }: LaneItem): void {
    void this.#kept.put(entry);
    this.#tell(entry.conversationId);
  }

  #insert(item: LaneItem): void {
    const { clientMessageId, conversationId } = item.entry;
    const lane = this.#lanes.get(conversationId) ?? new Lane();
    this.#lanes.set(conversationId, lane);
    this.#items.set(clientMessageId, item);
    lane.insert(item);
  }

  #drop(item: LaneItem): void {
    this.#remove(item);
    this.attachments.drop(item.entry);
  }

  #remove(item: LaneItem): void {
    const { clientMessageId, conversationId } = item.entry;
    const lane = this.#lanes.get(conversationId);
    item.phase = 'removed';
    this.#items.delete(clientMessageId);
    if (lane?.inFlight === item) this.#inFlight -= 1;
    lane?.remove(item);
    if (lane?.items.length === 0) {
      lane.wake();
      this.#lanes.delete(conversationId);
    }
    this.#tell(conversationId);
  }

  /** Written before anyone was known to be signed in: it belongs to who is now, and to nobody else later. */
  #adopt(item: LaneItem, userId: string): void {
    if (item.entry.senderId !== undefined) return;
    item.entry = { ...item.entry, senderId: userId };
    if (item.phase !== 'acked' && !item.isUnsure) void this.#kept.put(item.entry);
  }

  /** Before it is sent first: another who shares the storage may have sent or dropped it since it was read. */
  async #makeSure(item: LaneItem): Promise<void> {
    item.isUnsure = false;
    item.phase = 'storing';
    const kept = await this.#kept.find(item.entry.clientMessageId);
    if (item.phase !== 'storing') return;
    item.phase = 'waiting';
    if (kept === undefined) this.#drop(item);
    else void this.#kept.put(item.entry);
    this.#pump();
  }

  #pump(): void {
    if (this.#sender === null || !this.#isLoaded) return;
    this.#upload(this.#sender);
    for (const [conversationId, lane] of [...this.#lanes]) {
      if (this.#inFlight >= MOST_IN_FLIGHT) return;
      const item = lane.next(this.#sender);
      if (!item) continue;
      if (item.isUnsure) {
        void this.#makeSure(item);
        continue;
      }
      if (this.#mustWait()) return;
      this.#lanes.delete(conversationId);
      this.#lanes.set(conversationId, lane);
      this.#send(lane, item);
    }
  }

  /** Files of messages that wait are uploaded side by side, whichever is sent first. */
  #upload(userId: string): void {
    for (const item of this.#items.values()) {
      if (item.phase !== 'waiting' || !item.entry.attachments || !isOf(item.entry, userId)) continue;
      if (item.isUnsure) void this.#makeSure(item);
      else this.attachments.begin(item.entry);
    }
  }

  /** Whether the pace lets nothing leave now; then it is tried again when it does. */
  #mustWait(): boolean {
    clearTimeout(this.#pacing);
    const ms = this.#pace.wait();
    if (ms === 0) return false;
    this.#pacing = setTimeout(() => this.#pump(), Math.ceil(ms));
    const until = Date.now() + Math.round(ms);
    const isNews = Math.abs(until - this.sending.getSnapshot().pausedUntil) > INEXACT_MS;
    if (ms >= WORTH_TELLING_MS && isNews) this.#sum(until);
    return true;
  }

  #send(lane: Lane, item: LaneItem): void {
    lane.inFlight = item;
    item.phase = 'sending';
    this.#inFlight += 1;
    this.#pace.take();
    this.options.send(commandOf(item.entry)).then(
      (result) => this.#acked(lane, item, result),
      (fault: unknown) => this.#refused(lane, item, fault),
    );
  }

  #acked(lane: Lane, item: LaneItem, result: SendResult): void {
    // Before the entry goes, so that a list never lacks the message.
    this.options.onAcked(result);
    if (lane.inFlight !== item) return;
    lane.failures = 0;
    this.accepted(item.entry.clientMessageId);
    // A repeat has no event, and one that may not be read will not be shown.
    if (result.duplicate || !result.message) this.#drop(item);
  }

  #refused(lane: Lane, item: LaneItem, fault: unknown): void {
    if (!this.#land(lane, item)) return;
    raiseDefect(fault);
    const error = SdkError.of(fault);
    if (error.code === 'internal' || error.code === 'defect') item.defects += 1;
    if (error.retryable && item.defects < MOST_DEFECTS) {
      item.phase = 'waiting';
      lane.failures += 1;
      const ms = error.retryAfterMs ?? backOff(lane.failures);
      // The limit is on all that this user sends.
      if (error.code === 'rate_limited') this.#pace.hold(ms);
      else if (this.#sender !== null) lane.rest(ms, () => this.#pump());
    } else {
      lane.failures = 0;
      if (item.isUnsure) this.#drop(item);
      else this.#fail(item, error);
    }
    this.#pump();
  }

  #fail(item: LaneItem, error: SdkError): void {
    item.phase = 'failed';
    item.entry = { ...item.entry, failure: failureOf(error, item.entry.clientMessageId) };
    this.#rewrite(item);
  }

  /** It is on its way no more; false where it had been seen meanwhile. */
  #land(lane: Lane, item: LaneItem): boolean {
    if (lane.inFlight !== item) return false;
    lane.inFlight = null;
    this.#inFlight -= 1;
    return true;
  }

  #tell(conversationId: string): void {
    const items = this.#lanes.get(conversationId)?.items ?? [];
    const mine = items.map(({ entry }) => entry).filter((entry) => isOf(entry, this.#lastKnownUser));
    this.options.onChange(conversationId, mine);
    this.#sum();
  }

  #sum(pausedUntil = this.sending.getSnapshot().pausedUntil): void {
    this.sending.set(summed(this.sending.getSnapshot(), this.entries(), pausedUntil));
  }

  /** Ascending over restarts and, as well as clocks agree, over those who share the storage. */
  #nextOrder(): number {
    this.#lastOrder = Math.max(this.#lastOrder + 1, Date.now());
    return this.#lastOrder;
  }
}
