import type { Principal } from '../../kernel/principal.js';

/**
 * Finds the user of a token.
 * @throws `unauthenticated`, `token_expired`.
 */
export abstract class TokenVerifier {
  abstract verify(token: string): Promise<Principal>;
}
