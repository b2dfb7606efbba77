import type { ConversationDetail, CreateConversationBody, MemberRef, MemberRole } from '@parley/protocol';
import { hasId, hasItems, isMember, isNothing } from './expectations.js';
import type { Expectation, Http, HttpMethod } from './http.js';

/** What a client changes of conversations and their members by requests. All of these reject with `SdkError`. */
export class ConversationRequests {
  constructor(protected readonly http: Http) {}

  /** The direct conversation with that person where there is one already. */
  createConversation(body: CreateConversationBody): Promise<ConversationDetail> {
    return this.ask('POST', 'conversations', hasId, body);
  }

  async rename(conversationId: string, name: string): Promise<void> {
    await this.ask('PATCH', `conversations/${conversationId}`, hasId, { name });
  }

  async archive(conversationId: string, isArchived: boolean): Promise<void> {
    await this.ask('PATCH', `conversations/${conversationId}`, hasId, { isArchived });
  }

  async addMembers(conversationId: string, memberIds: MemberRef[]): Promise<void> {
    await this.ask('POST', `conversations/${conversationId}/members`, hasItems, { memberIds });
  }

  removeMember(conversationId: string, userId: string): Promise<void> {
    return this.ask('DELETE', `conversations/${conversationId}/members/${userId}`, isNothing);
  }

  async changeRole(conversationId: string, userId: string, role: MemberRole): Promise<void> {
    await this.ask('PATCH', `conversations/${conversationId}/members/${userId}`, isMember, { role });
  }

  /** Rejects also where something else than the server answered. */
  protected ask<T>(method: HttpMethod, path: string, isExpected: Expectation, body?: unknown): Promise<T> {
    return this.http.request(method, path, body, { isExpected });
  }
}
