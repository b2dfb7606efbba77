import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { retryLimited } from './retry-limited.js';
import { SdkError } from './sdk-error.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const tooFast = (retryAfterMs?: number) => new SdkError('rate_limited', 'Too fast.', { retryAfterMs });

it('a request that is rate limited is repeated after the wait that the server names, and no failure is shown', async () => {
  const ask = jest.fn<() => Promise<string>>();
  ask.mockRejectedValueOnce(tooFast(300)).mockRejectedValueOnce(tooFast()).mockResolvedValue('there');
  const answer = retryLimited(ask);
  await jest.advanceTimersByTimeAsync(299);
  expect(ask).toHaveBeenCalledTimes(1);
  await jest.advanceTimersByTimeAsync(1);
  expect(ask).toHaveBeenCalledTimes(2);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(await answer).toBe('there');
});

it('the refusal is passed on where the waits are long, and at once where it has another reason', async () => {
  const ask = jest.fn<() => Promise<string>>().mockRejectedValue(tooFast(4_000));
  const long = retryLimited(ask).catch((fault: unknown) => fault);
  await jest.advanceTimersByTimeAsync(8_000);
  expect(await long).toMatchObject({ code: 'rate_limited' });
  expect(ask).toHaveBeenCalledTimes(3);
  const other = retryLimited(() => Promise.reject(new SdkError('forbidden', 'No.', { retryAfterMs: 10 })));
  await expect(other).rejects.toMatchObject({ code: 'forbidden' });
});
