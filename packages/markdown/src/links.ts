import { isWordUnit } from './words.js';

// Letters are spelled out: with the flags `i` and `u` together, `s` also matches U+017F, and httpſ:// is not https://.
const BARE = /[hH][tT][tT][pP][sS]?:\/\/(?=[\p{L}\p{N}])[^\s<>"`[\]\p{Cc}\p{Cf}\p{Cs}]+/uy;
const SCHEME = /^(?:[hH][tT][tT][pP][sS]?:\/\/(?=[\p{L}\p{N}[])|[mM][aA][iI][lL][tT][oO]:(?=[^?]{0,320}@))/u;
/** Parentheses, and what no address contains. */
const BOUNDARY = /[()\s<>"`\\\p{Cc}\p{Cf}\p{Cs}]/gu;
const TRAILING = new Set(".,:;!?'*_~|)。，、！？）」』】");

/** The end of the bare web address that starts at `at`, or -1. The punctuation of the sentence around it stays outside. */
export function bareLinkEnd(text: string, at: number): number {
  if (at > 0 && isWordUnit(text.charCodeAt(at - 1))) return -1;
  BARE.lastIndex = at;
  const address = BARE.exec(text)?.[0];
  return address === undefined ? -1 : at + lengthWithoutPunctuation(address);
}

function lengthWithoutPunctuation(address: string): number {
  let unopened = 0;
  for (const char of address) {
    if (char === '(') unopened--;
    else if (char === ')') unopened++;
  }
  let length = address.length;
  for (; TRAILING.has(address[length - 1] as string); length--) {
    if (address[length - 1] !== ')') continue;
    if (unopened <= 0) break;
    unopened--;
  }
  return length;
}

/** True for http, https and mailto addresses; takes only what `pairParentheses` found. */
export function isLinkTarget(target: string): boolean {
  return SCHEME.test(target);
}

/** Opening to closing parenthesis, for all pairs with nothing between them that an address cannot contain. */
export function pairParentheses(text: string): Map<number, number> {
  const pairs = new Map<number, number>();
  let open: number[] = [];
  for (const { 0: sign, index } of text.matchAll(BOUNDARY)) {
    if (sign === '(') open.push(index);
    else if (sign !== ')') open = [];
    else if (open.length > 0) pairs.set(open.pop() as number, index);
  }
  return pairs;
}
