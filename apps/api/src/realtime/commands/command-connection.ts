import type { ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';

/** A connection as far as commands go, of whatever transport. */
export interface CommandConnection {
  readonly connected: boolean;
  readonly data: {
    readonly principal: Principal;
    /** Of a text that it sends, where its transport has a limit of its own. */
    readonly mostCharacters?: number | undefined;
    readonly isReady: boolean;
    /** Resolves once `ready` was sent. */
    readonly ready: Promise<void>;
    /** Why no further command is run. */
    readonly refusal?: ParleyError;
  };
}
