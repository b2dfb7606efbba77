import { expect } from '@jest/globals';
import type { Message, MessagePage } from '@parley/protocol';
import type { Behaviours, Stage } from '../stage.js';
import { anError, NOBODY, numbers } from './shapes.js';

const seqs = ({ items }: { items: readonly Message[] }) => items.map(({ seq }) => seq);

/** A group with so many messages, and the member who reads them. */
async function history(stage: Stage, length: number) {
  const { id, people, lines } = await stage.scene(2);
  // In two goes, so that not all of them have one time.
  const [early, late] = [numbers(length >> 1), numbers(length, (length >> 1) + 1)];
  const say = (some: number[]) => Promise.all(some.map((n) => lines[0].say(id, `${n}`)));
  const sent = [...(await say(early)), ...(await say(late))];
  const [, reader] = people;
  const page = (query: string) => reader.get<MessagePage>(`/conversations/${id}/messages?${query}`);
  return { id, sent, reader, line: lines[1], page };
}

export const pages: Behaviours = {
  'S2.12 S2.34 §3: before, after and around take a seq, a message id or a time, and X is excluded': async (stage) => {
    const { sent, page } = await history(stage, 20);
    const tenth = sent[9];
    expect(seqs(await page('limit=3'))).toEqual([18, 19, 20]);
    expect(seqs(await page('before=10&limit=3'))).toEqual([7, 8, 9]);
    expect(seqs(await page('after=10&limit=3'))).toEqual([11, 12, 13]);
    expect(seqs(await page('around=10&limit=5'))).toEqual([8, 9, 10, 11, 12]);
    expect(seqs(await page(`before=${tenth?.messageId}&limit=2`))).toEqual([8, 9]);
    expect(seqs(await page(`after=${tenth?.messageId}&limit=2`))).toEqual([11, 12]);
    const at = tenth?.createdAt ?? '';
    const time = encodeURIComponent(at);
    const asOf = (fits: (createdAt: string) => boolean) =>
      sent.filter(({ createdAt }) => fits(createdAt ?? '')).map(({ seq }) => seq);
    expect(seqs(await page(`before=${time}`))).toEqual(asOf((each) => each < at));
    expect(seqs(await page(`after=${time}`))).toEqual(asOf((each) => each > at));
    expect(seqs(await page(`around=${time}&limit=1`))).toEqual(asOf((each) => each >= at).slice(0, 1));
    expect(seqs(await page('after=20'))).toEqual([]);
    expect(seqs(await page('before=1'))).toEqual([]);
    expect(seqs(await page('around=2099-01-01T00:00:00Z&limit=1'))).toEqual([20]);
  },

  'S0.5 S2.34 S3.22: cursors lead through the whole history both ways, each message once, to an end': async (stage) => {
    const { page } = await history(stage, 25);
    const walk = async (parameter: string, from: string) => {
      const found: number[][] = [];
      for (let cursor: string | null = from; cursor !== null; ) {
        const answer: MessagePage = await page(`limit=10${cursor && `&${parameter}=${encodeURIComponent(cursor)}`}`);
        expect(answer.hasMore).toBe(answer.nextCursor !== null);
        found.push(seqs(answer));
        cursor = answer.nextCursor;
      }
      return found;
    };
    expect(await walk('before', '')).toEqual([numbers(25, 16), numbers(15, 6), numbers(5)]);
    expect(await walk('after', '0')).toEqual([numbers(10), numbers(20, 11), numbers(25, 21)]);
    const middle = await page('around=12&limit=5');
    expect(seqs(await page(`limit=5&before=${middle.prevCursor}`))).toEqual(numbers(9, 5));
    expect(seqs(await page(`limit=5&after=${middle.nextCursor}`))).toEqual(numbers(19, 15));
  },

  '§5: conversation:open answers the page that REST does, on every node': async (stage) => {
    const { id, reader, line, page } = await history(stage, 12);
    for (const query of [{}, { limit: 3 }, { before: '8', limit: 4 }, { after: '8' }, { around: '6', limit: 3 }]) {
      const { success: _, ...answer } = await line.ask('conversation:open', { conversationId: id, ...query });
      expect(answer).toEqual(await page(new URLSearchParams(query as Record<string, string>).toString()));
      expect(answer.users.map((user) => user.id)).not.toContain(reader.id);
    }
  },

  'S4.26 §3: type filters; users names everyone whom the page does': async (stage) => {
    const { id, people, lines } = await stage.scene(2);
    await lines[0].say(id, 'text');
    await lines[1].say(id, '', { type: 'data', metadata: { x: 1 } });
    await people[0].patch(`/conversations/${id}`, { name: 'A system message' });
    const page = (type: string) => people[0].get<MessagePage>(`/conversations/${id}/messages?type=${type}`);
    const found = await Promise.all(['text', 'data', 'system', 'image'].map(async (type) => seqs(await page(type))));
    expect(found).toEqual([[1], [2], [3], []]);
    const { users } = await people[0].get<MessagePage>(`/conversations/${id}/messages`);
    expect(users.map((user) => user.id).toSorted()).toEqual(people.map((each) => each.id).toSorted());
  },

  'A60 §3: two places at once, none that is known, and limits that are none are refused': async (stage) => {
    const { id, reader, line } = await history(stage, 2);
    const path = `/conversations/${id}/messages?`;
    for (const query of [
      'before=1&after=1',
      'limit=0',
      'limit=101',
      'limit=1.5',
      'limit=x',
      'before=x',
      'type=x',
      'x=1',
    ]) {
      expect([query, (await reader.refused('GET', path + query)).status]).toEqual([query, 400]);
    }
    expect(await reader.refused('GET', `${path}around=${NOBODY}`)).toEqual(anError('not_found', { status: 404 }));
    for (const query of [
      { before: '1', after: '1' },
      { limit: 101 },
      { around: 'x' },
      { before: 7 },
      { type: 'text' },
    ]) {
      expect(await line.refused('conversation:open', { conversationId: id, ...query })).toEqual(
        anError('validation_failed'),
      );
    }
  },

  'G8 §3: a page ends at 512 KB; only hasMore says whether there is more': async (stage) => {
    const { id, people, lines } = await stage.scene(1);
    const metadata = { m: 'x'.repeat(100_000) };
    for (const n of numbers(8)) await lines[0].say(id, `${n}`, { metadata });
    const answer = await people[0].call('GET', `/conversations/${id}/messages?after=0`);
    const page = JSON.parse(answer.text) as MessagePage;
    expect(answer.text.length).toBeLessThan(600_000);
    expect([page.items.length, page.hasMore]).toEqual([5, true]);
    expect(seqs(await people[0].get<MessagePage>(`/conversations/${id}/messages?after=${page.nextCursor}`))).toEqual([
      6, 7, 8,
    ]);
  },
};
