import { Fragment } from 'react';

const OPEN = '\u2068';
const CLOSE = '\u2069';
const CONTROLS = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * Isolates text of people within a sentence of the app, so that its direction does not change that of the rest. Marks
 * that would end the isolation are removed.
 */
export function isolate(words: string): string {
  return OPEN + words.replace(CONTROLS, '') + CLOSE;
}

/** For text that is read out only. */
export function withoutIsolates(sentence: string): string {
  return sentence.replaceAll(OPEN, '').replaceAll(CLOSE, '');
}

/** A sentence with its isolated parts as elements. */
export function Isolated({ text }: { text: string }) {
  const parts = text.split(/[\u2068\u2069]/);
  return parts.map((part, index) =>
    index % 2 === 1 ? <bdi key={index}>{part}</bdi> : <Fragment key={index}>{part}</Fragment>,
  );
}
