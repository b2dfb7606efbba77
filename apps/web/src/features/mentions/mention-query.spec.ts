import { describe, expect, it } from '@jest/globals';
import type { UserView } from '@parley/protocol';
import { matchPeople, mentionQueryAt, withMention } from './mention-query.js';

/** `|` is the caret. */
function queryIn(marked: string) {
  return mentionQueryAt(marked.replace('|', ''), marked.indexOf('|'));
}

function person(username: string, displayName: string): UserView {
  return { id: username, username, displayName, avatarUrl: null, isBot: false };
}

const PEOPLE = [
  person('tomas.reyes', 'Tomas Reyes'),
  person('ama', 'Ama Okafor'),
  person('jonas', 'Jonas Ämter'),
  person('am', 'Zoe Amann'),
];

describe('The mention at the caret', () => {
  it.each([
    ['@|', 0, ''],
    ['hello @to|', 6, 'to'],
    ['hello @to|mas', 6, 'to'],
    ['(@a.b-c_|)', 1, 'a.b-c_'],
    ['**@ama|**', 2, 'ama'],
    ['one\n@Ö|', 4, 'Ö'],
    ['@ama and @to|', 9, 'to'],
  ])('C3: %s begins at %i', (marked, start, query) => {
    expect(queryIn(marked)).toEqual({ start, query });
  });

  it.each(['me@exa|', 'no mention|', '@ama |', '`@ama|`', '```\n@ama|', 'https://x.org/@ama|', '|@ama'])(
    'C3: %s is none',
    (marked) => {
      expect(queryIn(marked)).toBeNull();
    },
  );

  it('C3: a code span that is not closed yet is text', () => {
    expect(queryIn('a ` tick @to|')).toEqual({ start: 9, query: 'to' });
  });
});

describe('Who is offered', () => {
  const names = (query: string) => matchPeople(PEOPLE, query).map(({ username }) => username);

  it('C3: usernames come first, then names, then parts of either', () => {
    expect(names('am')).toEqual(['ama', 'am', 'jonas']);
    expect(names('o')).toEqual(['ama', 'jonas', 'tomas.reyes', 'am']);
    expect(names('reyes')).toEqual(['tomas.reyes']);
    expect(names('xyz')).toEqual([]);
  });

  it('C3: everybody, eight at most, before a letter is typed', () => {
    const many = Array.from({ length: 20 }, (_, index) => person(`p${index}`, `Person ${index}`));
    expect(matchPeople(many, '')).toHaveLength(8);
  });
});

describe('Inserting a mention', () => {
  it.each([
    ['hello @to|', 'hello @tomas.reyes |'],
    ['hello @to| there', 'hello @tomas.reyes |there'],
    ['hello @to|mas, hi', 'hello @tomas.reyes|, hi'],
    ['@|', '@tomas.reyes |'],
  ])('C3: %s becomes %s', (marked, expected) => {
    const query = queryIn(marked);
    if (!query) throw new Error('no mention is being written');
    const [text, caret] = withMention(marked.replace('|', ''), query, 'tomas.reyes');
    expect(`${text.slice(0, caret)}|${text.slice(caret)}`).toBe(expected);
  });
});
