import { createHash, randomBytes } from 'node:crypto';

/** 32 random bytes, too many to be guessed; only their hash is stored. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

export const secretHash = (secret: string): Buffer => createHash('sha256').update(secret).digest();
