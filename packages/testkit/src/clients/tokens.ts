import { type CryptoKey, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';

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
  const exp = now + (options.lifetime ?? 86_400);
  const all = { ...claims, sub: externalId, iss: issuer.issuer, aud: issuer.audience, iat: now, exp };
  return signedToken(all, issuer.secret);
}

/** Whatever the claims and the header say; HS256 where the header does not tell. */
export function signedToken(
  claims: JWTPayload,
  by: string | Uint8Array | CryptoKey,
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  const key = typeof by === 'string' ? new TextEncoder().encode(by) : by;
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', ...header }).sign(key);
}
