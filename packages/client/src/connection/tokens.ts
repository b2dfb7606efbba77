/** `connect`: any that is still good. `expiring`: the next one. `refused`: another than the last. */
export type TokenReason = 'connect' | 'expiring' | 'refused';

/** Brings an access token; null: nobody is signed in. A rejection (no network, say) is neither. */
export type TokenSource = (reason: TokenReason) => Promise<string | null>;

/** The tokens of one client: asked for once at a time, and remembered for requests. */
export class Tokens {
  private held: string | null = null;
  private readonly asked = new Map<TokenReason, Promise<string | null>>();

  constructor(private readonly source: TokenSource) {}

  /** Those who ask for the same reason at the same time share one answer. */
  ask(reason: TokenReason): Promise<string | null> {
    const pending = this.asked.get(reason);
    if (pending) return pending;
    const asking = this.bring(reason).finally(() => this.asked.delete(reason));
    this.asked.set(reason, asking);
    return asking;
  }

  /** For a request: the one held, else one that is asked for. */
  async current(): Promise<string | null> {
    return this.held ?? this.ask('connect');
  }

  /** Another token than the refused one. */
  async replace(refused: string): Promise<string | null> {
    return this.held !== null && this.held !== refused ? this.held : this.ask('refused');
  }

  /** The next request asks again: another person may be signed in by then. */
  forget(): void {
    this.held = null;
  }

  private async bring(reason: TokenReason): Promise<string | null> {
    this.held = await this.source(reason);
    return this.held;
  }
}
