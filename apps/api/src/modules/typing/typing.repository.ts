import { Injectable } from '@nestjs/common';
import { eq } from 'drizzle-orm';
import { Database } from '../../database/database.js';
import { membershipIn } from '../../database/membership-in.js';
import { conversationParticipants, conversations } from '../../database/schema/index.js';

/** What of a conversation decides who may type in it, and who is shown that. */
export interface TypingFacts {
  isArchived: boolean;
  memberCount: number;
}

@Injectable()
export class TypingRepository {
  constructor(private readonly database: Database) {}

  /** Null where the user is no member. */
  async findFor(userId: string, conversationId: string): Promise<TypingFacts | null> {
    const [row] = await this.database.db
      .select({ isArchived: conversations.isArchived, memberCount: conversations.memberCount })
      .from(conversations)
      .innerJoin(conversationParticipants, membershipIn(conversations.id, userId))
      .where(eq(conversations.id, conversationId));
    return row ?? null;
  }
}
