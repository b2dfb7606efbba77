import { beforeEach, describe, expect, it } from '@jest/globals';
import { readEnvironment } from '../../config/environment.js';
import { notFound, ParleyError } from '../../kernel/errors.js';
import { newId } from '../../kernel/ids.js';
import { COMMANDS } from '../../modules/chat/index.js';
import { RateLimits } from '../../platform/limits/rate-limits.js';
import { Counters } from '../../platform/telemetry/counters.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { createLog } from '../../platform/telemetry/log.js';
import { CommandAccounts } from './command-accounts.js';
import { type CommandHandler, CommandRouter } from './command-router.js';

describe('the command router', () => {
  let counters: Counters;
  let limits: RateLimits;
  let router: CommandRouter;
  const principal = { userId: newId(), isBot: false, sessionId: null, expiresAt: 0, scopes: [] };

  beforeEach(() => {
    counters = new Counters();
    const reporter = new EventReporter(createLog('silent'), counters);
    limits = new RateLimits(readEnvironment({}), reporter);
    router = new CommandRouter(COMMANDS, new CommandAccounts(COMMANDS, limits, reporter), reporter, null);
  });

  const give = (name: string, sent: unknown[], handler?: CommandHandler, refusal: ParleyError | null = null) => {
    const data = { principal, isReady: true, ready: Promise.resolve() };
    const connection = { connected: true, data };
    return router.dispatch({ transport: 'test', connection, name, sent, handler, refusal: () => refusal });
  };
  const charged = (command: string) => counters.of('command_cost_total', { command, transport: 'test' });

  it('hands the handler an instance of the DTO, acknowledges what it answers, and charges it', async () => {
    const payload = { conversationId: newId() };
    const answer = await give('conversation:open', [payload], async (_connection, open) => ({ given: open }));
    expect(answer).toEqual({ success: true, given: payload });
    expect(charged('conversation:open')).toBe(COMMANDS['conversation:open'].cost);
  });

  it('answers what is wrong in the one shape, without calling the handler', async () => {
    const never = () => Promise.reject(new Error('called'));
    const codeOf = async (answer: Promise<object>) => ((await answer) as { error: { code: string } }).error.code;
    expect(await codeOf(give('no:such', [{}]))).toBe('not_found');
    expect(await codeOf(give('toString', [{}], never))).toBe('not_found');
    expect(await codeOf(give('sync', [{ conversations: 1 }], never))).toBe('validation_failed');
    expect(await codeOf(give('sync', [{ conversations: {} }, {}], never))).toBe('validation_failed');
    expect(await codeOf(give('sync', [{ conversations: {} }], never, new ParleyError('bad_frames')))).toBe(
      'bad_frames',
    );
    expect(await codeOf(give('sync', [{ conversations: {} }], never))).toBe('internal');
    expect(charged('no:such')).toBe(0);
  });

  it('G2: a refused send carries the id under which it can be repeated, whatever refused it', async () => {
    const clientMessageId = newId();
    for (const sent of [[{ clientMessageId: clientMessageId.toUpperCase() }], [{ clientMessageId }, {}]]) {
      expect(await give('message:send', sent, async () => ({}))).toMatchObject({ error: { clientMessageId } });
    }
    const made = await give('message:send', [null], async () => ({}));
    expect(made).toMatchObject({ error: { clientMessageId: expect.stringMatching(/^[0-9a-f-]{36}$/) } });
    expect(await give('sync', [{ clientMessageId }], async () => ({}))).not.toHaveProperty('error.clientMessageId');
  });

  it('attack 58: strangers, and sends that are refused, leave the budget of a conversation to its members', async () => {
    const payload = { conversationId: newId(), content: 'hello' };
    const strangers = async () => {
      throw notFound();
    };
    const isRefused = { success: false };
    expect(await give('message:send', [payload], strangers)).toMatchObject(isRefused);
    expect(await give('message:send', [{ ...payload, content: 1 }], strangers)).toMatchObject(isRefused);
    expect(await give('message:send', [payload], strangers, new ParleyError('bad_frames'))).toMatchObject(isRefused);
    expect(await give('message:send', [payload], async () => ({}))).toEqual({ success: true });
    const { limit = 0, remaining } = limits.charge('conversations', payload.conversationId) ?? {};
    expect(remaining).toBe(limit - 2);
    // Of their own they have taken as many as they sent.
    expect(limits.charge('bursts', principal.userId)?.remaining).toBe((limits.limitOf('bursts') ?? 0) - 5);
  });

  it('G8: charges what is no command to the user, whatever the connection, and refuses it beyond that', async () => {
    const most = limits.limitOf('requests') ?? 0;
    const answers = await Promise.all(Array.from({ length: most + 100 }, () => give('no:such', [{}])));
    const refused = answers.filter((answer) => !answer.success && answer.error.code === 'rate_limited');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThanOrEqual(100);
    expect(await give('sync', [{ conversations: {} }], async () => ({}))).toEqual({ success: true });
  });

  it('does not start where the handler of a command is not declared for it', () => {
    const table = { ...COMMANDS, 'message:delivered': COMMANDS['message:read'] };
    expect(() => new CommandRouter(table, Object.create(null), Object.create(null), null)).toThrow('message:delivered');
  });
});
