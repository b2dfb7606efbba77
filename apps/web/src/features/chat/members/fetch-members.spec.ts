import { expect, it } from '@jest/globals';
import type { ParleyClient } from '@parley/client';
import { fetchMembers } from './fetch-members.js';

/** A client of a group with so many pages of members. */
function aClient(pages: number, asked: string[]): ParleyClient {
  const request = async (_method: string, path: string) => {
    asked.push(path);
    return { items: [`member ${asked.length}`], nextCursor: asked.length < pages ? `page ${asked.length}` : null };
  };
  return { request } as unknown as ParleyClient;
}

it('all members of a large group are fetched page by page', async () => {
  const asked: string[] = [];
  expect(await fetchMembers(aClient(3, asked), 'c', () => false)).toHaveLength(3);
  expect(asked).toEqual([
    'conversations/c/members?limit=100',
    'conversations/c/members?limit=100&cursor=page+1',
    'conversations/c/members?limit=100&cursor=page+2',
  ]);
});

it('no more of them are fetched once they are to be fetched anew', async () => {
  const asked: string[] = [];
  await fetchMembers(aClient(50, asked), 'c', () => asked.length === 2);
  expect(asked).toHaveLength(2);
});
