import { hash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { ParleyError } from '../../kernel/errors.js';
import { ExpiringCache } from '../../kernel/expiring-cache.js';
import { type Account, RateLimits } from '../../platform/limits/rate-limits.js';
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
const LINK = /\bhttps?:\/\/|\bwww\./gi;

const WHY: Record<Rule, string> = {
  text: 'The same text was sent to many conversations. Wait, or write to each what is meant for it.',
  links: 'Too many links in a short time. Wait a little.',
  mentions: 'Too many people mentioned in a short time. Wait a little.',
};

/**
 * What one user sends to many; bots send what they send. Links and mentions are counted over all nodes, copies of a text on
 * each: what nodes would have to publish of every message for that is more than the rule is worth.
 */
@Injectable()
export class SpamDetector {
  private readonly conversations = new ExpiringCache<Set<string>>(MOST_TEXTS, WINDOW_MS);
  /** Messages whose links and mentions were counted: one that comes again, as it could not be stored, is not twice as many. */
  private readonly counted = new ExpiringCache<true>(MOST_TEXTS, WINDOW_MS);

  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'spamRules'>,
    private readonly limits: RateLimits,
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

  private ruleBroken(message: Text): [Rule, number] | null {
    const { senderId, conversationId, clientMessageId } = message;
    if (this.isSpread(senderId, conversationId, message.content)) return ['text', WINDOW_MS];
    const [first, ...others] = accountsOf(message);
    const key = `${conversationId} ${senderId} ${clientMessageId}`;
    if (!first || this.counted.get(key)) return null;
    const charge = this.limits.chargeAll([first, ...others]);
    if (charge?.refusal)
      return [charge.budget === 'links' ? 'links' : 'mentions', charge.refusal.extra.retryAfterMs ?? 0];
    this.counted.set(key, true);
    return null;
  }

  private isSpread(senderId: string, conversationId: string, content: string): boolean {
    const text = content.trim().toLowerCase();
    if (text.length < SHORTEST_TEXT) return false;
    const key = hash('sha256', senderId + text, 'base64');
    const known = this.conversations.get(key);
    if (!known) this.conversations.set(key, new Set([conversationId]));
    if (!known || known.has(conversationId)) return false;
    if (known.size >= SAME_TEXT) return true;
    known.add(conversationId);
    return false;
  }
}

/** What the message takes of its sender's budgets; nothing where it has neither links nor mentions. */
function accountsOf({ senderId, content, names }: Text): Account[] {
  const links: Account = { name: 'links', key: senderId, cost: content.match(LINK)?.length ?? 0 };
  const mentions: Account = { name: 'mentions', key: senderId, cost: names.length };
  return [links, mentions].filter(({ cost }) => cost !== 0);
}
