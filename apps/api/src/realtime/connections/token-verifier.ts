import type { Principal } from '../../kernel/principal.js';

/** Tells whom a token belongs to; throws `unauthenticated` or `token_expired`. */
export abstract class TokenVerifier {
  abstract verify(token: string): Promise<Principal>;
}
