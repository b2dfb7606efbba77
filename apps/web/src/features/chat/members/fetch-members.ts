import type { ParleyClient } from '@parley/client';
import { LIMITS, type Member, type Page } from '@parley/protocol';

/** Page by page, until all of them are there or nobody wants them any more. */
export async function fetchMembers(client: ParleyClient, id: string, isStale: () => boolean): Promise<Member[]> {
  const all: Member[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: String(LIMITS.pageMax) });
    if (cursor !== null) query.set('cursor', cursor);
    const page: Page<Member> = await client.request('GET', `conversations/${id}/members?${query}`);
    all.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && !isStale());
  return all;
}
