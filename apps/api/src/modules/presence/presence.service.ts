import { Injectable } from '@nestjs/common';
import type { OnlineMembers, PresenceSubscribeResult } from '@parley/protocol';
import { notFound } from '../../kernel/errors.js';
import { type ParleySocket, presenceRoom } from '../../realtime/socket.js';
import { UsersService } from '../users/index.js';
import { PeopleRepository } from './people.repository.js';
import { PresenceTracker } from './presence-tracker.js';

/** Presence queries, subscriptions and idle state. */
@Injectable()
export class PresenceService {
  constructor(
    private readonly tracker: PresenceTracker,
    private readonly users: UsersService,
    private readonly repository: PeopleRepository,
  ) {}

  /** A socket is one of its user's until it ends. */
  begin(socket: ParleySocket): void {
    const { userId } = socket.data.principal;
    this.tracker.came(userId);
    socket.on('disconnect', () => this.tracker.left(userId, socket.data.isIdle === true));
  }

  setIdle(socket: ParleySocket, isIdle: boolean): void {
    if ((socket.data.isIdle ?? false) === isIdle) return;
    socket.data.isIdle = isIdle;
    this.tracker.idle(socket.data.principal.userId, isIdle);
  }

  /** From now on this socket hears of these users and of no others, as long as they share a conversation with it. */
  async subscribe(socket: ParleySocket, userIds: readonly string[]): Promise<PresenceSubscribeResult> {
    const wanted = new Set(userIds.map((id) => id.toLowerCase()));
    for (const id of socket.data.watched ?? []) if (!wanted.has(id)) void socket.leave(presenceRoom(id));
    socket.data.watched = wanted;
    // Before the answer is read: what changes after that is emitted.
    void socket.join([...wanted].map(presenceRoom));
    return { users: await this.users.presences(socket.data.principal.userId, [...wanted]) };
  }

  /** @throws `not_found` where the asker is no member. */
  async online(askerId: string, conversationId: string): Promise<OnlineMembers> {
    const userIds = await this.repository.onlineIn(conversationId, askerId);
    if (!userIds) throw notFound();
    return { userIds };
  }
}
