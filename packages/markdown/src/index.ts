import type { Block } from './ast.js';
import { parseInlines } from './inlines.js';
import { usernamesIn } from './mentions.js';
import { shownIn } from './shown.js';
import { readSections, type Section } from './structure.js';

export type * from './ast.js';
export { codeRanges } from './code-spans.js';

/** Without any of these signs a text is nothing but paragraphs and links, which show what is written. */
const MARKED = /[*_~`[>\-+]|\d[.)]/;

/**
 * Reads the Markdown of chat: `**bold**`, `*italic*` or `_italic_`, `~~strike~~`, code spans and fences, quotes,
 * lists, links, bare web addresses and mentions. Headings, images and HTML are plain text. Never throws; time and
 * size of the tree are linear in the text.
 */
export function parse(text: string): Block[] {
  return readSections(text).map(blockOf);
}

function blockOf(section: Section): Block {
  switch (section.kind) {
    case 'lines':
      return { type: 'paragraph', children: parseInlines(section.lines.map((line) => line.text).join('\n')) };
    case 'fence': {
      const text = section.lines.map((line) => line.text).join('\n');
      return { type: 'codeBlock', language: section.language, text };
    }
    case 'quote':
      return { type: 'quote', children: section.sections.map(blockOf) };
    case 'list': {
      const { ordered, start } = section;
      return { type: 'list', ordered, start, items: section.items.map((item) => item.map(blockOf)) };
    }
  }
}

/** What a reader sees of a text: its words without the signs around them, a line a block; empty fences show none. */
export function shownText(text: string): string {
  return MARKED.test(text) ? shownIn(parse(text)) : text;
}

/**
 * The usernames that a text mentions: `@name` at a word's start, outside code; lower case, each once.
 * Trailing dots, dashes and underscores may be punctuation: "@anna." gives `anna.` and `anna`, and the caller takes
 * the first of them that exists. More than 32 characters are no username.
 */
export function mentionedUsernames(text: string): string[] {
  return text.includes('@') ? usernamesIn(parse(text)) : [];
}
