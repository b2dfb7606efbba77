import { describe, expect, it } from '@jest/globals';
import { ParleyError } from '../../kernel/errors.js';
import type { ParleySocket } from '../socket.js';
import { InFlightLimiter } from './in-flight-limiter.js';

const aSocket = (isReady = true) => ({ data: { isReady } }) as ParleySocket;

describe('the commands under way', () => {
  it('G8: are bounded for each socket: a flood is refused until some are answered, and others do not notice', async () => {
    const commands = new InFlightLimiter();
    const [flooding, other] = [aSocket(), aSocket()];
    const answers: (() => void)[] = [];
    const give = (socket: ParleySocket) => commands.during(socket, () => new Promise<void>((r) => answers.push(r)));
    const given = Array.from({ length: 1_000 }, () => give(flooding));
    const refusal = { code: 'rate_limited', extra: { retryAfterMs: expect.any(Number) } };
    await expect(give(flooding)).rejects.toMatchObject(refusal);
    given.push(give(other));
    expect(answers).toHaveLength(1_001);
    answers.shift()?.();
    await given.shift();
    given.push(give(flooding));
    expect(answers).toHaveLength(1_001);
    await expect(give(flooding)).rejects.toMatchObject(refusal);
    for (const answer of answers) answer();
    await Promise.all(given);
    expect([commands.total, commands.of(flooding), commands.of(other)]).toEqual([0, 0, 0]);
  });

  it('G8: are much fewer before the socket has its ready, when they only wait', async () => {
    const commands = new InFlightLimiter();
    const socket = aSocket(false);
    const answer = Promise.withResolvers<void>();
    const given = Array.from({ length: 50 }, () => commands.during(socket, () => answer.promise));
    const refusal = { code: 'rate_limited', extra: { retryAfterMs: expect.any(Number) } };
    await expect(commands.during(socket, async () => 1)).rejects.toMatchObject(refusal);
    socket.data.isReady = true;
    expect(await commands.during(socket, async () => 1)).toBe(1);
    answer.resolve();
    await Promise.all(given);
  });

  it('G9: are counted until they are answered, failed ones too; a socket that is being closed gives no more', async () => {
    const commands = new InFlightLimiter();
    const socket = aSocket();
    const last = Promise.withResolvers<void>();
    const under = commands.during(socket, () => last.promise);
    socket.data.refusal = new ParleyError('draining');
    await expect(commands.during(socket, async () => 1)).rejects.toMatchObject({ code: 'draining' });
    expect(commands.total).toBe(1);
    last.reject(new Error('lost'));
    await expect(under).rejects.toThrow('lost');
    expect(commands.total).toBe(0);
  });
});
