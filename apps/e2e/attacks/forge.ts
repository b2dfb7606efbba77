import { createHmac } from 'node:crypto';

export interface Forgery {
  header?: object;
  /** In place of those of the token, or over them. */
  claims?: object;
  /** Signs it by HS256; missing: the signature is empty. */
  secret?: string;
}

/** A token made from another one. */
export function forge(token: string, { header, claims, secret }: Forgery): string {
  const [head, body] = token.split('.').map(decoded);
  const signed = [
    { ...head, ...header },
    { ...body, ...claims },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = secret === undefined ? '' : createHmac('sha256', secret).update(signed).digest('base64url');
  return `${signed}.${signature}`;
}

const decoded = (part: string): object => {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as object;
  } catch {
    return {};
  }
};

/** Seconds, as tokens count them. */
export const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1_000) + seconds;
