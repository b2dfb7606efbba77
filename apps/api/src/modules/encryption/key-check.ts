import { timingSafeEqual } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ConfigurationError } from '../../config/environment.js';
import { ConversationKeys } from './conversation-keys.js';
import { KeyCheckRepository } from './key-check.repository.js';

/** Refuses to start with keys by which what is stored could not be read, before anything is written with others. */
@Injectable()
export class KeyCheck implements OnModuleInit {
  constructor(
    private readonly repository: KeyCheckRepository,
    private readonly keys: ConversationKeys,
  ) {}

  /** @throws {ConfigurationError} where a key is missing that something is encrypted by, or is another one than it was. */
  async onModuleInit(): Promise<void> {
    const { ring } = this.keys;
    const known = await this.repository.all();
    for (const { id, proof } of known) {
      const given = ring.proofOf(id);
      if (given && !timingSafeEqual(given, proof)) throw new ConfigurationError([another(id)]);
      if (!given && (await this.repository.isInUse(id))) throw new ConfigurationError([missing(id)]);
    }
    const { first } = ring;
    const proof = first === null ? null : ring.proofOf(first);
    if (first === null || !proof) return;
    await this.repository.add({ id: first, proof });
    // Another node may have been first, with another key of this id.
    const stored = (await this.repository.all()).find(({ id }) => id === first);
    if (!stored || !timingSafeEqual(proof, stored.proof)) throw new ConfigurationError([another(first)]);
  }
}

const missing = (id: string) =>
  `Messages of this database are encrypted, and ENCRYPTION_KEYS does not list the key "${id}" by which they can be read. Add it, behind the first one if it is not to encrypt any more.`;

const another = (id: string) =>
  `The key "${id}" of ENCRYPTION_KEYS is not the one by which messages of this database are encrypted. Set that one; a new key needs an id of its own.`;
