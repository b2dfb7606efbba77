import { Inject, Injectable } from '@nestjs/common';
import { and, eq, inArray, isNotNull, type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { CONFIG, type Config } from '../../config/config.js';
import { Database, type Db } from '../../database/database.js';
import { NOW } from '../../database/now.js';
import { rowsOf } from '../../database/rows-of.js';
import { users } from '../../database/schema/index.js';
import { newId } from '../../kernel/ids.js';
import { named } from './folded-name.js';
import { RetiredNames } from './retired-names.js';
import { usernameLike, withSuffix } from './usernames.js';

/** Someone whom the host product names. Names must have been sanitized, ids and usernames checked. */
export interface ExternalPerson {
  externalId: string;
  name: string | null;
  /** Wanted as it is, if it is free; else one is derived from the name. */
  username: string | null;
  /** Null: the claims do not mention it; `''`: there is none. */
  avatarUrl: string | null;
  /** Null: nobody who may say so says whether it is a program. */
  isBot: boolean | null;
  /** Null where there were no claims. */
  claims: { issuedMs: number | null; hash: Buffer } | null;
}

export interface ExternalUser {
  id: string;
  isBot: boolean;
  isDisabled: boolean;
  /** The newest claims seen, and when they were made. */
  claimed: { name: string | null; picture: string | null; issuedMs: number | null };
}

/** With it a host token may name other people, and say that its user is a bot. */
export const PROVISION_SCOPE = 'users:provision';
const MOST_ATTEMPTS = 5;

/** Users whose accounts are the host product's. */
@Injectable()
export class ExternalUsersRepository {
  constructor(
    private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
    private readonly retired: RetiredNames,
  ) {}

  async find(externalId: string): Promise<ExternalUser | null> {
    const claimed = { name: users.claimedName, picture: users.claimedPicture, issuedMs: users.claimsIssuedMs };
    const [row] = await this.database.db
      .select({ id: users.id, isBot: users.isBot, isDisabled: users.isDisabled, ...claimed })
      .from(users)
      .where(eq(users.externalId, externalId));
    if (!row) return null;
    const { id, isBot, isDisabled, ...rest } = row;
    return { id, isBot, isDisabled, claimed: rest };
  }

  /** Those of the host product's users who have one of these usernames. */
  called(usernames: readonly string[]): Promise<{ username: string; externalId: string | null }[]> {
    return this.database.db
      .select({ username: users.username, externalId: users.externalId })
      .from(users)
      .where(and(inArray(users.username, [...usernames]), isNotNull(users.externalId)));
  }

  /**
   * Takes over name and picture, unless later claims have been taken. Claims that are missing or have not changed leave
   * them: what users chose for themselves stays until the host's claim changes.
   */
  async refresh(id: string, { name, avatarUrl: picture, isBot, claims }: ExternalPerson): Promise<void> {
    if (!claims) return;
    const folded = named(name ?? '');
    // Of rows that the build before this one wrote only the hash is known, in which no picture and no word of it are one.
    const isSame = sql`${users.claimsHash} IS NOT DISTINCT FROM ${claims.hash}`;
    const isNewName = sql`(${users.claimedName} IS DISTINCT FROM ${name} AND NOT ${isSame})`;
    const isNewPicture = sql`(${users.claimedPicture} IS DISTINCT FROM ${picture} AND (${picture === ''} OR NOT ${isSame}))`;
    const isNewKind = isBot === null ? sql`false` : sql`${users.isBot} <> ${isBot}`;
    const taken = (isNew: SQL, value: unknown, column: AnyPgColumn) =>
      sql`CASE WHEN ${isNew} THEN ${value} ELSE ${column} END`;
    await this.database.db
      .update(users)
      .set({
        ...(name !== null && {
          displayName: taken(isNewName, folded.displayName, users.displayName),
          foldedName: taken(isNewName, folded.foldedName, users.foldedName),
          foldedFrom: taken(isNewName, folded.foldedFrom, users.foldedFrom),
        }),
        ...(picture !== null && { avatarUrl: taken(isNewPicture, picture || null, users.avatarUrl) }),
        ...(isBot !== null && { isBot }),
        updatedAt: taken(sql`${isNewName} OR ${isNewPicture} OR ${isNewKind}`, NOW, users.updatedAt),
        claimedName: name,
        claimedPicture: picture,
        claimsIssuedMs: claims.issuedMs,
        claimsHash: claims.hash,
      })
      .where(and(eq(users.id, id), sql`coalesce(${users.claimsIssuedMs}, -1) <= ${claims.issuedMs ?? -1}::bigint`));
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
      const reserved = await this.reservedFor(missing);
      const rows = await this.database.transaction(async (tx) => {
        const given = drafts(missing, reserved);
        const made = await provisionOnce(tx, given);
        await this.giveBack(tx, given);
        return made;
      });
      for (const { external_id: externalId, id } of rows) found.set(externalId, id);
    }
    throw new Error('Free usernames could not be found.');
  }

  /** Of the names that they got those whose owners left in that very moment, which let them be had. */
  private async giveBack(tx: Db, given: readonly Draft[]): Promise<void> {
    const names = given.map(({ first }) => first);
    const retired = await this.retired.among(names, tx);
    const back = given.filter(({ first }) => retired.has(first));
    if (back.length === 0) return;
    await tx.execute(sql`
      UPDATE users u SET username = g.spare
        FROM unnest(${sql.param(back.map(({ id }) => id))}::uuid[], ${sql.param(back.map(({ spare }) => spare))}::text[]) AS g (id, spare)
       WHERE u.id = g.id`);
  }

  /** Usernames that none of these people gets. */
  private async reservedFor(people: readonly ExternalPerson[]): Promise<Set<string>> {
    const retired = await this.retired.among(people.map(wantedBy).filter((name) => name !== null));
    return new Set([...retired, ...(this.config.adminUsers?.usernames ?? [])]);
  }
}

