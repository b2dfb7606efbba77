import type { KeyObject } from 'node:crypto';
import type { EncryptionKey } from '../../config/config.js';
import { derivedKey, macOf, opened, sealed } from './sealing.js';

/** A key that is encrypted by one of the deployment. */
export interface WrappedKey {
  wrappedBy: string;
  wrapped: Buffer;
}

interface Ring {
  wrapping: KeyObject;
  proof: Buffer;
}

/** The keys of the deployment: the first encrypts, each decrypts what it has encrypted. */
export class DeploymentKeyRing {
  private readonly keys: ReadonlyMap<string, Ring>;
  /** By which keys are encrypted from now on; null where there are none. */
  readonly first: string | null;

  constructor(given: readonly EncryptionKey[]) {
    this.keys = new Map(given.map(({ id, secret }) => [id, ringOf(secret)]));
    this.first = given[0]?.id ?? null;
  }

  /** Those that only decrypt. */
  get others(): string[] {
    return [...this.keys.keys()].slice(1);
  }

  /** By which a key is known to be the one that it was; null where there is none of this id. */
  proofOf(id: string): Buffer | null {
    return this.keys.get(id)?.proof ?? null;
  }

  /** @param place whose key it is: it can be put in nobody else's place. */
  wrap(secret: Buffer, place: string): WrappedKey {
    if (this.first === null) throw new Error('There is no key to encrypt another one with.');
    return { wrappedBy: this.first, wrapped: sealed(this.key(this.first).wrapping, secret, place) };
  }

  unwrap({ wrappedBy, wrapped }: WrappedKey, place: string): Buffer {
    return opened(this.key(wrappedBy).wrapping, wrapped, place);
  }

  private key(id: string): Ring {
    const key = this.keys.get(id);
    if (!key) throw new Error(`ENCRYPTION_KEYS does not list the key "${id}", with which something is encrypted.`);
    return key;
  }
}

const ringOf = (secret: Buffer): Ring => ({
  wrapping: derivedKey(secret, 'wrapping'),
  proof: macOf(derivedKey(secret, 'proof'), 'parley'),
});
