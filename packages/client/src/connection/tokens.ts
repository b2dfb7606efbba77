import type { SdkErrorCode } from '../sdk-error.js';
import { within } from '../within.js';

/** A source that does not answer by then has failed; it is called anew. */
const TIMEOUT_MS = 20_000;

/** `connect`: any that is still good. `expiring`: the next one. `refused`: another than the last. */
export type TokenReason = 'connect' | 'expiring' | 'refused';

/** Returns an access token; null: no user is signed in. A rejection (no network, say) means neither. */
export type TokenSource = (reason: TokenReason) => Promise<string | null>;

/** The tokens of one client: one call of the source at a time, and the last token kept for requests. */
export class Tokens {
  #held: string | null = null;
  #asked = new Map<TokenReason, Promise<string | null>>();

  constructor(private readonly source: TokenSource) {}

  /** Callers with the same reason at the same time share one answer. */
  ask(reason: TokenReason): Promise<string | null> {
    const asked = this.#asked;
    let asking = asked.get(reason);
    if (!asking) {
      asking = this.#bring(reason).finally(() => asked.delete(reason));
      asked.set(reason, asking);
    }
    return asking;
  }

  /** For a request: the kept one, else a new one. */
  async current(): Promise<string | null> {
    return this.#held ?? this.ask('connect');
  }

  /** Another token than the refused one. */
  async replace(refused: string): Promise<string | null> {
    return this.#held !== null && this.#held !== refused ? this.#held : this.ask('refused');
  }

  /** Another user may be signed in from now on: a token that is kept or on its way is not theirs. */
  forget(): void {
    this.#held = null;
    this.#asked = new Map();
  }

  async #bring(reason: TokenReason): Promise<string | null> {
    const asked = this.#asked;
    const token = await within(TIMEOUT_MS, this.source(reason), 'getToken does not answer.');
    if (asked === this.#asked) this.#held = token;
    return token;
  }
}

/** Whether it is the token that is refused. */
export function isOfToken({ code }: { code: SdkErrorCode }): boolean {
  return code === 'unauthenticated' || code === 'token_expired';
}
