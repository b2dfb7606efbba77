import { Injectable } from '@nestjs/common';
import type { ServerRole } from '@parley/protocol';
import { and, eq, isNotNull, sql } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { isUniqueViolation } from '../../database/faults.js';
import { users } from '../../database/schema/index.js';
import { newId } from '../../kernel/ids.js';
import { named, type UserRow } from '../users/index.js';
import { LinksRepository } from './links.repository.js';
import { SessionsRepository } from './sessions.repository.js';

export interface NewAccount {
  username: string;
  displayName: string;
  passwordHash: string;
}

export interface Account {
  id: string;
  username: string;
  isDisabled: boolean;
  passwordHash: string | null;
}

export interface Rehashed {
  from: string;
  to: string;
}

export interface PasswordChanged {
  sessionId: string;
  /** Sessions that ended by it. */
  ended: string[];
}

type WithinChange = (tx: Db, user: UserRow) => Promise<void>;

/** Any number that nothing else in the database uses for its advisory locks. */
const FIRST_ACCOUNT_LOCK = 7_265_003_010;
const ACCOUNT = {
  id: users.id,
  username: users.username,
  isDisabled: users.isDisabled,
  passwordHash: users.passwordHash,
};

/** Parley's own accounts: users with a password. */
@Injectable()
export class AccountsRepository {
  constructor(
    private readonly database: Database,
    private readonly sessions: SessionsRepository,
    private readonly links: LinksRepository,
  ) {}

  async findByUsername(username: string): Promise<Account | null> {
    const [row] = await this.database.db.select(ACCOUNT).from(users).where(eq(users.username, username));
    return row ?? null;
  }

  async find(id: string): Promise<Account | null> {
    const [row] = await this.database.db.select(ACCOUNT).from(users).where(eq(users.id, id));
    return row ?? null;
  }

  /**
   * Creates an account and returns its id; null where the username is taken. With `firstIsAdmin` the first account of
   * all becomes a server admin, one at most however many register at once. `within` runs in the same transaction.
   */
  async create(
    account: NewAccount,
    firstIsAdmin: boolean,
    within: (tx: Db, id: string) => Promise<void> = async () => undefined,
  ): Promise<string | null> {
    try {
      return await this.database.transaction(async (tx) => {
        const role = firstIsAdmin && (await isFirst(tx)) ? 'admin' : 'user';
        const id = await insert(tx, account, role);
        await within(tx, id);
        return id;
      });
    } catch (fault) {
      if (isUniqueViolation(fault)) return null;
      throw fault;
    }
  }

  /** Keeps the same password in another form; false where it was changed meanwhile. */
  replaceHash(id: string, { from, to }: Rehashed, db: Db = this.database.db): Promise<boolean> {
    const same = and(eq(users.id, id), eq(users.passwordHash, from));
    return db
      .update(users)
      .set({ passwordHash: to })
      .where(same)
      .returning({ id: users.id })
      .then((rows) => rows.length > 0);
  }

  /**
   * All or nothing: there is a new password, every session has ended, and a new one has begun. Null where the password
   * was changed meanwhile.
   */
  changePassword(
    id: string,
    hashes: Rehashed,
    { userAgent, within }: { userAgent: string | null; within?: ((tx: Db) => Promise<void>) | undefined },
  ): Promise<PasswordChanged | null> {
    return this.database.transaction(async (tx) => {
      if (!(await this.replaceHash(id, hashes, tx))) return null;
      await within?.(tx);
      await this.links.revokeResetsOf(id, tx);
      const ended = await this.sessions.endAll(id, tx);
      const sessionId = await this.sessions.create({ userId: id, passwordHash: hashes.to, userAgent }, tx);
      return sessionId === null ? null : { sessionId, ended };
    });
  }

  /**
   * Disables the user, which ends all their sessions, or enables them. `within` runs in the same transaction and may
   * refuse. Null where there is no such user.
   */
  setDisabled(id: string, isDisabled: boolean, within: WithinChange): Promise<string[] | null> {
    return this.database.transaction(async (tx) => {
      const [user] = await tx.select().from(users).where(eq(users.id, id)).for('no key update');
      if (!user) return null;
      if (user.isDisabled !== isDisabled) {
        await within(tx, user);
        await tx.update(users).set({ isDisabled }).where(eq(users.id, id));
      }
      return isDisabled ? this.sessions.endAll(id, tx) : [];
    });
  }
}

/** Only the first registration takes the lock. */
async function isFirst(tx: Db): Promise<boolean> {
  if (await hasAccounts(tx)) return false;
  await tx.execute(sql`SELECT pg_advisory_xact_lock(${FIRST_ACCOUNT_LOCK})`);
  return !(await hasAccounts(tx));
}

async function hasAccounts(tx: Db): Promise<boolean> {
  const rows = await tx.select({ id: users.id }).from(users).where(isNotNull(users.passwordHash)).limit(1);
  return rows.length > 0;
}

async function insert(tx: Db, account: NewAccount, role: ServerRole): Promise<string> {
  const id = newId();
  await tx.insert(users).values({ id, role, ...account, ...named(account.displayName) });
  return id;
}
