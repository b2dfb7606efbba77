import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { Config } from '../../config/config.js';
import { readEnvironment } from '../../config/environment.js';
import { RateLimits } from '../../platform/limits/rate-limits.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { SpamDetector } from './spam-detector.js';

const TEXT = 'Buy this, it is as good as new.';
/** Of several nodes. */
const ENV = { REDIS_URL: 'redis://x', DATABASE_URL: 'postgres://x/y', JWT_SECRET: 'x'.repeat(16), FILES: 'off' };

function aDetector(spamRules: Config['spamRules'] = 'refuse') {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const reporter = new EventReporter(log);
  const limits = new RateLimits(readEnvironment(ENV), reporter);
  const detector = new SpamDetector({ spamRules }, limits, reporter);
  const send = (
    content: string,
    { to = 'here', by = 'ann', isBot = false, names = [] as string[], clientMessageId = randomUUID() as string } = {},
  ) => detector.refusal({ conversationId: to, senderId: by, clientMessageId, isBot, content, names });
  return { send, lines, limits };
}

const spread = (send: ReturnType<typeof aDetector>['send'], text: string, count: number, more: object = {}) =>
  Array.from({ length: count }, (_, n) => send(text, { to: `c${n}`, ...more }));

describe('what one user sends to many', () => {
  it('refuses the same text in an eleventh conversation, in any case, and says why and for how long', () => {
    const { send, lines } = aDetector();
    expect(spread(send, TEXT, 10)).toEqual(Array(10).fill(null));
    const refusal = send(` ${TEXT.toUpperCase()} `, { to: 'one more' });
    expect(refusal?.toObject('id')).toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('many conversations'),
      details: [{ path: 'content', message: 'spam: text' }],
      retryAfterMs: 600_000,
    });
    expect(lines).toEqual([expect.objectContaining({ rule: 'text', userId: 'ann', conversationId: 'one more' })]);
    expect(JSON.stringify(lines)).not.toContain('as good as new');
  });

  it('takes it from others, again where it was sent, and other texts', () => {
    const { send } = aDetector();
    spread(send, TEXT, 10);
    expect([send(TEXT, { to: 'c3' }), send(TEXT, { by: 'bob' }), send(`${TEXT} Really.`)]).toEqual([null, null, null]);
  });

  it('takes greetings everywhere, and whatever a bot sends', () => {
    const { send } = aDetector();
    expect(spread(send, 'Good morning!', 50).every((refusal) => refusal === null)).toBe(true);
    expect(spread(send, TEXT, 50, { isBot: true }).every((refusal) => refusal === null)).toBe(true);
  });

  it('refuses a flood of links or mentions, and not a message that has many', () => {
    const { send } = aDetector();
    const links = (count: number) => 'https://a.example '.repeat(count);
    expect(send(links(300))).toBeNull();
    expect(send(links(2))?.extra.details).toEqual([{ path: 'content', message: 'spam: links' }]);
    const names = Array.from({ length: 100 }, (_, n) => `n${n}`);
    expect([send('a', { names }), send('b', { names })]).toEqual([null, null]);
    expect(send('c', { names })?.extra.details).toEqual([{ path: 'content', message: 'spam: mentions' }]);
    expect(send('nothing of the kind')).toBeNull();
  });

  it('counts links and mentions of all nodes together, and takes nothing of either for what is refused', () => {
    const [one, other] = [aDetector(), aDetector()];
    const links = (count: number) => 'https://a.example '.repeat(count);
    const names = Array.from({ length: 150 }, (_, n) => `n${n}`);
    expect([one.send(links(60)), other.send(links(60)), one.send('a', { names })]).toEqual([null, null, null]);
    other.limits.takenElsewhere(one.limits.taken());
    expect(other.send(links(2))?.extra.details).toEqual([{ path: 'content', message: 'spam: links' }]);
    expect(other.send(links(1), { by: 'bob' })).toBeNull();
    expect(one.send(links(30), { names })?.extra.details).toEqual([{ path: 'content', message: 'spam: mentions' }]);
    expect(one.send(links(40))).toBeNull();
  });

  it('counts a message once that is sent again, as it could not be stored', () => {
    const { send } = aDetector();
    const links = 'https://a.example '.repeat(60);
    const clientMessageId = randomUUID();
    const names = Array.from({ length: 150 }, (_, n) => `n${n}`);
    for (let i = 0; i < 5; i += 1) expect(send(links, { names, clientMessageId })).toBeNull();
    expect(send(links, { clientMessageId, to: 'there' })).not.toBeNull();
  });

  it('only reports it, or does not look, as it is set', () => {
    const warned = aDetector('warn');
    expect(spread(warned.send, TEXT, 12)).toEqual(Array(12).fill(null));
    expect(warned.lines).toHaveLength(2);
    const off = aDetector('off');
    spread(off.send, TEXT, 12);
    expect(off.lines).toEqual([]);
  });
});
