import type { ConversationDetail, CreateConversationBody, MemberRef, MemberRole } from '@parley/protocol';
import { hasId, hasItems, isMember, isNothing } from './expectations.js';
import type { Http } from './http.js';

/** What a client changes of conversations and their members by requests. All of these reject with `SdkError`. */
export class ConversationRequests {
  constructor(protected readonly http: Http) {}

  /** The direct conversation with that person where there is one already. */
  createConversation(body: CreateConversationBody): Promise<ConversationDetail> {
    return this.http.request('POST', 'conversations', body, { isExpected: hasId });
  }

  async rename(conversationId: string, name: string): Promise<void> {
    await this.http.request('PATCH', `conversations/${conversationId}`, { name }, { isExpected: hasId });
  }

  async archive(conversationId: string, isArchived: boolean): Promise<void> {
    await this.http.request('PATCH', `conversations/${conversationId}`, { isArchived }, { isExpected: hasId });
  }

  async addMembers(conversationId: string, memberIds: MemberRef[]): Promise<void> {
    await this.http.request('POST', `conversations/${conversationId}/members`, { memberIds }, { isExpected: hasItems });
  }

  async removeMember(conversationId: string, userId: string): Promise<void> {
    await this.http.request('DELETE', `conversations/${conversationId}/members/${userId}`, undefined, {
      isExpected: isNothing,
    });
  }

  async changeRole(conversationId: string, userId: string, role: MemberRole): Promise<void> {
    await this.http.request(
      'PATCH',
      `conversations/${conversationId}/members/${userId}`,
      { role },
      { isExpected: isMember },
    );
  }
}
