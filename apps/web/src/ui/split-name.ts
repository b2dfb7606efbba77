/** What sets the direction of text, or draws nothing by itself: in a name either would show another ending than there is. */
const DECEIVING = /[\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\p{Cc}]/gu;
/** Of the end, graphemes that always stay in view beside the extension. */
const KEPT = 3;
const LONGEST_EXTENSION = 12;
/** A name of so many fits everywhere. */
const SHORT = 20;

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** A name in two parts, of which the second, with the extension, is never shortened; a short one is all of it. */
export function splitName(name: string): { start: string; end: string } {
  const shown = [...segmenter.segment(name.replace(DECEIVING, ''))].map(({ segment }) => segment);
  if (shown.length <= SHORT) return { start: '', end: shown.join('') };
  const dot = shown.lastIndexOf('.');
  const isExtension = dot > 0 && shown.length - dot <= LONGEST_EXTENSION;
  const cut = Math.max(0, (isExtension ? dot : shown.length) - KEPT);
  return { start: shown.slice(0, cut).join(''), end: shown.slice(cut).join('') };
}
