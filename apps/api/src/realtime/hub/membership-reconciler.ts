import { Injectable } from '@nestjs/common';
import type { ConversationListItem } from '@parley/protocol';
import { mayFollow } from '../connections/connection-facts.js';
import { Connections } from '../connections/connections.js';
import { conversationRoom, type ParleySocket, userRoom } from '../socket.js';
import { Hub } from './hub.js';
import type { Memberships } from './stream-events.js';
import { StreamSource } from './stream-source.js';

const MOST_ATTEMPTS = 5;
const AT_A_TIME = 5_000;

/** Of one conversation: whose sockets are not in it, and since which version their users are members. */
type Outside = Map<string, { sockets: ParleySocket[]; version: number }>;

/**
 * Brings sockets into conversations of which this node got no notification: the user was added on another node, and the
 * notification was lost or came after the stream had passed its version.
 */
@Injectable()
export class MembershipReconciler {
  constructor(
    private readonly hub: Hub,
    private readonly source: StreamSource,
    private readonly connections: Connections,
  ) {}

  /** Looks at everyone who is connected here, and returns how many that are. */
  async repair(): Promise<number> {
    const users = [...this.connections.users()];
    for (let at = 0; at < users.length; at += AT_A_TIME)
      await this.repairSome(new Map(users.slice(at, at + AT_A_TIME)));
    return users.length;
  }

  /** @param users each with the membership version as of which their sockets are right. */
  private async repairSome(users: ReadonlyMap<string, number>): Promise<void> {
    const versions = await this.source.membershipVersions([...users.keys()]);
    const changed = [...users.keys()].filter((userId) => (versions.get(userId) ?? 0) > (users.get(userId) ?? 0));
    if (changed.length === 0) return;
    const memberships = await this.source.memberships(changed);
    const outside = this.outsideOf(memberships);
    await this.hub.enterAll(entries(outside));
    for (const [conversationId, byUser] of outside) await this.bringIn(conversationId, byUser);
    for (const [userId, { cursor, present }] of memberships) {
      // A stream that is behind will deliver it, unless it ends before: then the next reconciliation finds it.
      const mine = this.readySockets(userId);
      const isBehind = present.some(
        ({ conversationId, version }) =>
          this.hub.versionOf(conversationId) < version && mine.some((socket) => mayFollow(socket, conversationId)),
      );
      if (!isBehind) this.connections.settled(userId, { from: users.get(userId) ?? 0, to: cursor });
    }
  }

  private outsideOf(memberships: ReadonlyMap<string, Memberships>): Map<string, Outside> {
    const found = new Map<string, Outside>();
    for (const [userId, { present }] of memberships) {
      const mine = this.readySockets(userId);
      for (const { conversationId, version } of present) {
        const outside = mine.filter((socket) => isOutside(socket, conversationId));
        if (outside.length === 0) continue;
        const byUser: Outside = found.get(conversationId) ?? new Map();
        found.set(conversationId, byUser.set(userId, { sockets: outside, version }));
      }
    }
    return found;
  }

  private readySockets(userId: string): ParleySocket[] {
    return this.hub.socketsOf(userId).filter((socket) => socket.data.isReady);
  }

  /** As soon as the item that is read is no older than what the stream has delivered. */
  private async bringIn(conversationId: string, outside: Outside): Promise<void> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS && outside.size > 0; attempt += 1) {
      const items = await this.source.listItems(conversationId, [...outside.keys()]);
      const version = this.hub.versionOf(conversationId);
      for (const [userId, { sockets, version: since }] of outside) {
        const item = items.get(userId);
        // Removed again, or the stream will deliver their joining.
        const isOver = !item || version < since;
        if (!isOver && item.version < version) continue;
        if (!isOver) for (const socket of sockets) emitCreated(socket, { userId, item, version });
        outside.delete(userId);
      }
    }
  }
}

function emitCreated(
  socket: ParleySocket,
  { userId, item, version }: { userId: string; item: ConversationListItem; version: number },
): void {
  if (!socket.rooms.has(userRoom(userId)) || !isOutside(socket, item.id)) return;
  socket.emit('conversation:created', { conversation: item, version });
  void socket.join(conversationRoom(item.id));
}

const isOutside = (socket: ParleySocket, conversationId: string): boolean =>
  mayFollow(socket, conversationId) &&
  !socket.rooms.has(conversationRoom(conversationId)) &&
  !socket.data.silenced?.has(conversationId);

function entries(outside: ReadonlyMap<string, Outside>): Map<ParleySocket, string[]> {
  const found = new Map<ParleySocket, string[]>();
  for (const [conversationId, byUser] of outside)
    for (const socket of [...byUser.values()].flatMap(({ sockets }) => sockets))
      found.set(socket, [...(found.get(socket) ?? []), conversationId]);
  return found;
}
