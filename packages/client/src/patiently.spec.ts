import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { patiently } from './patiently.js';
import { SdkError } from './sdk-error.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const tooFast = (retryAfterMs?: number) => new SdkError('rate_limited', 'Too fast.', { retryAfterMs });

it('what came too fast is asked again after the wait that the server told, and nothing of it is shown', async () => {
  const ask = jest.fn<() => Promise<string>>();
  ask.mockRejectedValueOnce(tooFast(300)).mockRejectedValueOnce(tooFast()).mockResolvedValue('there');
  const answer = patiently(ask);
  await jest.advanceTimersByTimeAsync(299);
  expect(ask).toHaveBeenCalledTimes(1);
  await jest.advanceTimersByTimeAsync(1);
  expect(ask).toHaveBeenCalledTimes(2);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(await answer).toBe('there');
});

it('is told where the waits are long, and at once where it was refused for another reason', async () => {
  const ask = jest.fn<() => Promise<string>>().mockRejectedValue(tooFast(4_000));
  const long = patiently(ask).catch((fault: unknown) => fault);
  await jest.advanceTimersByTimeAsync(8_000);
  expect(await long).toMatchObject({ code: 'rate_limited' });
  expect(ask).toHaveBeenCalledTimes(3);
  const other = patiently(() => Promise.reject(new SdkError('forbidden', 'No.', { retryAfterMs: 10 })));
  await expect(other).rejects.toMatchObject({ code: 'forbidden' });
});
