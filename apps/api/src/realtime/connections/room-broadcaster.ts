import type { EventName, Events } from '@parley/protocol';
import type { ParleyServer } from '../socket.js';
import { EventRun, handsOnFrames, SharedEvent } from './event-run.js';
import { OutgoingQueue } from './outgoing-queue.js';

/** A run, and who gets it. */
interface RoomRun {
  run: EventRun;
  members: readonly OutgoingQueue[];
}

/** Sends events to all sockets of a room on this node as Socket.IO does, at a cost a turn and not an event for each of them. */
export class RoomBroadcaster {
  /** Of this turn, by room. */
  private readonly runs = new Map<string, RoomRun>();
  private adapter: unknown = null;

  private readonly shares = handsOnFrames();

  /** @param onUnshared called where Socket.IO has to do it: another version of it is installed than this was written for. */
  constructor(
    private readonly io: ParleyServer,
    onUnshared: () => void,
  ) {
    if (!this.shares) onUnshared();
  }

  emit<Name extends EventName>(room: string, name: Name, payload: Events[Name]): void {
    if (!this.shares) {
      this.io.local.to(room).emit(name, ...([payload] as never));
      return;
    }
    const { run, members } = this.runOf(room);
    const event = new SharedEvent(`2${JSON.stringify([name, payload])}`);
    const index = run.add(event);
    for (const member of members) member.push(run, event, index);
  }

  private runOf(room: string): RoomRun {
    const known = this.runs.get(room);
    if (known && !known.run.isSealed) return known;
    if (this.runs.size === 0) setImmediate(() => this.runs.clear());
    const begun = { run: new EventRun(), members: known?.members ?? this.membersOf(room) };
    this.runs.set(room, begun);
    return begun;
  }

  private membersOf(room: string): readonly OutgoingQueue[] {
    const { adapter, sockets } = this.io.of('/');
    this.watch(adapter);
    return [...(adapter.rooms.get(room) ?? [])].flatMap((id) => {
      const socket = sockets.get(id);
      return (socket && OutgoingQueue.of(socket.conn)) ?? [];
    });
  }

  /** Who comes or goes within the turn ends the room's run. */
  private watch(adapter: ReturnType<ParleyServer['of']>['adapter']): void {
    if (this.adapter === adapter) return;
    this.adapter = adapter;
    const end = (room: string) => this.runs.delete(room);
    adapter.on('join-room', end);
    adapter.on('leave-room', end);
  }
}
