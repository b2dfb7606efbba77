import type { MemberRole, Message, SystemMetadata } from '@parley/protocol';
import { daysText } from '../../../ui/days-text.js';
import { isolate } from '../../../ui/isolated.js';
import { listed } from '../../../ui/listed.js';

type NameOf = (id: string) => string;

const ROLES: Record<MemberRole, string> = { owner: 'an owner', admin: 'an admin', member: 'a member' };

/** A system message as a sentence: "Ama added Jonas and Li"; `me` is "You". Names are isolated. */
export function systemSentence(message: Message, me: string, nameOf: NameOf): string {
  const metadata = message.metadata as Partial<SystemMetadata>;
  const actor = message.senderId === me ? 'You' : isolate(nameOf(message.senderId));
  const people = listOf((metadata.userIds ?? []).map((id) => (id === me ? 'you' : isolate(nameOf(id)))));
  switch (metadata.event) {
    case 'member_added':
      if (metadata.userIds?.[0] === message.senderId) return `${actor} joined by a link`;
      return `${actor} added ${people}`;
    case 'member_removed':
      return `${actor} removed ${people}`;
    case 'member_left':
      return `${actor} left`;
    case 'role_changed':
      return `${actor} made ${people} ${ROLES[metadata.to as MemberRole] ?? 'a member'}`;
    case 'renamed':
      return `${actor} renamed the group to “${isolate(metadata.to ?? '')}”`;
    case 'archived':
      if (metadata.reason === 'idle') return 'This conversation was archived, as nobody had written in it for long';
      return `${actor} archived this conversation`;
    case 'unarchived':
      return `${actor} took this conversation out of the archive`;
    case 'retention_changed':
      return metadata.to
        ? `${actor} decided that messages are kept here for ${daysText(Number(metadata.to))}`
        : `${actor} decided that messages are kept here as long as elsewhere`;
    case undefined:
    default:
      return `${actor} changed this conversation`;
  }
}

function listOf(names: string[]): string {
  if (names.length === 0) return 'somebody';
  return listed(names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names);
}
