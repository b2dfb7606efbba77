import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Announcement } from '@parley/protocol';
import { invalid } from '../../kernel/errors.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { NodeBus } from '../../realtime/bus/node-bus.js';
import type { Topic } from '../../realtime/bus/topic.js';
import { IO, type ParleyServer } from '../../realtime/socket.js';
import { AuditService } from '../audit/index.js';
import { type AnnouncementRow, AnnouncementsRepository } from './announcements.repository.js';

/** How late an announcement of another node is read where the bus loses it. */
const LOOK_MS = 5_000;
const LONGEST_MS = 366 * 24 * 3_600_000;

/** There is another announcement: which, each node reads from the database. */
const ANNOUNCED: Topic<object> = {
  name: 'announced',
  format: 1,
  channel: 'nodes',
  decode: (value) => (typeof value === 'object' ? value : null),
};

/**
 * Emits what server admins announce to all sockets of this node, whichever node was asked. The newest one counts; who
 * connects before its end is sent it, too. One without an end is for those who are there.
 */
@Injectable()
export class AnnouncementsService implements OnApplicationBootstrap, OnApplicationShutdown {
  private newest: AnnouncementRow | null = null;
  private hasLooked = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly repository: AnnouncementsRepository,
    private readonly audit: AuditService,
    private readonly bus: NodeBus,
    @Inject(IO) private readonly io: ParleyServer,
    private readonly reporter: EventReporter,
  ) {
    bus.on(ANNOUNCED, () => void this.look());
  }

  async onApplicationBootstrap(): Promise<void> {
    this.io.on('connection', (socket) => {
      if (this.newest && isCurrent(this.newest)) socket.emit('server:announcement', payloadOf(this.newest));
    });
    this.timer = setInterval(() => void this.look(), LOOK_MS).unref();
    await this.look();
  }

  onApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** In place of whatever was announced before. @throws `validation_failed` where `until` is not ahead, or by over a year. */
  async announce(actorId: string, { text, until }: Announcement): Promise<Announcement> {
    const endsAt = until === undefined ? null : new Date(until);
    const left = endsAt === null ? 1 : endsAt.getTime() - Date.now();
    if (left <= 0) throw invalid('until', 'must be ahead');
    if (left > LONGEST_MS) throw invalid('until', 'must be within a year');
    const row = await this.repository.insert({ text, endsAt, createdBy: actorId }, (tx) =>
      this.audit.record(
        { actorId, action: 'announcement_made', details: { until: endsAt?.toISOString() ?? null } },
        tx,
      ),
    );
    this.tell(row);
    this.bus.publish(ANNOUNCED, {});
    return payloadOf(row);
  }

  private async look(): Promise<void> {
    if (!this.repository.availability.isUp) return;
    try {
      const row = await this.repository.newest();
      // What was announced before this node was there is for those alone who come before its end.
      if (row && (this.hasLooked || isCurrent(row))) this.tell(row);
      else this.newest ??= row;
      this.hasLooked = true;
    } catch (fault) {
      this.reporter.announcementsNotRead(fault);
    }
  }

  private tell(row: AnnouncementRow): void {
    if (this.newest && this.newest.number >= row.number) return;
    this.newest = row;
    if (row.endsAt === null || isCurrent(row)) this.io.local.emit('server:announcement', payloadOf(row));
  }
}

const isCurrent = ({ endsAt }: AnnouncementRow): boolean => endsAt !== null && endsAt.getTime() > Date.now();

const payloadOf = ({ text, endsAt }: AnnouncementRow): Announcement => ({
  text,
  ...(endsAt && { until: endsAt.toISOString() }),
});
