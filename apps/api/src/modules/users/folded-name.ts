import { foldCase } from '../../kernel/case-folding.js';

/** A name or the beginning of one as it is compared in a search of people. */
export const foldName = (name: string): string => foldCase(name).replace(/\s+/gu, ' ').trim();

/** The columns of a display name. */
export const named = (displayName: string) => ({
  displayName,
  foldedName: foldName(displayName),
  foldedFrom: displayName,
});
