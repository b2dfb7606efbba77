import { Inject, Injectable } from '@nestjs/common';
import { and, eq, sql } from 'drizzle-orm';
import { CONFIG, type Config } from '../../config/config.js';
import { Database, type Db } from '../../database/database.js';
import { users } from '../../database/schema/index.js';
import { newId } from '../../kernel/ids.js';
import { usernameLike, withSuffix } from './usernames.js';

/** Someone whom the host product names. Names must have been salvaged, ids and usernames checked. */
export interface ExternalPerson {
  externalId: string;
  name: string | null;
  /** Wanted as it is, if it is free; else one is derived from the name. */
  username: string | null;
  avatarUrl: string | null;
  /** Of the claims that name and picture were taken from; null where there were none. */
  claimsHash: Buffer | null;
}

export interface ExternalUser {
  id: string;
  isBot: boolean;
  isDisabled: boolean;
  claimsHash: Buffer | null;
}

const MOST_ATTEMPTS = 5;

/** Users whose accounts are the host product's. */
@Injectable()
export class ExternalUsersRepository {
  constructor(
    private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async find(externalId: string): Promise<ExternalUser | null> {
    const [row] = await this.database.db
      .select({ id: users.id, isBot: users.isBot, isDisabled: users.isDisabled, claimsHash: users.claimsHash })
      .from(users)
      .where(eq(users.externalId, externalId));
    return row ?? null;
  }

  /** Takes over name and picture; what the claims do not tell stays. */
  async refresh(id: string, person: ExternalPerson): Promise<void> {
    const { name, avatarUrl, claimsHash } = person;
    const changes = { ...(name !== null && { displayName: name }), ...(avatarUrl !== null && { avatarUrl }) };
    const changed = sql`${users.claimsHash} IS DISTINCT FROM ${claimsHash}`;
    await this.database.db
      .update(users)
      .set({ ...changes, claimsHash, updatedAt: sql`date_trunc('milliseconds', now())` })
      .where(and(eq(users.id, id), changed));
  }

  /**
   * The ids of these people by their external ids; those unknown so far are created, all in one statement. Of two
   * nodes that create the same person at once, one does it and the other finds them.
   */
  async provision(people: readonly ExternalPerson[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
      const missing = people.filter(({ externalId }) => !found.has(externalId));
      if (missing.length === 0) return found;
      const reserved = new Set(this.config.adminUsers?.usernames);
      const rows = await this.database.transaction((tx) => provisionOnce(tx, drafts(missing, reserved)));
      for (const { external_id: externalId, id } of rows) found.set(externalId, id);
    }
    throw new Error('Free usernames could not be found.');
  }
}

interface Provisioned extends Record<string, unknown> {
  external_id: string;
  id: string;
}

interface Draft {
  id: string;
  externalId: string;
  first: string;
  spare: string;
  name: string;
  avatarUrl: string | null;
  claims: string | null;
}

/** Each with the username wanted, unless another of them wants the same or it is kept for an own account. */
function drafts(people: readonly ExternalPerson[], reserved: ReadonlySet<string>): Draft[] {
  const taken = new Set(reserved);
  return people.map((person) => {
    const derived = usernameLike(person.name);
    // `user` alone recalls nobody.
    const wanted = person.username ?? (derived === 'user' ? null : derived);
    const free = wanted !== null && !taken.has(wanted) ? wanted : null;
    if (free !== null) taken.add(free);
    return draft(person, free);
  });
}

function draft({ externalId, name, username, avatarUrl, claimsHash }: ExternalPerson, first: string | null): Draft {
  const spare = withSuffix(username ?? usernameLike(name));
  const claims = claimsHash?.toString('hex') ?? null;
  return { id: newId(), externalId, first: first ?? spare, spare, name: name ?? username ?? spare, avatarUrl, claims };
}

/** Those who lost a race for their id or username are missing from what it returns. */
async function provisionOnce(tx: Db, given: readonly Draft[]): Promise<Provisioned[]> {
  const result = await tx.execute<Provisioned>(sql`
    WITH given AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS g
        (id uuid, "externalId" text, first text, spare text, name text, "avatarUrl" text, claims text)
    ), made AS (
      INSERT INTO users (id, external_id, username, display_name, avatar_url, claims_hash)
      SELECT g.id, g."externalId",
             CASE WHEN EXISTS (SELECT 1 FROM users u WHERE u.username = g.first) THEN g.spare ELSE g.first END,
             g.name, g."avatarUrl", decode(g.claims, 'hex')
        FROM given g
       WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.external_id = g."externalId")
       ORDER BY g."externalId"
      ON CONFLICT DO NOTHING
      RETURNING external_id, id
    )
    SELECT external_id, id FROM made
    UNION ALL
    SELECT u.external_id, u.id FROM users u JOIN given g ON u.external_id = g."externalId"`);
  return (result as unknown as { rows: Provisioned[] }).rows;
}
