/** Fast enough for every row, and slow enough to be gone beyond by one. */
export const SENDS_PER_SECOND = 100;

/** The one page of another origin that may connect. */
export const ALLOWED_ORIGIN = 'https://good.example';

/** What one user may store: little enough to be filled by a row, and more than any other row uploads. */
export const QUOTA_BYTES = 1_000_000;
