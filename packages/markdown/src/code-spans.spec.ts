import { describe, expect, it } from '@jest/globals';
import { codeRanges } from './index.js';

const codeIn = (text: string) => codeRanges(text).map(([start, end]) => text.slice(start, end));

describe('codeRanges', () => {
  it.each<[string, string[]]>([
    ['no code', []],
    ['a `b` c ``d ` e`` f', ['`b`', '``d ` e``']],
    ['a `b\nc` d', []],
    ['💬 `b`', ['`b`']],
    ['```\na\n```\n`b`', ['```\na\n```', '`b`']],
    ['x ```js\na\nb``` \nc', ['```js\na\nb```']],
    ['```\nnever closed', ['```\nnever closed']],
    ['> `a`\n> ```\n> b\n> ```\nc', ['`a`', '```\n> b\n> ```']],
    ['- a `b`\n  `c`\n1. `d`\n2. `e`', ['`b`', '`c`', '`d`', '`e`']],
    ['`a\r\nb` `c`\r\n', ['` `']],
    ['`` ` `', ['` `']],
  ])('are exact in %j', (text, expected) => {
    expect(codeIn(text)).toEqual(expected);
  });
});
