import { Injectable } from '@nestjs/common';
import { LIMITS, type Page, type UserView } from '@parley/protocol';
import { conflict, invalid, notFound } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { NoticePublisher } from '../notices/index.js';
import { UsersRepository } from '../users/index.js';
import { BlocksRepository } from './blocks.repository.js';

/** Whose direct messages somebody refuses. The log refuses them; who is blocked notices nothing else of it. */
@Injectable()
export class BlocksService {
  constructor(
    private readonly repository: BlocksRepository,
    private readonly users: UsersRepository,
    private readonly notices: NoticePublisher,
  ) {}

  /** @throws `not_found` where there is no such user; `conflict` beyond `LIMITS.blocks`. */
  async block({ userId }: Principal, blockedId: string): Promise<void> {
    if (blockedId === userId) throw invalid('id', 'must not be oneself');
    if (!(await this.users.existing([blockedId])).has(blockedId)) throw notFound();
    const blocked = await this.repository.blockedBy(userId);
    if (blocked.includes(blockedId)) return;
    if (blocked.length >= LIMITS.blocks) throw conflict('id', `at most ${LIMITS.blocks} can be blocked`);
    if (await this.repository.insert(userId, blockedId)) this.publish(userId, blockedId, true);
  }

  /** Who is not blocked stays as they are. */
  async unblock({ userId }: Principal, blockedId: string): Promise<void> {
    if (await this.repository.delete(userId, blockedId)) this.publish(userId, blockedId, false);
  }

  /** All of them: there are never many. */
  async list({ userId }: Principal): Promise<Page<UserView>> {
    const ids = await this.repository.blockedBy(userId);
    const views = await this.users.viewsOf(ids);
    return { items: ids.flatMap((id) => views.get(id) ?? []), nextCursor: null, hasMore: false };
  }

  private publish(blockerId: string, userId: string, isBlocked: boolean): void {
    this.notices.publish([blockerId], 'user:blocked', { userId, isBlocked });
  }
}
