/** Fast enough for every row, and slow enough to be gone beyond by one. */
export const SENDS_PER_SECOND = 100;

/** The one page of another origin that may connect. */
export const ALLOWED_ORIGIN = 'https://good.example';
