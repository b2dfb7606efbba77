import { Inject, Injectable } from '@nestjs/common';
import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { CONFIG, type Config, type HostTokens as HostTokenSettings } from '../../config/config.js';
import { ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { HostAccounts } from './host-accounts.js';
import { PublicKeys } from './public-keys.js';
import { scopesOf } from './scopes.js';
import { checkTimes, LEEWAY_SECONDS, refused } from './token-claims.js';

interface Verifier {
  settings: HostTokenSettings;
  /** The claims of a token whose signature, issuer and audience are right. */
  claimsOf(token: string): Promise<JWTPayload>;
}

/** Tokens of the host product's identity provider. The configuration sets how they are signed, not their headers. */
@Injectable()
export class HostTokens {
  private readonly verifier: Verifier | null;

  constructor(
    @Inject(CONFIG) { hostTokens }: Config,
    private readonly accounts: HostAccounts,
    private readonly reporter: EventReporter,
  ) {
    this.verifier = hostTokens && verifierOf(hostTokens);
  }

  /** Whether tokens of this issuer are the host product's. */
  isIssuer(issuer: unknown): boolean {
    return this.verifier !== null && issuer === this.verifier.settings.issuer;
  }

  /**
   * The user of the token, created when first seen. The reason of a refusal is logged and never answered.
   * @throws `token_expired`, `unauthenticated`, or `service_unavailable` where the provider's keys cannot be fetched.
   */
  async verify(token: string): Promise<Principal> {
    try {
      return await this.principalOf(token);
    } catch (fault) {
      const refusal = refusalFor(fault);
      this.reporter.hostTokenRefused(refusal.code, { reason: reasonOf(refusal), ...signatureOf(token) });
      throw refusal;
    }
  }

  private async principalOf(token: string): Promise<Principal> {
    if (!this.verifier) throw new ParleyError('unauthenticated');
    const claims = await this.verifier.claimsOf(token);
    const expiresAt = checkTimes(claims);
    const user = await this.accounts.of(claims);
    if (!user) throw refused('"sub" is missing, or is not text of 1 to 255 characters');
    if (user.isDisabled) throw refused('the user is disabled');
    return { userId: user.id, isBot: user.isBot, sessionId: null, expiresAt, scopes: scopesOf(claims) };
  }
}

function verifierOf(settings: HostTokenSettings): Verifier {
  const { issuer, audience } = settings;
  // With this leeway the library lets late tokens pass; `checkTimes` is exact about `exp`.
  const options: JWTVerifyOptions = { issuer, audience, clockTolerance: LEEWAY_SECONDS };
  if ('jwksUrl' in settings) {
    const keys = new PublicKeys(new URL(settings.jwksUrl));
    return { settings, claimsOf: (token) => keys.verify(token, options) };
  }
  const secret = new TextEncoder().encode(settings.secret);
  const symmetric = { ...options, algorithms: ['HS256'] };
  return { settings, claimsOf: async (token) => (await jwtVerify(token, secret, symmetric)).payload };
}

/** The signature was checked first: an expired token was once a good one. */
function refusalFor(fault: unknown): ParleyError {
  if (fault instanceof ParleyError) return fault;
  if (fault instanceof errors.JWTExpired) return new ParleyError('token_expired', {}, { cause: fault });
  const isTokensFault = fault instanceof errors.JOSEError && !isProvidersFault(fault);
  return new ParleyError(isTokensFault ? 'unauthenticated' : 'service_unavailable', {}, { cause: fault });
}

/** The key set was late, unreachable or garbled. */
const isProvidersFault = (fault: errors.JOSEError): boolean =>
  fault instanceof errors.JWKSTimeout || fault instanceof errors.JWKSInvalid || fault.code === 'ERR_JOSE_GENERIC';

const reasonOf = ({ cause, message }: ParleyError): string => (cause instanceof Error ? cause.message : message);

/** What a token's header has about its signature, as far as it can be read. */
function signatureOf(token: string): { alg?: string; kid?: string | null } {
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    return { alg: String(alg).slice(0, 20), kid: kid === undefined ? null : String(kid).slice(0, 100) };
  } catch {
    return {};
  }
}
