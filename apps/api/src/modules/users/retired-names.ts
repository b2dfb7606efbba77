import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Db } from '../../database/database.js';
import { Keys } from '../../platform/keys.js';
import { UsersRepository } from './users.repository.js';

const PURPOSE = 'names of people who left';
const PREFIX = 'deleted-';
/** So that a name of 32 characters comes of it. */
const DIGITS = 24;

/**
 * Usernames of people who left for good. Nobody gets them again, who would be taken for them, or be a server admin by
 * `ADMIN_USERS`; but what is kept of them is a keyed hash, from which they cannot be read. Whoever takes a name looks once more
 * after that, in the same transaction: it may have become free by its owner leaving.
 */
@Injectable()
export class RetiredNames {
  private readonly key: Buffer;

  constructor(
    keys: Keys,
    private readonly users: UsersRepository,
  ) {
    this.key = keys.derive(PURPOSE);
  }

  /** The username of whoever was called so before. */
  of(username: string): string {
    const hash = createHmac('sha256', this.key).update(username).digest('hex');
    return PREFIX + hash.slice(0, DIGITS);
  }

  async has(username: string, db?: Db): Promise<boolean> {
    return (await this.among([username], db)).size > 0;
  }

  /** Those of these usernames that nobody gets again. */
  async among(usernames: readonly string[], db?: Db): Promise<Set<string>> {
    if (usernames.length === 0) return new Set();
    const retired = new Map(usernames.map((username) => [this.of(username), username]));
    const taken = await this.users.taken([...retired.keys()], db);
    return new Set(taken.flatMap((name) => retired.get(name) ?? []));
  }
}
