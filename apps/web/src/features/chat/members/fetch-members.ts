import type { ParleyClient } from '@parley/client';
import { LIMITS, type Member, type Page } from '@parley/protocol';
import { pagesOf } from '../../../api/pages.js';

/** Page by page, until all of them are there or nobody wants them any more. */
export async function fetchMembers(client: ParleyClient, id: string, isStale: () => boolean): Promise<Member[]> {
  const all: Member[] = [];
  const pages = pagesOf((cursor) => {
    const query = new URLSearchParams({ limit: String(LIMITS.pageMax), ...(cursor !== undefined && { cursor }) });
    return client.request<Page<Member>>('GET', `conversations/${id}/members?${query}`);
  });
  for await (const { items } of pages) {
    all.push(...items);
    if (isStale()) break;
  }
  return all;
}
