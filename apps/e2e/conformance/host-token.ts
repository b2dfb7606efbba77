import { createHmac, type KeyObject, sign } from 'node:crypto';

/** The identity provider of a host product: HS256 with a shared secret, or ES256 with a key whose other half is public. */
export interface Issuer {
  issuer: string;
  audience: string;
  secret: string | KeyObject;
}

/** Seconds, as tokens count them. */
export const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

/** A token as the host product would issue it, for an hour; `claims` are added and stronger. It names no key. */
export function hostToken({ issuer, audience, secret }: Issuer, claims: object): string {
  const payload = { iss: issuer, aud: audience, iat: inSeconds(0), exp: inSeconds(3600), ...claims };
  const header = { alg: typeof secret === 'string' ? 'HS256' : 'ES256', typ: 'JWT' };
  const signed = [header, payload].map((part) => encoded(JSON.stringify(part))).join('.');
  return `${signed}.${signature(signed, secret).toString('base64url')}`;
}

function signature(signed: string, secret: string | KeyObject): Buffer {
  if (typeof secret === 'string') return createHmac('sha256', secret).update(signed).digest();
  return sign('sha256', Buffer.from(signed), { key: secret, dsaEncoding: 'ieee-p1363' });
}

const encoded = (text: string): string => Buffer.from(text).toString('base64url');
