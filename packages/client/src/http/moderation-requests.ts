import type { BanPage, Page, Report, ReportBody, ReportPage, ReportsQuery, UserView } from '@parley/protocol';
import { Blocks } from '../people/blocks.js';
import type { Subscribable } from '../subscribable.js';
import { ConversationRequests } from './conversation-requests.js';
import { hasId, hasItems, isMember, isNothing } from './expectations.js';
import { parametersOf } from './parameters.js';

/** What people do against abuse, by requests. All of these reject with `SdkError`. */
export class ModerationRequests extends ConversationRequests {
  protected readonly blocks = new Blocks(() => this.ask<Page<UserView>>('GET', 'users/me/blocks', hasItems));
  /** Whom this person blocks, by id; the same on all of their devices. */
  readonly blocked: Subscribable<ReadonlySet<string>> = this.blocks.known;

  /** Their direct messages are refused from now on. */
  async block(userId: string, isBlocked: boolean): Promise<void> {
    await this.ask(isBlocked ? 'PUT' : 'DELETE', `users/${userId}/block`, isNothing);
    this.blocks.applyEvent('user:blocked', { userId, isBlocked });
  }

  /** For so many seconds from now on; null ends it. */
  async silence(conversationId: string, userId: string, seconds: number | null): Promise<void> {
    const path = `conversations/${conversationId}/members/${userId}/silence`;
    const [method, body] = seconds === null ? (['DELETE'] as const) : (['PUT', { seconds }] as const);
    await this.ask(method, path, isMember, body);
  }

  /** Removes them, too, and nobody can add them until they are unbanned. */
  ban(conversationId: string, userId: string, isBanned: boolean): Promise<void> {
    return this.ask(isBanned ? 'PUT' : 'DELETE', `conversations/${conversationId}/bans/${userId}`, isNothing);
  }

  bans(conversationId: string, cursor?: string): Promise<BanPage> {
    return this.ask('GET', `conversations/${conversationId}/bans?${parametersOf({ cursor })}`, hasItems);
  }

  /** To the leaders of its group, or of a direct conversation to the server's admins, with its text. */
  report(messageId: string, body: ReportBody): Promise<Report> {
    return this.ask('POST', `messages/${messageId}/reports`, hasId, body);
  }

  /** Those of a group; without its id, for a server admin, those of direct conversations. */
  reports({ conversationId, ...query }: ReportsQuery & { conversationId?: string }): Promise<ReportPage> {
    const path = conversationId === undefined ? 'reports' : `conversations/${conversationId}/reports`;
    return this.ask('GET', `${path}?${parametersOf(query)}`, hasItems);
  }

  resolveReport(reportId: string): Promise<Report> {
    return this.ask('PATCH', `reports/${reportId}`, hasId, { isResolved: true });
  }
}
