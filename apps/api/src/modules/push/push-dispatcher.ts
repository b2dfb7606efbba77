import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Message } from '@parley/protocol';
import type { PushClient } from '../../platform/push/push-client.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { ConversationLog } from '../conversation-log/index.js';
import { PUSH_CLIENT } from './push-client.provider.js';
import { noticeWords, pushNotice, type ToldMessage, toldOf } from './push-notice.js';
import { PushRecipientsRepository, type Recipient } from './push-recipients.repository.js';
import { PushSender } from './push-sender.js';

/** What is committed within this time is looked at together. */
const GATHER_MS = 200;
/** Presence counts somebody as here for ten seconds after their last socket, and is stored a little later. */
const SECOND_LOOK_MS = 12_000;
const MESSAGES_AT_A_TIME = 100;
const MOST_MESSAGES = 2_000;
/** Browsers of one look: what comes beyond is dropped. */
const MOST_RECIPIENTS = 2_000;

/** A message of which somebody may have to be told. */
interface Waiting {
  message: ToldMessage;
  /** Who was at a socket when it was looked at first; null: it was not, yet. */
  among: readonly string[] | null;
  /** When it is looked at, by `performance.now()`. */
  at: number;
}

/**
 * Decides whose closed apps are told of a message: on the node that committed it, after that, and on no other one. What this
 * node has not come to when it ends is not told. Whoever was at a socket is looked at once more, after presence would know that
 * they were about to leave.
 */
@Injectable()
export class PushDispatcher implements OnApplicationBootstrap, OnApplicationShutdown {
  /** In the order of `at`, each. */
  private readonly first: Waiting[] = [];
  private readonly second: Waiting[] = [];
  private timer: NodeJS.Timeout | null = null;
  private isLooking = false;
  private isClosed = false;

  constructor(
    private readonly log: ConversationLog,
    private readonly repository: PushRecipientsRepository,
    private readonly sender: PushSender,
    private readonly reporter: EventReporter,
    @Inject(PUSH_CLIENT) private readonly client: PushClient | null,
  ) {}

  onApplicationBootstrap(): void {
    if (this.client) this.log.afterCommit((messages) => this.add(messages));
  }

  onApplicationShutdown(): void {
    this.isClosed = true;
    if (this.timer) clearTimeout(this.timer);
  }

  private add(messages: readonly Message[]): void {
    const at = performance.now() + GATHER_MS;
    this.enter(
      this.first,
      messages.map((message) => ({ message: toldOf(message), among: null, at })),
    );
  }

  private enter(queue: Waiting[], added: readonly Waiting[]): void {
    const room = Math.max(0, MOST_MESSAGES - queue.length);
    queue.push(...added.slice(0, room));
    if (added.length > room) this.reporter.pushesDropped('messages', added.length - room);
    this.schedule();
  }

  private schedule(): void {
    const next = Math.min(
      this.first[0]?.at ?? Number.POSITIVE_INFINITY,
      this.second[0]?.at ?? Number.POSITIVE_INFINITY,
    );
    if (this.isLooking || this.isClosed || next === Number.POSITIVE_INFINITY) return;
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), Math.max(0, next - performance.now())).unref();
  }

  private async look(): Promise<void> {
    this.timer = null;
    this.isLooking = true;
    const due = [...this.takeDue(this.first), ...this.takeDue(this.second)];
    try {
      if (due.length > 0) this.decide(due, await this.recipientsOf(due));
    } catch (fault) {
      this.reporter.pushesUndecided(due.length, fault);
    } finally {
      this.isLooking = false;
      this.schedule();
    }
  }

  private takeDue(queue: Waiting[]): Waiting[] {
    const now = performance.now();
    const count = queue.findIndex(({ at }) => at > now);
    return queue.splice(0, Math.min(count === -1 ? queue.length : count, MESSAGES_AT_A_TIME));
  }

  private recipientsOf(due: readonly Waiting[]): Promise<Recipient[]> {
    const asked = due.map(({ message: { conversationId, seq, senderId, mentions }, among }) => ({
      ...{ conversationId, seq, senderId, mentions, among },
    }));
    return this.repository.of(asked, MOST_RECIPIENTS);
  }

  private decide(due: readonly Waiting[], recipients: readonly Recipient[]): void {
    if (recipients.length === MOST_RECIPIENTS) this.reporter.pushesDropped('recipients', 1);
    const watching = new Map<Waiting, Set<string>>();
    const words = new Map<Waiting, string>();
    const pushes = recipients.flatMap((recipient) => {
      const waiting = due[recipient.i];
      if (!waiting) return [];
      if (!recipient.isWatching) {
        const line = words.get(waiting) ?? noticeWords(waiting.message);
        words.set(waiting, line);
        return { target: recipient, notice: pushNotice(waiting.message, line, recipient) };
      }
      const here = watching.get(waiting) ?? new Set();
      if (waiting.among === null) watching.set(waiting, here.add(recipient.userId));
      return [];
    });
    this.sender.send(pushes);
    const at = performance.now() + SECOND_LOOK_MS;
    this.enter(
      this.second,
      [...watching].map(([{ message }, here]) => ({ message, among: [...here], at })),
    );
  }
}
