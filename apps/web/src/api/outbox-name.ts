/** The browser's database with what a user has written and the server does not have yet. */
export const outboxName = (userId: string): string => `parley-${userId}`;
