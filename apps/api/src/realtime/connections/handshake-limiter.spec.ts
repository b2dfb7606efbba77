import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from '../../config/environment.js';
import { HandshakeLimiter } from './handshake-limiter.js';

describe('the handshakes', () => {
  it('F17: are no more at a time than a node takes on, and others may begin as soon as some are done, however', async () => {
    const handshakes = new HandshakeLimiter(readEnvironment({ MAX_HANDSHAKES_AT_ONCE: '2' }));
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const steps = [handshakes.during(() => first.promise), handshakes.during(() => second.promise)];
    expect(handshakes.refusal()).toMatchObject({
      code: 'service_unavailable',
      extra: { retryAfterMs: expect.any(Number) },
    });
    first.resolve();
    await steps[0];
    expect(handshakes.refusal()).toBeNull();
    const third = handshakes.during(() => Promise.reject(new Error('refused')));
    expect(handshakes.refusal()).not.toBeNull();
    await expect(third).rejects.toThrow('refused');
    expect(handshakes.refusal()).toBeNull();
    second.resolve();
    await steps[1];
  });
});
