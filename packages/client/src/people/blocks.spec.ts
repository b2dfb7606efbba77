import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Page, UserView } from '@parley/protocol';
import { SdkError } from '../sdk-error.js';
import { Blocks } from './blocks.js';

const page = (...ids: string[]) => ({ items: ids.map((id) => ({ id })) }) as unknown as Page<UserView>;
const NO_ROUTE = new SdkError('not_found', 'no such route', { retryable: false });
const known = (blocks: Blocks) => [...blocks.known.getSnapshot()];

describe('whom this person blocks', () => {
  afterEach(() => void jest.useRealTimers());

  it('is fetched, and changed by events', async () => {
    const blocks = new Blocks(async () => page('ann'));
    await blocks.resume();
    expect(known(blocks)).toEqual(['ann']);
    blocks.applyEvent('user:blocked', { userId: 'bob', isBlocked: true });
    blocks.applyEvent('user:blocked', { userId: 'ann', isBlocked: false });
    blocks.applyEvent('user:updated', { user: { id: 'cem' } as UserView });
    expect(known(blocks)).toEqual(['bob']);
    blocks.clear();
    expect(known(blocks)).toEqual([]);
  });

  it('is fetched again where an event came while it was being fetched', async () => {
    const answers = [Promise.withResolvers<Page<UserView>>(), Promise.withResolvers<Page<UserView>>()];
    const rest = [...answers];
    const blocks = new Blocks(() => (rest.shift() as (typeof rest)[number]).promise);
    const resumed = blocks.resume();
    blocks.applyEvent('user:blocked', { userId: 'bob', isBlocked: true });
    answers[0]?.resolve(page('ann'));
    answers[1]?.resolve(page('ann', 'bob'));
    await resumed;
    expect(known(blocks)).toEqual(['ann', 'bob']);
  });

  it('stays as it was where it cannot be fetched, as from a server of before', async () => {
    const answers = [Promise.resolve(page('ann')), Promise.reject(NO_ROUTE)];
    const blocks = new Blocks(() => answers.shift() as Promise<Page<UserView>>);
    await blocks.resume();
    await blocks.resume();
    expect(known(blocks)).toEqual(['ann']);
  });

  it('is fetched again after a failure that may pass, for as long as there is a connection', async () => {
    jest.useFakeTimers();
    let asked = 0;
    let answer = (): Promise<Page<UserView>> => Promise.reject(new SdkError('service_unavailable', 'busy'));
    const blocks = new Blocks(() => {
      asked += 1;
      return answer();
    });
    await blocks.resume();
    await jest.advanceTimersByTimeAsync(10_000);
    const before = asked;
    expect(before).toBeGreaterThan(2);
    blocks.pause();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(asked).toBe(before);
    await blocks.resume();
    answer = async () => page('ann');
    await jest.advanceTimersByTimeAsync(2_000);
    expect(known(blocks)).toEqual(['ann']);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(asked).toBe(before + 2);
  });
});
