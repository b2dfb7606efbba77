import { Inject, Injectable } from '@nestjs/common';
import type { Events } from '@parley/protocol';
import { NodeBus } from '../../realtime/bus/node-bus.js';
import type { Topic } from '../../realtime/bus/topic.js';
import { IO, type ParleyServer, userRoom } from '../../realtime/socket.js';

const NAMES = ['user:blocked', 'report:updated', 'settings:updated'] as const;
type Name = (typeof NAMES)[number];

interface Notice {
  name: Name;
  payload: Events[Name];
}

const NOTICES: Topic<Notice> = {
  name: 'user-notices',
  format: 1,
  channel: 'user',
  decode: (value) => (isNotice(value) ? value : null),
};

/**
 * Tells users on all their sockets, at every node, what concerns them alone and is no part of a conversation. It may get
 * lost with Redis: clients fetch it anew after each `ready`.
 */
@Injectable()
export class NoticePublisher {
  constructor(
    private readonly bus: NodeBus,
    @Inject(IO) private readonly io: ParleyServer,
  ) {
    bus.on(NOTICES, (notice, { id }) => this.emit(id, notice));
  }

  publish<N extends Name>(userIds: readonly string[], name: N, payload: Events[N]): void {
    for (const userId of userIds) {
      this.emit(userId, { name, payload });
      this.bus.publish(NOTICES, { name, payload }, userId);
    }
  }

  private emit(userId: string, { name, payload }: Notice): void {
    this.io.local.to(userRoom(userId)).emit(name, payload as never);
  }
}

function isNotice(value: unknown): value is Notice {
  if (typeof value !== 'object' || value === null) return false;
  const { name, payload } = value as Partial<Notice>;
  return NAMES.includes(name as Name) && typeof payload === 'object' && payload !== null;
}
