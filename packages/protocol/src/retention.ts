/** For how long the messages of a conversation are kept. */
export interface Retention {
  /** As its owners have set it; null: as the server has it. */
  days: number | null;
  /** What holds where they have not; null: for ever. */
  serverDays: number | null;
}

export interface RetentionBody {
  /** 1 to 36,500; null: as the server has it. */
  days: number | null;
}

/** Whether the messages of a conversation stay, however old they are. */
export interface Hold {
  isHeld: boolean;
}
