import { Injectable } from '@nestjs/common';
import { eq } from 'drizzle-orm';
import { Database } from '../../database/database.js';
import { conversationKeys, deploymentKeys } from '../../database/schema/index.js';

export type DeploymentKeyRow = Pick<typeof deploymentKeys.$inferSelect, 'id' | 'proof'>;

/** Which keys of the deployment this database has seen, and which of them it still needs. */
@Injectable()
export class KeyCheckRepository {
  constructor(private readonly database: Database) {}

  /** One for each key that was ever the first: few. */
  all(): Promise<DeploymentKeyRow[]> {
    const { id, proof } = deploymentKeys;
    return this.database.db.select({ id, proof }).from(deploymentKeys);
  }

  async add(key: DeploymentKeyRow): Promise<void> {
    await this.database.db.insert(deploymentKeys).values(key).onConflictDoNothing();
  }

  /** Whether anything is encrypted by it. */
  async isInUse(id: string): Promise<boolean> {
    const { wrappedBy, conversationId } = conversationKeys;
    const [row] = await this.database.db
      .select({ conversationId })
      .from(conversationKeys)
      .where(eq(wrappedBy, id))
      .limit(1);
    return row !== undefined;
  }
}
