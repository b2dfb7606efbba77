import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { HealthPart } from '@parley/protocol';
import { ParleyError } from '../../kernel/errors.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { HealthRegistry } from '../../platform/telemetry/health-registry.js';
import { NodeBus } from '../bus/node-bus.js';
import { closeToComeBack } from '../connections/closing.js';
import { type FollowedConversation, Hub } from './hub.js';
import { MembershipReconciler } from './membership-reconciler.js';
import type { ReceiptStream } from './receipt-stream.js';
import { type Heads, MARKS_AT_ONCE, type ReceiptEvent } from './stream-events.js';
import { StreamSource } from './stream-source.js';

const EVERY_MS = 1_000;
/** While the link to other nodes is down, changes that they committed arrive only by this. */
const EVERY_MS_ALONE = 500;
const AT_A_TIME = 5_000;
/** The receipts of so many conversations are read together. */
const RECEIPTS_OF = 200;

/** Receipts to be read from a number on. */
interface BehindReceipts {
  conversationId: string;
  receipts: ReceiptStream;
  from: number;
  head: Heads;
}

/**
 * Every second this node compares what it has delivered with what the database holds: a notification that was lost, or a commit
 * whose answer was, is found and delivered within that time.
 */
@Injectable()
export class Reconciler implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;
  private isRunning = false;
  private deployment: string | null = null;

  constructor(
    private readonly hub: Hub,
    private readonly bus: NodeBus,
    private readonly source: StreamSource,
    private readonly memberships: MembershipReconciler,
    private readonly state: HealthRegistry,
    private readonly reporter: EventReporter,
  ) {}

  onApplicationBootstrap(): void {
    this.next(0);
    // Notifications may have been lost while a part was missing.
    this.state.onChange(() => this.next(0));
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
  }

  private next(ms: number): void {
    if (this.timer) clearTimeout(this.timer);
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      void this.reconcile();
      this.next(this.state.degraded.some(isLink) ? EVERY_MS_ALONE : EVERY_MS);
    }, ms);
    this.timer.unref();
  }

  /** One reconciliation; a second one meanwhile is left out. */
  async reconcile(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    try {
      await this.hub.openRest();
      const streams = [...this.hub.open()];
      for (let at = 0; at < streams.length; at += AT_A_TIME)
        await this.compareStreams(streams.slice(at, at + AT_A_TIME));
      const users = await this.memberships.repair();
      if (this.deployment === null || streams.length > 0 || users > 0) await this.compareDeployment();
    } catch (fault) {
      this.reporter.reconciliationFailed(fault);
    } finally {
      this.isRunning = false;
    }
  }

  private async compareStreams(streams: readonly FollowedConversation[]): Promise<void> {
    const before = new Map(streams.map(({ stream }) => [stream.conversationId, stream.version]));
    const heads = await this.source.heads([...before.keys()]);
    const behind: BehindReceipts[] = [];
    for (const { stream, receipts } of streams) {
      const { conversationId } = stream;
      const head = heads.get(conversationId);
      const version = before.get(conversationId) ?? 0;
      if (!head || head.version < version || version < head.trimmed) {
        this.discard(conversationId);
        continue;
      }
      stream.observe(head.version);
      const from = receipts.observe(head.receipts);
      if (from !== null) behind.push({ conversationId, receipts, from, head });
    }
    await this.repairReceipts(behind);
  }

  private async repairReceipts(behind: readonly BehindReceipts[]): Promise<void> {
    for (let at = 0; at < behind.length; at += RECEIPTS_OF) {
      const some = behind.slice(at, at + RECEIPTS_OF);
      const found = await this.source.marksAfter(
        new Map(some.map(({ conversationId, from }) => [conversationId, from])),
      );
      for (const each of some) acceptRepaired(each, found.get(each.conversationId) ?? []);
    }
  }

  /**
   * The database is behind what was delivered, as it was restored; or so far ahead that what comes next is there no more. The
   * sockets are closed, and their clients sync.
   */
  private discard(conversationId: string): void {
    this.reporter.streamDiscarded(conversationId);
    for (const socket of this.hub.discard(conversationId)) {
      closeToComeBack(socket, new ParleyError('service_unavailable'));
    }
  }

  private async compareDeployment(): Promise<void> {
    const deployment = await this.source.deployment();
    const changed = this.deployment !== null && this.deployment !== deployment;
    this.deployment = deployment;
    this.bus.belongTo(deployment);
    if (changed) for (const { stream } of [...this.hub.open()]) this.discard(stream.conversationId);
  }
}

const isLink = (part: HealthPart): boolean => part === 'redis' || part === 'bus';

function acceptRepaired({ receipts, head }: BehindReceipts, found: readonly ReceiptEvent[]): void {
  receipts.acceptRepaired(found);
  // As many as are read at once may not be all.
  const last = found.at(-1)?.receipts ?? head.receipts;
  receipts.complete(found.length < MARKS_AT_ONCE ? Math.max(last, head.receipts) : last);
}
