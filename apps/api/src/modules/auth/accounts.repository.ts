import { Injectable } from '@nestjs/common';
import type { ServerRole } from '@parley/protocol';
import { eq, isNotNull, sql } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { isUniqueViolation } from '../../database/faults.js';
import { users } from '../../database/schema/index.js';
import { newId } from '../../kernel/ids.js';

export interface NewAccount {
  username: string;
  displayName: string;
  passwordHash: string;
}

export interface Account {
  id: string;
  isDisabled: boolean;
  passwordHash: string | null;
}

/** Any number that nothing else in the database uses for its advisory locks. */
const FIRST_ACCOUNT_LOCK = 7_265_003_010;
const ACCOUNT = { id: users.id, isDisabled: users.isDisabled, passwordHash: users.passwordHash };

/** Parley's own accounts: users with a password. */
@Injectable()
export class AccountsRepository {
  constructor(private readonly database: Database) {}

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
   * all becomes a server admin, one at most however many register at once.
   */
  async create(account: NewAccount, firstIsAdmin: boolean): Promise<string | null> {
    try {
      return await this.database.transaction(async (tx) => {
        const role = firstIsAdmin && (await isFirst(tx)) ? 'admin' : 'user';
        return insert(tx, account, role);
      });
    } catch (fault) {
      if (isUniqueViolation(fault)) return null;
      throw fault;
    }
  }

  async setPasswordHash(id: string, passwordHash: string): Promise<void> {
    await this.database.db.update(users).set({ passwordHash }).where(eq(users.id, id));
  }

  /** False where there is no such user. */
  async setDisabled(id: string, isDisabled: boolean): Promise<boolean> {
    const updatedAt = sql`date_trunc('milliseconds', now())`;
    const rows = await this.database.db
      .update(users)
      .set({ isDisabled, updatedAt })
      .where(eq(users.id, id))
      .returning({ id: users.id });
    return rows.length > 0;
  }
}

/** Once somebody has registered nobody needs to wait for anybody. */
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
  await tx.insert(users).values({ id, role, ...account });
  return id;
}
