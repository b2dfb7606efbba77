/** How much the loader makes. */
export interface Size {
  /** Of all conversations together, system messages included. */
  messages: number;
  conversations: number;
  /** The first of them is a member of every conversation. */
  users: number;
}

/** As many conversations and people whatever the number of messages, so that only the histories differ. */
export const sizeOf = (messages: number): Size => ({ messages, conversations: 1_000, users: 200 });

/** The host product's id of the one who is in every conversation. */
export const ASKER = 'person-1';
