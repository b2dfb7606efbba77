import { describe, expect, it } from '@jest/globals';
import type { Block, Inline } from './index.js';
import { parse } from './index.js';

/** A compact writing of the tree: (strong …), <href …>, {mention}, `code`. */
function sketch(nodes: Inline[]): string {
  return nodes
    .map((node) => {
      if (node.type === 'text') return node.text;
      if (node.type === 'code') return `\`${node.text}\``;
      if (node.type === 'mention') return `{${node.text}}`;
      if (node.type === 'link') return `<${node.href}|${sketch(node.children)}>`;
      return `(${node.type} ${sketch(node.children)})`;
    })
    .join('');
}

function sketchBlock(block: Block): string {
  if (block.type === 'paragraph') return `p:${sketch(block.children)}`;
  if (block.type === 'codeBlock') return `code(${block.language}):${block.text}`;
  if (block.type === 'quote') return `quote[${block.children.map(sketchBlock).join(' | ')}]`;
  const items = block.items.map((item) => item.map(sketchBlock).join(' | '));
  return `${block.ordered ? `list ${block.start}` : 'list'}[${items.join(' ; ')}]`;
}

const read = (text: string) => parse(text).map(sketchBlock);
const inline = (text: string) => read(text).join('\n').replace(/^p:/, '');

describe('styles', () => {
  it.each([
    ['**bold** and *italic* or _italic_', '(strong bold) and (emphasis italic) or (emphasis italic)'],
    ['~~gone~~ but ~kept~', '(strike gone) but ~kept~'],
    ['***both***', '(emphasis (strong both))'],
    ['**a *b* c**', '(strong a (emphasis b) c)'],
    ['*a **b** c*', '(emphasis a (strong b) c)'],
    ['***a** b*', '(emphasis (strong a) b)'],
    ['*two\nlines*', '(emphasis two\nlines)'],
    ['_**@**_', '(emphasis (strong @))'],
    ['这是**重点**文字', '这是(strong 重点)文字'],
  ])('are read in %j', (text, expected) => {
    expect(inline(text)).toBe(expected);
  });

  it.each([
    '2*3*4',
    '2 * 3 * 4',
    'snake_case_name',
    '__init__',
    'a ** b ** c',
    '**open',
    'closed**',
    '*.txt and *.md',
    '****',
    '¯\\_(ツ)_/¯',
    '\\*literal\\*',
    '**a *',
    '~~',
    '*a**',
    'for (*p = q; *p; p++)',
    '# no heading',
    '1 < 2 > 0 &amp;',
    '<b onclick=x>html</b>',
    '*first paragraph',
  ])('are not read into %j', (text) => {
    expect(read(text)).toEqual([`p:${text}`]);
  });

  it('do not go over the end of a paragraph', () => {
    expect(read('*a\n\nb*')).toEqual(['p:*a', 'p:b*']);
  });
});

