import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { Database, type Db } from '../../database/database.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { ConversationKeysRepository } from './conversation-keys.repository.js';
import { DeploymentKeyRing } from './deployment-key-ring.js';
import { TextKey } from './text-key.js';

const SECRET_BYTES = 32;
/** Decrypted keys that are held; of the others the oldest go. */
const MOST_HELD = 20_000;

/** By conversation. */
export type Keys = ReadonlyMap<string, TextKey>;

/** The keys of conversations, decrypted. Those that were used are held, so that a send asks the database for none. */
@Injectable()
export class ConversationKeys {
  readonly ring: DeploymentKeyRing;
  private readonly held = new Map<string, TextKey>();

  constructor(
    private readonly repository: ConversationKeysRepository,
    private readonly database: Database,
    private readonly reporter: EventReporter,
    @Inject(CONFIG) config: Config,
  ) {
    this.ring = new DeploymentKeyRing(config.encryptionKeys);
  }

  /** Whether texts are encrypted: without keys nobody needs to ask for any. */
  get isOn(): boolean {
    return this.ring.first !== null;
  }

  /** Of these conversations, as far as they have one. */
  async find(db: Db, conversationIds: readonly string[]): Promise<Keys> {
    const found = new Map<string, TextKey>();
    const missing = new Set<string>();
    for (const id of conversationIds) {
      const key = this.held.get(id);
      if (key) found.set(id, key);
      else missing.add(id);
    }
    if (missing.size > 0) await this.read(db, [...missing], found);
    return found;
  }

  /** Likewise, and makes those that are missing. A conversation that there is not gets none. */
  async findOrMake(db: Db, conversationIds: readonly string[]): Promise<Keys> {
    const found = new Map(await this.find(db, conversationIds));
    const missing = [...new Set(conversationIds)].filter((id) => !found.has(id));
    if (missing.length === 0) return found;
    const made = missing.map((conversationId) => ({
      conversationId,
      ...this.ring.wrap(randomBytes(SECRET_BYTES), placeOf(conversationId)),
    }));
    await this.repository.add(db, made);
    // Read again, as another node may have been first.
    await this.read(db, missing, found);
    return found;
  }

  /** Destroys the key of a conversation that nobody can read any more, if it is one. */
  async destroyUnread(conversationId: string): Promise<void> {
    if (!this.isOn || !(await this.repository.destroyUnread(this.database.db, conversationId))) return;
    this.held.delete(conversationId);
    this.reporter.keyDestroyed(conversationId);
  }

  private async read(db: Db, missing: readonly string[], found: Map<string, TextKey>): Promise<void> {
    for (const { conversationId, isSettled, ...wrapped } of await this.repository.find(db, missing)) {
      const key = new TextKey(this.ring.unwrap(wrapped, placeOf(conversationId)));
      found.set(conversationId, key);
      if (isSettled) this.hold(conversationId, key);
    }
  }

  private hold(conversationId: string, key: TextKey): void {
    const [oldest] = this.held.keys();
    if (this.held.size >= MOST_HELD && oldest !== undefined) this.held.delete(oldest);
    this.held.set(conversationId, key);
  }
}

/** What an encrypted key is bound to. */
export const placeOf = (conversationId: string): string => `conversation ${conversationId}`;
