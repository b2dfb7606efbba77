/** With small limits, only groups of up to so many receive marks: all five of a seed are one too many. */
export const SMALL_GROUP = 4;
