import type { Page } from '@parley/protocol';

/** The pages of a list, one after the other: a page is fetched when it is asked for. `fetch` gets the former's cursor. */
export async function* pagesOf<P extends Pick<Page<unknown>, 'nextCursor'>>(
  fetch: (cursor: string | undefined) => Promise<P>,
): AsyncGenerator<P, void> {
  let cursor: string | undefined;
  do {
    const page: P = await fetch(cursor);
    cursor = page.nextCursor ?? undefined;
    yield page;
  } while (cursor !== undefined);
}
