import { describe, expect, it, jest } from '@jest/globals';
import type { SearchHit, SearchPage } from '@parley/protocol';
import { SdkError } from '../sdk-error.js';
import { MessageSearch } from './message-search.js';

const hits = (...ids: string[]): SearchHit[] =>
  ids.map((id) => ({ message: { id }, segments: [] }) as unknown as SearchHit);

const page = (items: SearchHit[], nextCursor: string | null = null): SearchPage => ({
  items,
  nextCursor,
  hasMore: nextCursor !== null,
  users: [],
});

/** A search that gets these answers, one after the other, and the paths that it has asked for. */
function searchOf(answers: (SearchPage | SdkError)[], limit = 2) {
  const paths: string[] = [];
  const search = new MessageSearch({ q: 'a b&c', limit }, async (path) => {
    paths.push(path);
    const answer = answers.shift();
    if (!answer || answer instanceof SdkError) throw answer ?? new Error('Asked too often.');
    return answer;
  });
  const ids = () => search.getSnapshot().items.map(({ message }) => message.id);
  return { search, paths, ids };
}

describe('a search', () => {
  it('S4.29: asks with the first subscription, and once', async () => {
    const { search, paths, ids } = searchOf([page(hits('1'))]);
    expect(paths).toEqual([]);
    search.subscribe(() => undefined);
    search.subscribe(() => undefined);
    expect(search.getSnapshot()).toMatchObject({ isLoading: true, hasMore: true, items: [] });
    await search.loadMore();
    expect(paths).toEqual(['search?q=a+b%26c&limit=2']);
    expect(ids()).toEqual(['1']);
    expect(search.getSnapshot()).toMatchObject({ isLoading: false, hasMore: false, error: null });
    await search.loadMore();
    expect(paths).toHaveLength(1);
  });

  it('S4.29: goes on with the cursor, one page after the other', async () => {
    const { search, paths, ids } = searchOf([page(hits('1', '2'), 'x='), page(hits('3'))]);
    await search.loadMore();
    expect(search.getSnapshot().hasMore).toBe(true);
    await search.loadMore();
    expect(paths[1]).toBe('search?q=a+b%26c&limit=2&cursor=x%3D');
    expect(ids()).toEqual(['1', '2', '3']);
  });

  it('S4.29: follows pages that ended early, up to five', async () => {
    const { search, paths, ids } = searchOf([page([], 'a'), page(hits('1'), 'b'), page(hits('2', '3'), 'c')]);
    await search.loadMore();
    expect(ids()).toEqual(['1', '2', '3']);
    const empty = searchOf(Array.from({ length: 9 }, (_, i) => page([], `${i}`)));
    await empty.search.loadMore();
    expect([paths.length, empty.paths.length]).toEqual([3, 5]);
    expect(empty.search.getSnapshot()).toMatchObject({ hasMore: true, isLoading: false });
  });

  it('S4.29: whoever sees that a page is there can have the next one at once', async () => {
    const { search, ids } = searchOf([page(hits('1', '2'), 'a'), page(hits('3'))]);
    search.subscribe(() => {
      if (!search.getSnapshot().isLoading) void search.loadMore();
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(ids()).toEqual(['1', '2', '3']);
  });

  it('S4.29: follows no more pages once nobody subscribes to it', async () => {
    const { search, paths } = searchOf(Array.from({ length: 9 }, (_, i) => page([], `${i}`)));
    const unsubscribe = search.subscribe(() => undefined);
    unsubscribe();
    await search.loadMore();
    expect(paths).toHaveLength(1);
    expect(search.getSnapshot()).toMatchObject({ hasMore: true, isLoading: false });
  });

  it('S4.29: half a character in the question does not keep it from being asked', async () => {
    const paths: string[] = [];
    const search = new MessageSearch({ q: '\ud83d' }, async (path) => {
      paths.push(path);
      return page([]);
    });
    await search.loadMore();
    expect(paths).toEqual(['search?q=%EF%BF%BD']);
  });

  it('S4.29: a defect is raised, and ends the loading as a failure does', async () => {
    const raised: (() => void)[] = [];
    const queue = jest.spyOn(globalThis, 'queueMicrotask').mockImplementation((each) => void raised.push(each));
    const defect = new TypeError('of this program');
    const search = new MessageSearch({ q: 'a' }, () => Promise.reject(defect));
    await search.loadMore();
    queue.mockRestore();
    expect(search.getSnapshot()).toMatchObject({ isLoading: false, error: { code: 'defect' } });
    expect(raised).toHaveLength(1);
    expect(raised[0]).toThrow(defect);
  });

  it('S4.29: a failure is told, and the next call tries again from there', async () => {
    const fault = new SdkError('network', 'away');
    const { search, ids } = searchOf([page(hits('1', '2'), 'a'), fault, page(hits('3'))]);
    await search.loadMore();
    await search.loadMore();
    expect(search.getSnapshot()).toMatchObject({ error: fault, isLoading: false, hasMore: true });
    await search.loadMore();
    expect(ids()).toEqual(['1', '2', '3']);
    expect(search.getSnapshot().error).toBeNull();
  });
});
