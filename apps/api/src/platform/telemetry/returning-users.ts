import { forgetOldest } from '../../kernel/forget-oldest.js';

/** How long somebody who has gone counts as one who comes back. */
const MINUTE_MS = 60_000;
/** Users of whom it is known; of more, those who went first are forgotten. */
const MOST_USERS = 10_000;

/** Who had a connection here that ended a moment ago. */
export class ReturningUsers {
  private readonly endings = new Map<string, number>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  ended(userId: string): void {
    this.endings.delete(userId);
    this.endings.set(userId, this.now());
    forgetOldest(this.endings, MOST_USERS);
  }

  /** Whether this user comes back; each ending counts once. */
  returns(userId: string): boolean {
    const at = this.endings.get(userId);
    this.endings.delete(userId);
    return at !== undefined && this.now() - at <= MINUTE_MS;
  }
}
