/** Fast enough for every row, and slow enough to be gone beyond by one. */
export const SENDS_PER_SECOND = 100;
