import type { BanPage, Page, Report, ReportBody, ReportPage, UserView } from '@parley/protocol';
import { Blocks } from '../people/blocks.js';
import type { Subscribable } from '../subscribable.js';
import { ConversationRequests } from './conversation-requests.js';
import { hasId, hasItems, isMember, isNothing } from './expectations.js';

/** Which reports: of a group, or for a server admin those of direct conversations. */
export interface ReportsQuery {
  conversationId?: string;
  isResolved?: boolean;
  cursor?: string;
}

/** What people do against abuse, by requests. All of these reject with `SdkError`. */
export class ModerationRequests extends ConversationRequests {
  protected readonly blocks = new Blocks(() =>
    this.http.request<Page<UserView>>('GET', 'users/me/blocks', undefined, { isExpected: hasItems }),
  );
  /** Whom this person blocks, by id; the same on all of their devices. */
  readonly blocked: Subscribable<ReadonlySet<string>> = this.blocks.known;

  /** Their direct messages are refused from now on. */
  async block(userId: string, isBlocked: boolean): Promise<void> {
    await this.nothing(isBlocked ? 'PUT' : 'DELETE', `users/${userId}/block`);
    this.blocks.applyEvent('user:blocked', { userId, isBlocked });
  }

  /** For so many seconds from now on; null ends it. */
  async silence(conversationId: string, userId: string, seconds: number | null): Promise<void> {
    const path = `conversations/${conversationId}/members/${userId}/silence`;
    const [method, body] = seconds === null ? (['DELETE'] as const) : (['PUT', { seconds }] as const);
    await this.http.request(method, path, body, { isExpected: isMember });
  }

  /** Removes them, too, and nobody can add them until they are unbanned. */
  ban(conversationId: string, userId: string, isBanned: boolean): Promise<void> {
    return this.nothing(isBanned ? 'PUT' : 'DELETE', `conversations/${conversationId}/bans/${userId}`);
  }

  bans(conversationId: string, cursor?: string): Promise<BanPage> {
    const query = cursor === undefined ? '' : `?${new URLSearchParams({ cursor })}`;
    return this.http.request('GET', `conversations/${conversationId}/bans${query}`, undefined, {
      isExpected: hasItems,
    });
  }

  /** To the leaders of its group, or of a direct conversation to the server's admins, with its text. */
  report(messageId: string, body: ReportBody): Promise<Report> {
    return this.http.request('POST', `messages/${messageId}/reports`, body, { isExpected: hasId });
  }

  reports({ conversationId, ...query }: ReportsQuery): Promise<ReportPage> {
    const given = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    );
    const path = conversationId === undefined ? 'reports' : `conversations/${conversationId}/reports`;
    return this.http.request('GET', `${path}?${new URLSearchParams(given)}`, undefined, { isExpected: hasItems });
  }

  resolveReport(reportId: string): Promise<Report> {
    return this.http.request('PATCH', `reports/${reportId}`, { isResolved: true }, { isExpected: hasId });
  }

  private async nothing(method: 'PUT' | 'DELETE', path: string): Promise<void> {
    await this.http.request(method, path, undefined, { isExpected: isNothing });
  }
}
