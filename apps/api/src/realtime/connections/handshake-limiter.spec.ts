import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from '../../config/environment.js';
import { HandshakeLimiter } from './handshake-limiter.js';

describe('the arrivals', () => {
  it('F17: are no more at a time than a node takes on, and others may begin as soon as some are done, however', async () => {
    const arrivals = new HandshakeLimiter(readEnvironment({ MAX_HANDSHAKES_AT_ONCE: '2' }));
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const steps = [arrivals.during(() => first.promise), arrivals.during(() => second.promise)];
    expect(arrivals.refusal()).toMatchObject({
      code: 'service_unavailable',
      extra: { retryAfterMs: expect.any(Number) },
    });
    first.resolve();
    await steps[0];
    expect(arrivals.refusal()).toBeNull();
    const third = arrivals.during(() => Promise.reject(new Error('refused')));
    expect(arrivals.refusal()).not.toBeNull();
    await expect(third).rejects.toThrow('refused');
    expect(arrivals.refusal()).toBeNull();
    second.resolve();
    await steps[1];
  });
});
