import { createHash, randomBytes } from 'node:crypto';

/** 32 random bytes, for which nobody can search; of them only the hash is stored. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

export const secretHash = (secret: string): Buffer => createHash('sha256').update(secret).digest();
