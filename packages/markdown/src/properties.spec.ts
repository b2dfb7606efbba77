import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { Block, Inline, Link } from './index.js';
import { codeRanges, mentionedUsernames, parse } from './index.js';

const piece = fc.constantFrom(
  '*',
  '**',
  '***',
  '_',
  '~~',
  '`',
  '``',
  '```',
  '[',
  ']',
  '(',
  ')',
  '](',
  '> ',
  '>',
  '- ',
  '* ',
  '1. ',
  '2. ',
  '  ',
  ' ',
  '\n',
  '\n\n',
  '\r\n',
  '\\',
  '@',
  '@anna',
  '.',
  'a',
  'é',
  '字',
  '💬',
  '\ud800',
  'http://',
  'https://x.org',
  'mailto:a@b',
  'javascript:',
  'data:',
  '<b>',
  '"',
  '!',
  '#',
  '0',
  '7',
);
const text = fc.oneof(
  fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary' }),
);
const runs = { numRuns: 3000 };

/** Everything that a reader gets, addresses behind labels and the numbers of lists included. */
function reading(blocks: Block[]): string {
  return blocks.map(readingOfBlock).join('');
}

function readingOfBlock(block: Block): string {
  if (block.type === 'paragraph') return block.children.map(readingOfInline).join('');
  if (block.type === 'codeBlock') return (block.language ?? '') + block.text;
  if (block.type === 'quote') return reading(block.children);
  return block.items.map((item, index) => (block.ordered ? block.start + index : '') + reading(item)).join('');
}

function readingOfInline(node: Inline): string {
  if (node.type === 'text' || node.type === 'code' || node.type === 'mention') return node.text;
  const inner = node.children.map(readingOfInline).join('');
  return node.type === 'link' && inner !== node.href ? inner + node.href : inner;
}

const withoutMarks = (value: string) => value.replace(/[\s`*_~[\]()>.-]/g, '');

function inlinesOf(blocks: Block[]): Inline[] {
  return blocks.flatMap((block) => {
    if (block.type === 'paragraph') return block.children.flatMap(withDescendants);
    if (block.type === 'quote') return inlinesOf(block.children);
    return block.type === 'list' ? block.items.flatMap(inlinesOf) : [];
  });
}

function withDescendants(node: Inline): Inline[] {
  return 'children' in node ? [node, ...node.children.flatMap(withDescendants)] : [node];
}

describe('any text', () => {
  it('loses and gains nothing but marks', () => {
    fc.assert(
      fc.property(text, (value) => {
        // The same address as label and target is shown once.
        fc.pre(!/\[(.*)\]\(\1\)/s.test(value));
        expect(withoutMarks(reading(parse(value)))).toBe(withoutMarks(value));
      }),
      runs,
    );
  });

  it('links only to http, https and mailto, never to nothing, never within a link', () => {
    fc.assert(
      fc.property(text, (value) => {
        const links = inlinesOf(parse(value)).filter((node): node is Link => node.type === 'link');
        for (const link of links) {
          expect(link.href).toMatch(/^(https?:\/\/|mailto:)\S+$/i);
          expect([undefined, 'http:', 'https:', 'mailto:']).toContain(URL.parse(link.href)?.protocol);
          expect(link.children.length).toBeGreaterThan(0);
          expect(link.children.flatMap(withDescendants).some((node) => node.type === 'link')).toBe(false);
        }
      }),
      runs,
    );
  });

  it('has the same code for codeRanges as for parse, in order and without overlap', () => {
    fc.assert(
      fc.property(text, (value) => {
        const ranges = codeRanges(value);
        let last = 0;
        for (const [start, end] of ranges) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          expect(value[start]).toBe('`');
          last = end;
        }
        expect(last).toBeLessThanOrEqual(value.length);
        expect(ranges).toHaveLength(codeNodes(parse(value)));
      }),
      runs,
    );
  });

  it('mentions only usernames', () => {
    fc.assert(
      fc.property(text, (value) => {
        const names = mentionedUsernames(value);
        expect(new Set(names).size).toBe(names.length);
        for (const name of names) expect(name).toMatch(/^[a-z0-9._-]{2,32}$/);
      }),
      runs,
    );
  });
});

function codeNodes(blocks: Block[]): number {
  return blocks.reduce((sum, block) => {
    if (block.type === 'codeBlock') return sum + 1;
    if (block.type === 'quote') return sum + codeNodes(block.children);
    if (block.type === 'list') return sum + codeNodes(block.items.flat());
    return sum + block.children.flatMap(withDescendants).filter((node) => node.type === 'code').length;
  }, 0);
}

describe('hostile text', () => {
  const patterns = [
    '[',
    ']',
    '*',
    '*a ',
    '**a ',
    '***a',
    '_a ',
    '~~a ',
    'a* ',
    '`',
    '` `` ',
    '``` ',
    '```\n',
    'x ```\n',
    '> ',
    '>',
    '> > ',
    '- ',
    '- a\n',
    '  - a\n',
    '1. a\n',
    '1. a\n  b\n',
    '[a](',
    '[a](http://',
    '[](http://',
    '[a](mailto:',
    '](',
    '(((',
    '[[a]](',
    'http://',
    'http://a',
    'h',
    'http://a)',
    '@',
    '@a.',
    '@-',
    '.@',
    '\\',
    '\\*',
    '*[a ',
    '[*a](http://x.org)',
    ' ',
    '\n',
    '> \n',
  ];

  it.each(patterns)('made of %j costs time in proportion to its length', (pattern) => {
    const hostile = (length: number) => {
      const half = pattern.repeat(length / pattern.length / 2);
      return `${half})"${half})`;
    };
    const work = (length: number) => {
      const value = hostile(length);
      const spies = [jest.spyOn(String.prototype, 'charCodeAt'), jest.spyOn(Map.prototype, 'get')];
      const exec = jest.spyOn(RegExp.prototype, 'exec');
      parse(value);
      const calls = [...spies, exec].reduce((sum, spy) => sum + spy.mock.calls.length, 0);
      jest.restoreAllMocks();
      return calls;
    };
    expect(work(8_000)).toBeLessThanOrEqual(work(2_000) * 5 + 200);

    const large = hostile(160_000);
    const before = process.cpuUsage();
    parse(large);
    codeRanges(large);
    mentionedUsernames(large);
    // In microseconds of this process, whatever else runs: a bound for what the calls counted above do not show.
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(10_000_000);
  });

  it.each([
    ['[', 'a* '],
    ['*a ', 'b** '],
    ['[', ']'],
    ['*a [', 'x](y) '],
  ])('that opens %j and closes %j costs time in proportion to its length', (opening, closing) => {
    const before = process.cpuUsage();
    parse(opening.repeat(40_000) + closing.repeat(40_000));
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(3_000_000);
  });

  it('makes no tree deeper than 40', () => {
    const depth = (nodes: Inline[]): number =>
      nodes.reduce((deepest, node) => Math.max(deepest, 'children' in node ? 1 + depth(node.children) : 1), 0);
    const [paragraph] = parse(`${'*a _b **c '.repeat(500)}${'d** e_ f* '.repeat(500)}`);
    expect(paragraph?.type === 'paragraph' ? depth(paragraph.children) : Infinity).toBeLessThanOrEqual(40);
  });
});
