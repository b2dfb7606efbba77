import { Fragment } from 'react';

const OPEN = '\u2068';
const CLOSE = '\u2069';
const CONTROLS = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * Words of people within a sentence of ours, or one of ours within theirs: whatever their direction, the rest keeps its
 * own. Marks that would reach beyond are taken out.
 */
export function isolate(words: string): string {
  return OPEN + words.replace(CONTROLS, '') + CLOSE;
}

/** For what is read out and never drawn. */
export function withoutIsolates(sentence: string): string {
  return sentence.replaceAll(OPEN, '').replaceAll(CLOSE, '');
}

/** A sentence whose isolated words are elements. */
export function Isolated({ text }: { text: string }) {
  const parts = text.split(/[\u2068\u2069]/);
  return parts.map((part, index) =>
    index % 2 === 1 ? <bdi key={index}>{part}</bdi> : <Fragment key={index}>{part}</Fragment>,
  );
}
