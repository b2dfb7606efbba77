import { createHash } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { PushSubscriptionBody, PushSubscriptionItem, PushSubscriptions } from '@parley/protocol';
import { invalid, notFound, ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import type { PushClient } from '../../platform/push/push-client.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { SessionEvents, type SessionsEnded } from '../auth/index.js';
import { PUSH_CLIENT } from './push-client.provider.js';
import { PushSubscriptionsRepository, type SubscriptionRow } from './push-subscriptions.repository.js';

/** Which browsers of a user are told of messages while the app is closed there. */
@Injectable()
export class PushSubscriptionsService implements OnApplicationShutdown {
  private readonly stop: () => void;

  constructor(
    private readonly repository: PushSubscriptionsRepository,
    @Inject(PUSH_CLIENT) private readonly client: PushClient | null,
    private readonly reporter: EventReporter,
    sessions: SessionEvents,
  ) {
    this.stop = sessions.onEnded((ended) => void this.end(ended));
  }

  onApplicationShutdown(): void {
    this.stop();
    this.client?.close();
  }

  /**
   * Makes one, or the same again. @throws `unsupported` where this server sends no pushes; `forbidden` for bots;
   * `validation_failed` for an address that pushes may not go to.
   */
  async save({ userId, sessionId, isBot }: Principal, body: PushSubscriptionBody): Promise<PushSubscriptionItem> {
    if (!this.client) throw new ParleyError('unsupported', { message: 'This server sends no pushes.' });
    if (isBot) throw new ParleyError('forbidden', { message: 'Bots have no browsers.' });
    const { p256dh, auth, isPrivate = false } = body;
    if (!this.client.isAllowed(body.endpoint))
      throw invalid('endpoint', 'must be the https address of a push service on the internet');
    const endpoint = new URL(body.endpoint).href;
    const endpointHash = createHash('sha256').update(endpoint).digest();
    const row = await this.repository.save({ userId, sessionId, endpoint, endpointHash, p256dh, auth, isPrivate });
    if (!row) throw new ParleyError('unauthenticated');
    return present(row, sessionId);
  }

  async list({ userId, sessionId }: Principal): Promise<PushSubscriptions> {
    const rows = await this.repository.list(userId);
    return { publicKey: this.client?.publicKey ?? null, items: rows.map((row) => present(row, sessionId)) };
  }

  /** @throws `not_found` where the caller has no such one. */
  async remove({ userId }: Principal, id: string): Promise<void> {
    if (!(await this.repository.delete(userId, id))) throw notFound();
  }

  /** Whatever becomes of this: without its session a subscription is nothing, and goes with the session's row. */
  private async end({ isRemote, ...ended }: SessionsEnded): Promise<void> {
    if (isRemote) return;
    await this.repository.deleteEnded(ended).catch((fault: unknown) => this.reporter.pushesNotForgotten(fault));
  }
}

function present(row: SubscriptionRow, currentId: string | null): PushSubscriptionItem {
  return {
    id: row.id,
    service: new URL(row.endpoint).host,
    isPrivate: row.isPrivate,
    isCurrent: currentId !== null && row.sessionId === currentId,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  };
}
