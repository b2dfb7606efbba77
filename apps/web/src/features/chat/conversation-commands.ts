import type { ConversationDetail, MemberRole } from '@parley/protocol';
import { request } from '../../api/http.js';

/** What changes a conversation. The result comes back as events; each throws `ApiError` where it is refused. */

export async function rename(id: string, name: string): Promise<void> {
  await request<ConversationDetail>('PATCH', `conversations/${id}`, { body: { name } });
}

export async function setArchived(id: string, isArchived: boolean): Promise<void> {
  await request<ConversationDetail>('PATCH', `conversations/${id}`, { body: { isArchived } });
}

export async function addMembers(id: string, memberIds: string[]): Promise<void> {
  await request('POST', `conversations/${id}/members`, { body: { memberIds } });
}

export async function setRole(id: string, userId: string, role: MemberRole): Promise<void> {
  await request('PATCH', `conversations/${id}/members/${userId}`, { body: { role } });
}

/** Removing oneself is leaving. */
export async function removeMember(id: string, userId: string): Promise<void> {
  await request('DELETE', `conversations/${id}/members/${userId}`);
}
