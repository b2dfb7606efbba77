import { SignJWT } from 'jose';

/** The identity provider of a host product, played by us: HS256 with a shared secret. */
export interface Issuer {
  issuer: string;
  audience: string;
  secret: string;
}

export const DEFAULT_ISSUER: Issuer = {
  issuer: 'https://host.example',
  audience: 'parley-e2e',
  secret: 'a secret that only this harness and its node share',
};

export interface HostUser {
  /** The host product's own id. */
  externalId: string;
  name?: string;
  picture?: string;
}

export interface TokenOptions {
  /** May name members by `externalId`. */
  provision?: boolean;
  /** Seconds; a day where missing. */
  lifetime?: number;
}

/** A token as the host product would issue it; its bearer is created on first sight. */
export function hostToken(
  person: HostUser,
  issuer: Issuer = DEFAULT_ISSUER,
  options: TokenOptions = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const { externalId, ...claimed } = person;
  const claims = { ...claimed, ...(options.provision && { scope: 'users:provision' }) };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(externalId)
    .setIssuer(issuer.issuer)
    .setAudience(issuer.audience)
    .setIssuedAt(now)
    .setExpirationTime(now + (options.lifetime ?? 86_400))
    .sign(new TextEncoder().encode(issuer.secret));
}