interface Provisioned {
  external_id: string;
  id: string;
}

interface Draft {
  id: string;
  externalId: string;
  first: string;
  spare: string;
  displayName: string;
  foldedName: string;
  foldedFrom: string;
  avatarUrl: string | null;
  isBot: boolean;
  hash: string | null;
  issuedMs: number | null;
  claimedName: string | null;
  claimedPicture: string | null;
}

/** Each with the username wanted, unless another of them wants the same or it is kept for an own account. */
function drafts(people: readonly ExternalPerson[], reserved: ReadonlySet<string>): Draft[] {
  const taken = new Set(reserved);
  return people.map((person) => {
    const wanted = wantedBy(person);
    const free = wanted !== null && !taken.has(wanted) ? wanted : null;
    if (free !== null) taken.add(free);
    return draft(person, free);
  });
}

/** The username that suits them best; null where nothing says. */
function wantedBy({ username, name }: ExternalPerson): string | null {
  const derived = usernameLike(name);
  // The fallback `user` is no name to look for.
  return username ?? (derived === 'user' ? null : derived);
}

function draft({ externalId, name, username, avatarUrl, isBot, claims }: ExternalPerson, first: string | null): Draft {
  const spare = withSuffix(username ?? usernameLike(name));
  return {
    id: newId(),
    externalId,
    first: first ?? spare,
    spare,
    ...named(name ?? username ?? spare),
    avatarUrl: avatarUrl || null,
    isBot: isBot ?? false,
    hash: claims?.hash.toString('hex') ?? null,
    issuedMs: claims?.issuedMs ?? null,
    claimedName: claims && name,
    claimedPicture: claims && avatarUrl,
  };
}

/** Those who lost a race for their id or username are missing from what it returns. */
async function provisionOnce(tx: Db, given: readonly Draft[]): Promise<Provisioned[]> {
  return rowsOf<Provisioned>(
    tx,
    sql`
    WITH given AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS g
        (id uuid, "externalId" text, first text, spare text, "displayName" text, "foldedName" text,
         "foldedFrom" text, "avatarUrl" text, "isBot" boolean, hash text, "issuedMs" bigint, "claimedName" text, "claimedPicture" text)
    ), made AS (
      INSERT INTO users (id, external_id, username, display_name, folded_name, folded_from, avatar_url, is_bot, claims_hash,
                         claims_issued_ms, claimed_name, claimed_picture)
      SELECT g.id, g."externalId",
             CASE WHEN EXISTS (SELECT 1 FROM users u WHERE u.username = g.first) THEN g.spare ELSE g.first END,
             g."displayName", g."foldedName", g."foldedFrom", g."avatarUrl", g."isBot", decode(g.hash, 'hex'), g."issuedMs",
             g."claimedName", g."claimedPicture"
        FROM given g
       WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.external_id = g."externalId")
       ORDER BY g."externalId"
      ON CONFLICT DO NOTHING
      RETURNING external_id, id
    )
    SELECT external_id, id FROM made
    UNION ALL
    SELECT u.external_id, u.id FROM users u JOIN given g ON u.external_id = g."externalId"`,
  );
}
