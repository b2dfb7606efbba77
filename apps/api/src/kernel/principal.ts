/** The sender of a command, by its token. */
export interface Principal {
  userId: string;
  isBot: boolean;
  /** The session of Parley's own accounts that the token belongs to, or of a bot the token's own id; null for host tokens. */
  sessionId: string | null;
  /** When the token ends, in milliseconds since 1970. */
  expiresAt: number;
  /** Scopes of a host token. */
  scopes: readonly string[];
}
