/** What the pages are made of in which an invariant is looked at. */
export type Unit = 'conversations' | 'users' | 'files';

/** What holds in every database that nodes alone have written. */
export interface Invariant {
  /** A clause that says it. */
  sentence: string;
  /** A query of what breaks it within a page: a column of text, a row each. */
  broken: string;
  /**
   * Statements that make what is derived anew within a page, and change nothing where that is right already; none where no
   * other row tells what would be right.
   */
  repair?: readonly string[];
}

/** The ids of a page: those from its first parameter up to its second one. */
export const within = (id: string): string => `${id} >= $1::uuid AND ${id} <= $2::uuid`;

/** Of what breaks an invariant so many are named, for somebody to look at. */
export const EXAMPLES = 3;
