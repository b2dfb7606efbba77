/** What is shown in place of words by somebody whom the reader blocks. */
export const BLOCKED_WORDS = 'Message from somebody you blocked';
