import { describe, expect, it } from '@jest/globals';
import { mentionedUsernames } from './index.js';

describe('mentionedUsernames', () => {
  it.each<[string, string[]]>([
    ['@anna', ['anna']],
    ['@Anna and @ANNA and @bob-2', ['anna', 'bob-2']],
    ['ask @anna.', ['anna.', 'anna']],
    ['@a.b.c... @d_e_', ['a.b.c...', 'a.b.c', 'd_e_', 'd_e']],
    ['@anna, (@bob) "@cy" *@dan* .@eve -@fay', ['anna', 'bob', 'cy', 'dan', 'eve', 'fay']],
    ['> @anna\n- @bob\n  1. @cy\n  2. @dan', ['anna', 'bob', 'cy', 'dan']],
    ['[see @anna](https://example.org)', ['anna']],
    ["@anna's turn, @bobさん", ['anna', 'bob']],
    ['@...', ['...']],
  ])('finds the people named in %j', (text, expected) => {
    expect(mentionedUsernames(text)).toEqual(expected);
  });

  it.each([
    'nobody',
    '`@anna`',
    '``@anna ` @bob``',
    '```\n@anna\n```',
    '> ```\n> @anna\n> ```',
    'me@example.org',
    'a.@anna',
    'https://example.org/@anna',
    '@a',
    '@ anna',
    '@@anna',
    'x/@anna',
    'é@anna',
    '@ünal',
    `@${'a'.repeat(33)}`,
  ])('finds nobody in %j', (text) => {
    expect(mentionedUsernames(text)).toEqual([]);
  });

  it('takes up to 32 characters, and a shorter reading where only punctuation makes it longer', () => {
    const name = 'a'.repeat(32);
    expect(mentionedUsernames(`@${name}`)).toEqual([name]);
    expect(mentionedUsernames(`@${name}.`)).toEqual([name]);
  });
});