describe('code', () => {
  it.each([
    ['say `x < y` now', 'say `x < y` now'],
    ['`` a ` b ``', '`a ` b`'],
    ['`**not bold** @nobody http://example.org`', '`**not bold** @nobody http://example.org`'],
    ['*a `*` b*', '(emphasis a `*` b)'],
    ['one ` only', 'one ` only'],
    ['`not over\nlines`', '`not over\nlines`'],
    ['`a` ``b` c``', '`a` `b` c`'],
  ])('spans are read in %j', (text, expected) => {
    expect(inline(text)).toBe(expected);
  });

  it.each<[string, string[]]>([
    ['```\na\n  b\n\nc\n```', ['code(null):a\n  b\n\nc']],
    ['```ts\nlet a;\n```\nafter', ['code(ts):let a;', 'p:after']],
    ['```let a = 1;\nlet b;```', ['code(null):let a = 1;\nlet b;']],
    ['see: ```c++\nint x;\n```', ['p:see:', 'code(c++):int x;']],
    ['````\n```\n````', ['code(null):```']],
    ['```\nnever closed\n**x**', ['code(null):never closed\n**x**']],
    ['no end for ```js\nx', ['p:no end for ```js\nx']],
    ['```one line```', ['p:`one line`']],
    ['```', ['p:```']],
    ['```\r\na\r\n```\r\n', ['code(null):a']],
    ['> ```\n> a\n> ```\nb', ['quote[code(null):a]', 'p:b']],
    ['- ```\n  a\n  ```\nb', ['list[code(null):a]', 'p:b']],
  ])('fences are read in %j', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});

describe('quotes and lists', () => {
  it.each<[string, string[]]>([
    ['> a\n> b\nc', ['quote[p:a\nb]', 'p:c']],
    ['> a\n>\n> b', ['quote[p:a | p:b]']],
    ['> > a', ['quote[quote[p:a]]']],
    ['> - a\n> - b', ['quote[list[p:a ; p:b]]']],
    ['- a\n- b', ['list[p:a ; p:b]']],
    ['* a\n  more\n  - deep\n* b', ['list[p:a\nmore | list[p:deep] ; p:b]']],
    ['before\n- a\nafter', ['p:before', 'list[p:a]', 'p:after']],
    ['1. a\n2. b', ['list 1[p:a ; p:b]']],
    ['9) a\n10) b', ['list 9[p:a ; p:b]']],
    ['> > > > > deep', ['quote[quote[quote[quote[p:> deep]]]]']],
  ])('are read in %j', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each([
    '1986. A great year',
    '1986. A great year\n1987. Another',
    '10. May is my birthday',
    '1. one\n1. one',
    '3. c\n2. b',
    '01. a\n02. b',
    '1.5 and 2. no',
    '>_<',
    '>>> import os',
    '>',
    '-1',
    '- ',
    '--',
    '+ plus',
    '*waves',
  ])('are not read into %j', (text) => {
    expect(read(text)).toEqual([`p:${text}`]);
  });
});

describe('links', () => {
  const address = 'https://example.org/a_(b)?c=d&e=*f*#g';
  it.each([
    [address, `<${address}|${address}>`],
    ['see (https://x.org/a_(b)).', 'see (<https://x.org/a_(b)|https://x.org/a_(b)>).'],
    ['see http://example.org.', 'see <http://example.org|http://example.org>.'],
    ['(HTTP://EXAMPLE.ORG/x)', '(<HTTP://EXAMPLE.ORG/x|HTTP://EXAMPLE.ORG/x>)'],
    ['<http://example.org>', '<<http://example.org|http://example.org>>'],
    ['**https://example.org/**', '(strong <https://example.org/|https://example.org/>)'],
    ['http://例え.jp/道。', '<http://例え.jp/道|http://例え.jp/道>。'],
    ['https://example.org/@anna', '<https://example.org/@anna|https://example.org/@anna>'],
    [`[**t** [x]](${address})`, `<${address}|(strong t) [x]>`],
    ['[mail](MailTo:anna@example.org)', '<MailTo:anna@example.org|mail>'],
    ['![alt](http://example.org/x.png)', '!<http://example.org/x.png|alt>'],
    ['[*a b](http://x.org) c*', '<http://x.org|*a b> c*'],
    ['[http://x.org](http://x.org)', '<http://x.org|http://x.org>'],
  ])('are read in %j', (text, expected) => {
    expect(inline(text)).toBe(expected);
  });

  it.each([
    '[x](javascript:alert(1))',
    '[x](JAVASCRIPT:alert(1))',
    '[x](data:text/html,<b>)',
    '[x](vbscript:x)',
    '[x](//x.org)',
    '[x](java\tscript:alert(1))',
    '[x](\u0001javascript:alert(1))',
    '[x]( javascript:alert(1))',
    '[x](file:///etc)',
    '[x](http:x.org)',
    '[x](httpſ://x.org)',
    'httpſ://x.org',
    '[x](https:\\\\x.org)',
    '[x](mailto:nobody)',
    'ftp://x.org',
    'javascript://x.org',
    'data:text/html,x',
    'http://',
    'https://.',
    'xhttp://x.org',
    '[x](javascript:a x)',
    '[](#)',
    '[x]',
    '[x](y)',
    '[x](y://"onclick=y)',
  ])('are not read into %j', (text) => {
    expect(inline(text)).toBe(text);
  });

  it('have no space or quote in their address', () => {
    expect(inline('[x](https://x.org onclick=y)')).toBe('[x](<https://x.org|https://x.org> onclick=y)');
    expect(inline('[x](https://x.org/"y)')).toBe('[x](<https://x.org/|https://x.org/>"y)');
  });

  it('hide no address behind another one, and nothing behind an empty label', () => {
    expect(inline('[https://good.org](https://bad.org)')).toBe(
      '[<https://good.org|https://good.org>](<https://bad.org|https://bad.org>)',
    );
    expect(inline('[ ](https://bad.org)')).toBe('[ ](<https://bad.org|https://bad.org>)');
  });

  it('hold no other link', () => {
    expect(inline('[a [b](http://b.org) c](http://c.org)')).toBe('[a <http://b.org|b> c](<http://c.org|http://c.org>)');
    expect(inline('[http://a.org[*http://b.org*]](http://a.org[*http://b.org*])')).not.toMatch(
      /<[^<>]*<[^<>]*<[^<>]*>/,
    );
  });

  it('and styles still work behind many brackets', () => {
    expect(inline(`${'[x] '.repeat(40)}**b**`)).toBe(`${'[x] '.repeat(40)}(strong b)`);
  });
});

describe('mentions', () => {
  it.each([
    ['@anna hi', '{@anna} hi'],
    ['hi @Anna.', 'hi {@Anna}.'],
    ['**@anna** _@bob_', '(strong {@anna}) (emphasis {@bob})'],
    ['(@anna), "@bob"', '({@anna}), "{@bob}"'],
    ['你好@anna', '你好{@anna}'],
    ['me@example.org @@anna x/@anna @a', 'me@example.org @@anna x/@anna @a'],
  ])('are read in %j', (text, expected) => {
    expect(inline(text)).toBe(expected);
  });
});
