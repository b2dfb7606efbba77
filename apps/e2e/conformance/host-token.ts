import { createHmac } from 'node:crypto';

/** The identity provider of a host product: HS256 with a shared secret. */
export interface Issuer {
  issuer: string;
  audience: string;
  secret: string;
}

/** Seconds, as tokens count them. */
export const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

/** A token as the host product would issue it, for an hour; `claims` are added and stronger. */
export function hostToken({ issuer, audience, secret }: Issuer, claims: object): string {
  const payload = { iss: issuer, aud: audience, iat: inSeconds(0), exp: inSeconds(3600), ...claims };
  const signed = [{ alg: 'HS256', typ: 'JWT' }, payload].map((part) => encoded(JSON.stringify(part))).join('.');
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

const encoded = (text: string): string => Buffer.from(text).toString('base64url');
