import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { ParleyError } from '../../kernel/errors.js';
import { ExpiringCache } from '../../kernel/expiring-cache.js';
import { Limiter } from '../../platform/limits/limiter.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import type { PreparedMessage } from '../conversation-log/index.js';

type Rule = 'text' | 'links' | 'mentions';
/** What is looked at of a message. */
type Text = Pick<PreparedMessage, 'conversationId' | 'senderId' | 'clientMessageId' | 'isBot' | 'content' | 'names'>;

/** Greetings and answers are the same everywhere. */
const SHORTEST_TEXT = 20;
/** Conversations that may get the same text of one user within the window. */
const SAME_TEXT = 10;
const WINDOW_MS = 600_000;
/** Texts that are remembered, the newest of all users; each with at most `SAME_TEXT` conversations. */
const MOST_TEXTS = 20_000;
/** Of one user; no message alone comes near it, but for one that is nothing else. */
const BUDGETS = { links: { atOnce: 100, perSecond: 1 }, mentions: { atOnce: 200, perSecond: 1 } };
const LINK = /\bhttps?:\/\/|\bwww\./gi;

const WHY: Record<Rule, string> = {
  text: 'The same text was sent to many conversations. Wait, or write to each what is meant for it.',
  links: 'Too many links in a short time. Wait a little.',
  mentions: 'Too many people mentioned in a short time. Wait a little.',
};

/** What one user sends to many. Each node looks at what is sent through it; bots send what they send. */
@Injectable()
export class SpamDetector {
  private readonly conversations = new ExpiringCache<Set<string>>(MOST_TEXTS, WINDOW_MS);
  private readonly limiter = new Limiter(BUDGETS);
  /** Messages whose links and mentions were counted: one that comes again, as it could not be stored, is not twice as many. */
  private readonly counted = new ExpiringCache<true>(MOST_TEXTS, WINDOW_MS);

  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'spamRules'>,
    private readonly reporter: EventReporter,
  ) {}

  /** Why the message is refused as spam; null where it is not. Only who has looked up repeats may refuse it (G2). */
  refusal(message: Text): ParleyError | null {
    const { spamRules } = this.config;
    if (spamRules === 'off' || message.isBot) return null;
    const found = this.ruleBroken(message);
    if (!found) return null;
    const [rule, retryAfterMs] = found;
    this.reporter.spamFound({ rule, userId: message.senderId, conversationId: message.conversationId });
    if (spamRules === 'warn') return null;
    const details = [{ path: 'content', message: `spam: ${rule}` }];
    return new ParleyError('forbidden', { message: WHY[rule], details, retryAfterMs });
  }

  private ruleBroken({ senderId, conversationId, clientMessageId, content, names }: Text): [Rule, number] | null {
    if (this.isSpread(senderId, conversationId, content)) return ['text', WINDOW_MS];
    const links = content.match(LINK)?.length ?? 0;
    const key = `${conversationId} ${senderId} ${clientMessageId}`;
    if (links + names.length === 0 || this.counted.get(key)) return null;
    const found = this.overBudget('links', senderId, links) ?? this.overBudget('mentions', senderId, names.length);
    if (!found) this.counted.set(key, true);
    return found;
  }

  private isSpread(senderId: string, conversationId: string, content: string): boolean {
    const text = content.trim().toLowerCase();
    if (text.length < SHORTEST_TEXT) return false;
    const key = createHash('sha256').update(senderId).update(text).digest('base64');
    const known = this.conversations.get(key);
    if (!known) this.conversations.set(key, new Set([conversationId]));
    if (!known || known.has(conversationId)) return false;
    if (known.size >= SAME_TEXT) return true;
    known.add(conversationId);
    return false;
  }

  private overBudget(rule: 'links' | 'mentions', userId: string, count: number): [Rule, number] | null {
    if (count === 0) return null;
    const { atOnce, perSecond } = this.limiter.budget(rule);
    const missing = Math.min(count, atOnce) - this.limiter.left(rule, userId);
    if (missing > 0) return [rule, Math.ceil((missing / (perSecond ?? 1)) * 1_000)];
    this.limiter.take(rule, userId, count);
    return null;
  }
}
