import { expect } from '@jest/globals';
import type { SearchPage } from '@parley/protocol';
import type { Person } from '../person.js';
import type { Behaviours } from '../stage.js';
import { anError, anonymous, NOBODY, numbers } from './shapes.js';

const search = (person: Person, asked: Record<string, string>, path = '/search') =>
  person.get<SearchPage>(`${path}?${new URLSearchParams(asked).toString()}`);
const found = async (person: Person, q: string) =>
  (await search(person, { q })).items.map(({ message }) => message.content);

const REFUSED: Record<string, string>[] = [
  {},
  { q: ' ' },
  { q: '?!' },
  { q: '-plain' },
  { q: 'x'.repeat(10_240) },
  { q: 'plain on:someday' },
  { q: 'plain has:cheese' },
  { q: 'plain', before: '2026-02-30' },
  { q: 'plain', limit: '101' },
  { q: 'plain', cursor: 'x' },
  { q: 'plain', x: '1' },
];

export const searching: Behaviours = {
  'S4.24 S4.29 §3: what was sent is found at once, by parts, phrases and in scripts without spaces': async (stage) => {
    const { id, people, lines } = await stage.scene(2);
    const [sender, reader] = people;
    const [german, chinese] = ['Das Café an der Hafenstraße', '我们今天去北京开会 🎉'];
    await lines[0].say(id, german);
    await lines[0].say(id, chinese);
    for (const q of ['cafe', 'HAFENSTRASSE', 'fenstr', '"an der"', 'café -bus', `from:${sender.username} das`]) {
      expect([q, await found(reader, q)]).toEqual([q, [german]]);
    }
    for (const q of ['北京', '会', '🎉']) expect([q, await found(reader, q)]).toEqual([q, [chinese]]);
    for (const q of ['"der an"', 'das -café', '京北', 'from:nobody-of-this-name das']) {
      expect([q, await found(reader, q)]).toEqual([q, []]);
    }
  },

  'S4.29 §3: a hit is the message, its text in pieces of which some are hits, and who is named': async (stage) => {
    const { id, people, lines } = await stage.scene(2);
    const [sender, reader] = people;
    const { messageId } = await lines[0].say(id, 'Das Café am Hafen');
    const { items, users } = await search(reader, { q: 'cafe' });
    const segments = [
      { text: 'Das ', match: false },
      { text: 'Café', match: true },
      { text: ' am Hafen', match: false },
    ];
    expect(items).toEqual([{ message: await reader.get(`/messages/${messageId}`), segments }]);
    expect(users.map((user) => user.id)).toEqual([sender.id]);
  },

  'S4.29 §3: newest first, one page after the other to an end, in one conversation or in all': async (stage) => {
    const { id, people, lines } = await stage.scene(1);
    const [person] = people;
    const other = await stage.group(people);
    for (const n of numbers(7)) await lines[0].say(n % 2 ? id : other, `ferry ${n}`);
    const walk = async (path: string) => {
      const pages: string[][] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page: SearchPage = await search(person, { q: 'ferry', limit: '3', ...(cursor && { cursor }) }, path);
        expect(page.hasMore).toBe(page.nextCursor !== null);
        pages.push(page.items.map(({ message }) => message.content.slice(-1)));
        cursor = page.nextCursor;
      }
      return pages;
    };
    expect(await walk('/search')).toEqual([['7', '6', '5'], ['4', '3', '2'], ['1']]);
    for (const place of ['conversations', 'rooms']) {
      expect(await walk(`/${place}/${id}/messages/search`)).toEqual([['7', '5', '3'], ['1']]);
    }
    const { nextCursor } = await search(person, { q: 'ferry', limit: '3' });
    const asked = new URLSearchParams({ q: 'other', cursor: nextCursor ?? '' }).toString();
    expect(await person.refused('GET', `/search?${asked}`)).toEqual(anError('validation_failed', { status: 400 }));
  },

  'S4.21 S4.22 §3: an edit is found by what it says now, and what was deleted is not': async (stage) => {
    const { id, people } = await stage.scene(2);
    const [owner, member] = people;
    const edited = await owner.say(id, 'walrus one');
    const deleted = await owner.say(id, 'walrus two');
    await owner.patch(`/messages/${edited.id}`, { content: 'narwhal one' });
    await owner.delete(`/messages/${deleted.id}`);
    expect([await found(member, 'walrus'), await found(member, 'narwhal')]).toEqual([[], ['narwhal one']]);
  },

  'G5 S4.44 §6: only members find, for as long as they are members, what is there': async (stage) => {
    const { id, people } = await stage.scene(2);
    const [owner, member] = people;
    const stranger = await stage.person();
    await owner.say(id, 'walrus');
    const counts = async () =>
      Promise.all([owner, member, stranger].map(async (each) => (await found(each, 'walrus')).length));
    expect(await counts()).toEqual([1, 1, 0]);
    await owner.delete(`/conversations/${id}/members/${member.id}`);
    expect(await counts()).toEqual([1, 0, 0]);
    await owner.post(`/conversations/${id}/members`, { memberIds: [member.id] });
    expect(await counts()).toEqual([1, 1, 0]);
    const path = (conversation: string) => `/conversations/${conversation}/messages/search?q=walrus`;
    const answers = await Promise.all([id, NOBODY].map((each) => stranger.call('GET', path(each))));
    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    expect(anonymous(answers[0]?.text ?? '')).toBe(anonymous(answers[1]?.text ?? ''));
  },

  'S4.46 A60 §3: questions that ask for nothing, or wrongly, are refused': async (stage) => {
    const person = await stage.person();
    for (const asked of REFUSED) {
      const refusal = await person.refused('GET', `/search?${new URLSearchParams(asked).toString()}`);
      expect([asked, refusal]).toEqual([asked, anError('validation_failed', { status: 400 })]);
    }
  },

  'S4.29 A62 §3: signs of other languages, and operators that there are not, are text': async (stage) => {
    const { id, people, lines } = await stage.scene(1);
    const [person] = people;
    await lines[0].say(id, 'plain');
    for (const q of ["'; DROP TABLE messages; --", 'pl.*n', 'pl_in', 'p&l|a!', 'in:nowhere plain', 'x:y']) {
      expect([q, await found(person, q)]).toEqual([q, []]);
    }
    expect(await found(person, 'plain')).toEqual(['plain']);
  },

  'S4.29 §5: ready says that messages can be searched': async (stage) => {
    const { lines } = await stage.scene(1);
    expect((await lines[0].ready()).features).toMatchObject({ search: true });
  },
};
