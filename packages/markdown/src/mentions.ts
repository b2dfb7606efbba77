import type { Block, Inline, Mention } from './ast.js';
import { isWordUnit } from './words.js';

const NAME = /[A-Za-z0-9._-]{2,}/y;
const LONGEST = 32;
/** May stand between the start of a word and its `@`: "**@anna**", ".@anna". */
const LEADING = new Set(['*', '_', '~', '.', '-', '+'].map((sign) => sign.charCodeAt(0)));
/** Before an `@` these make it part of an address or a path, not a mention. */
const ADDRESS = new Set(['@', '/', '\\', '=', '&', '#', '%'].map((sign) => sign.charCodeAt(0)));

/** The mention whose `@` is at `at`, or null. */
export function mentionAt(text: string, at: number): Mention | null {
  if (!isWordStart(text, at)) return null;
  NAME.lastIndex = at + 1;
  const run = NAME.exec(text)?.[0];
  if (run === undefined) return null;
  const trimmed = withoutTrailingSigns(run);
  const readings = trimmed === run ? [run] : [run, trimmed];
  const usernames = readings.filter((name) => name.length >= 2 && name.length <= LONGEST);
  if (usernames.length === 0) return null;
  return {
    type: 'mention',
    text: `@${usernames.at(-1) as string}`,
    usernames: usernames.map((name) => name.toLowerCase()),
  };
}

function isWordStart(text: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && LEADING.has(text.charCodeAt(before))) before--;
  if (before < 0) return true;
  const unit = text.charCodeAt(before);
  return !isWordUnit(unit) && !ADDRESS.has(unit);
}

function withoutTrailingSigns(run: string): string {
  let length = run.length;
  while (length > 0 && '._-'.includes(run[length - 1] as string)) length--;
  return run.slice(0, length);
}

/** The names of all mentions in the tree, each once, in order of appearance. */
export function usernamesIn(blocks: Block[]): string[] {
  const names = new Set<string>();
  for (const block of blocks) collectBlock(block, names);
  return [...names];
}

function collectBlock(block: Block, names: Set<string>): void {
  if (block.type === 'paragraph') collectInlines(block.children, names);
  else if (block.type === 'quote') for (const child of block.children) collectBlock(child, names);
  else if (block.type === 'list') for (const child of block.items.flat()) collectBlock(child, names);
}

function collectInlines(nodes: Inline[], names: Set<string>): void {
  for (const node of nodes) {
    if (node.type === 'mention') for (const name of node.usernames) names.add(name);
    else if (node.type !== 'text' && node.type !== 'code') collectInlines(node.children, names);
  }
}
