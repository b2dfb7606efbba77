import type { Target } from './target.js';

/** One attack: what is tried, and what has to become of it. */
export interface Row {
  /** `A12`: docs/requirements.md. Several rows may try one attack. */
  id: string;
  /** What is tried, and how it ends. */
  title: string;
  /** Why only a deployment that was started for it will do; missing: any. */
  needs?: 'own node';
  /** Tables that may change; every row of every other one has to stay as it is. */
  changes?: readonly string[];
  /** Ends nodes and starts them again. */
  isRestarting?: boolean;
  /** Takes the database away: 503 with `service_unavailable` is a right answer meanwhile. */
  isDatabaseAway?: boolean;
  /** Takes so long that only `npm run attacks` plays it, and not `npm test`. */
  isSlow?: boolean;
  /** Plays it. What has to hold is passed to `target.must`; what it throws fails the row, too. */
  run(target: Target): Promise<void>;
}
