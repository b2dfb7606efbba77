/** What cannot be understood, with a sentence. */
export class UsageError extends Error {}
