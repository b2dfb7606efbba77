import { Inject, Injectable } from '@nestjs/common';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { CONFIG, type Config, type HostTokens as HostTokenSettings } from '../../config/config.js';
import { ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { HostAccounts } from './host-accounts.js';
import { checkTimes, LEEWAY_SECONDS } from './token-claims.js';

interface Verifier {
  settings: HostTokenSettings;
  algorithms: string[];
  key: Uint8Array | JWTVerifyGetKey;
}

/** Tokens of the host product's identity provider. How they are signed is what the configuration says, not they. */
@Injectable()
export class HostTokens {
  private readonly verifier: Verifier | null;

  constructor(
    @Inject(CONFIG) { hostTokens }: Config,
    private readonly accounts: HostAccounts,
  ) {
    this.verifier = hostTokens && verifierOf(hostTokens);
  }

  /** Whether tokens of this issuer are the host product's. */
  isIssuer(issuer: unknown): boolean {
    return this.verifier !== null && issuer === this.verifier.settings.issuer;
  }

  /**
   * Who the token belongs to; created if they were never seen before.
   * @throws `token_expired`, `unauthenticated`, or `service_unavailable` where the provider's keys cannot be fetched.
   */
  async verify(token: string): Promise<Principal> {
    const claims = await this.claimsOf(token);
    const expiresAt = checkTimes(claims);
    const user = await this.accounts.of(claims);
    if (!user || user.isDisabled) throw new ParleyError('unauthenticated');
    return { userId: user.id, isBot: user.isBot, sessionId: null, expiresAt, scopes: scopesOf(claims) };
  }

  private async claimsOf(token: string): Promise<JWTPayload> {
    if (!this.verifier) throw new ParleyError('unauthenticated');
    const { settings, algorithms, key } = this.verifier;
    // With this leeway the library lets late tokens pass; `checkTimes` is exact about `exp`.
    const { issuer, audience } = settings;
    const options = { issuer, audience, algorithms, clockTolerance: LEEWAY_SECONDS };
    try {
      const { payload } =
        key instanceof Uint8Array ? await jwtVerify(token, key, options) : await jwtVerify(token, key, options);
      return payload;
    } catch (fault) {
      throw refusal(fault);
    }
  }
}

function verifierOf(settings: HostTokenSettings): Verifier {
  if ('secret' in settings) return { settings, algorithms: ['HS256'], key: new TextEncoder().encode(settings.secret) };
  return { settings, algorithms: ['RS256', 'ES256', 'EdDSA'], key: createRemoteJWKSet(new URL(settings.jwksUrl)) };
}

/** The signature was checked first: an expired token was once a good one. */
function refusal(fault: unknown): ParleyError {
  if (fault instanceof errors.JWTExpired) return new ParleyError('token_expired');
  const isTokensFault = fault instanceof errors.JOSEError && !isProvidersFault(fault);
  return new ParleyError(isTokensFault ? 'unauthenticated' : 'service_unavailable', {}, { cause: fault });
}

/** The key set was late, unreachable or garbled. */
const isProvidersFault = (fault: errors.JOSEError): boolean =>
  fault instanceof errors.JWKSTimeout || fault instanceof errors.JWKSInvalid || fault.code === 'ERR_JOSE_GENERIC';

function scopesOf({ scope, scopes }: JWTPayload): string[] {
  const listed = scope ?? scopes;
  if (typeof listed === 'string') return listed.split(' ').filter(Boolean);
  return Array.isArray(listed) ? listed.filter((each) => typeof each === 'string') : [];
}
