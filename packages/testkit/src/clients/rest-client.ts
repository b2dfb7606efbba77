import type {
  AddMembersBody,
  ConversationDetail,
  ConversationListItem,
  ConversationPage,
  CreateConversationBody,
  Me,
  Message,
  MessagePage,
  SendMessageBody,
  UnreadSummary,
} from '@parley/protocol';
import { HttpClient } from './http-client.js';

/** The few REST requests that scenarios need, as one user. */
export class RestClient extends HttpClient {
  me(): Promise<Me> {
    return this.request('GET', '/users/me');
  }

  createConversation(body: CreateConversationBody): Promise<ConversationDetail> {
    return this.request('POST', '/conversations', body);
  }

  /** All of mine, archived ones too, as they are listed. */
  async conversations(): Promise<ConversationListItem[]> {
    const all: ConversationListItem[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const from: string = cursor && `&cursor=${encodeURIComponent(cursor)}`;
      const page: ConversationPage = await this.request('GET', `/conversations?archived=all&limit=100${from}`);
      all.push(...page.items);
      cursor = page.nextCursor;
    }
    return all;
  }

  unread(): Promise<UnreadSummary> {
    return this.request('GET', '/messages/unread');
  }

  conversation(id: string): Promise<ConversationDetail> {
    return this.request('GET', `/conversations/${id}`);
  }

  addMembers(id: string, memberIds: AddMembersBody['memberIds']): Promise<unknown> {
    return this.request('POST', `/conversations/${id}/members`, { memberIds });
  }

  removeMember(id: string, userId: string): Promise<unknown> {
    return this.request('DELETE', `/conversations/${id}/members/${userId}`);
  }

  send(id: string, body: SendMessageBody): Promise<Message> {
    return this.request('POST', `/conversations/${id}/messages`, body);
  }

  rename(id: string, name: string): Promise<unknown> {
    return this.request('PATCH', `/conversations/${id}`, { name });
  }

  react(messageId: string, emoji: string): Promise<unknown> {
    return this.request('POST', `/messages/${messageId}/reactions`, { emoji });
  }

  edit(messageId: string, content: string): Promise<Message> {
    return this.request('PATCH', `/messages/${messageId}`, { content });
  }

  delete(messageId: string): Promise<Message> {
    return this.request('DELETE', `/messages/${messageId}`);
  }

  archive(id: string): Promise<ConversationDetail> {
    return this.request('PATCH', `/conversations/${id}`, { isArchived: true });
  }

  /** The whole history in order of `seq`, page by page. */
  async *history(id: string, limit = 100): AsyncGenerator<MessagePage> {
    let after: string | null = '0';
    while (after !== null) {
      const page: MessagePage = await this.request(
        'GET',
        `/conversations/${id}/messages?after=${encodeURIComponent(after)}&limit=${limit}`,
      );
      yield page;
      after = page.nextCursor;
    }
  }

  /** As `history`, all in one. */
  async messages(id: string): Promise<Message[]> {
    const all: Message[] = [];
    for await (const page of this.history(id)) all.push(...page.items);
    return all;
  }
}
