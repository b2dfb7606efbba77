import { type Member, type MemberRole, may } from '@parley/protocol';
import { useChatClient, usePresence } from '@parley/react';
import { EllipsisVertical, UserPlus, X } from 'lucide-react';
import { useState } from 'react';
import { sentenceFor } from '../../../api/sentences.js';
import { useToday } from '../../../hooks/use-today.js';
import { PersonAvatar } from '../../../ui/avatar.js';
import { Button, IconButton } from '../../../ui/button.js';
import { Alert } from '../../../ui/field.js';
import { isolate } from '../../../ui/isolated.js';
import { Menu, MenuItem } from '../../../ui/menu.js';
import { PresenceDot } from '../../../ui/presence-dot.js';
import { markOf, type Presence, presenceWords } from '../../people/presence.js';
import type { OpenConversation } from '../open-conversation.js';
import { AddMembersDialog, LeaveDialog, RemoveDialog } from './conversation-dialogs.js';
import { useAllMembers } from './use-all-members.js';

const ROLE_WORDS: Record<MemberRole, string> = { owner: 'Owner', admin: 'Admin', member: '' };
const RANK: Record<MemberRole, number> = { owner: 0, admin: 1, member: 2 };

interface MemberPanelProps extends Pick<OpenConversation, 'view' | 'gone'> {
  me: string;
  onClose: () => void;
}

/** The dialog that is open. */
type Asked = { about: 'add' } | { about: 'leave' } | { about: 'remove'; member: Member } | null;

/** The members of a group and their roles; owners and admins change both here. */
export function MemberPanel({ view: item, gone, me, onClose }: MemberPanelProps) {
  const [asked, setAsked] = useState<Asked>(null);
  const { members, fault } = useAllMembers(item);
  const presences = usePresence(members.map(({ user }) => user.id));
  const { changeRole, error } = useRoleChange(item.id);
  const failure = error ?? fault;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape closes it from whatever has focus in it
    <aside
      aria-label="Members"
      className="chat-panel"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) onClose();
      }}
    >
      <PanelHeader
        count={item.memberCount}
        onAdd={gone === null && may('add_members', item) ? () => setAsked({ about: 'add' }) : null}
        onClose={onClose}
      />
      {failure ? <Alert className="m-3">{failure}</Alert> : null}
      <ul aria-label="Members" className="min-h-0 flex-1 overflow-y-auto p-2">
        {ranked(members).map((member) => (
          <MemberRow
            key={member.user.id}
            member={member}
            facts={gone === null ? item : null}
            isMe={member.user.id === me}
            presence={presences.get(member.user.id)}
            onRole={(role) => changeRole(member, role)}
            onRemove={() => setAsked({ about: 'remove', member })}
          />
        ))}
      </ul>
      {gone === null ? (
        <footer className="flex-none border-t border-line p-3">
          <Button className="w-full" onClick={() => setAsked({ about: 'leave' })}>
            Leave group
          </Button>
        </footer>
      ) : null}
      <AskedDialog item={item} members={members} asked={asked} onClose={() => setAsked(null)} />
    </aside>
  );
}

function useRoleChange(conversationId: string) {
  const client = useChatClient();
  const [error, setError] = useState<string | null>(null);
  function changeRole(member: Member, role: MemberRole) {
    setError(null);
    client.changeRole(conversationId, member.user.id, role).catch((thrown) => setError(sentenceFor(thrown)));
  }
  return { changeRole, error };
}

/** `onAdd`: null where nobody can be added. */
function PanelHeader({ count, onAdd, onClose }: { count: number; onAdd: (() => void) | null; onClose: () => void }) {
  return (
    <header className="flex h-14 flex-none items-center justify-between border-b border-line pe-2.5 ps-4">
      <h3 className="text-body font-strong">
        Members <span className="font-normal text-ink-3 tabular-nums">{count}</span>
      </h3>
      <div className="flex">
        {onAdd ? (
          <IconButton label="Add people" onClick={onAdd}>
            <UserPlus size={18} strokeWidth={1.6} />
          </IconButton>
        ) : null}
        <IconButton label="Close members" onClick={onClose}>
          <X size={18} strokeWidth={1.6} />
        </IconButton>
      </div>
    </header>
  );
}

interface AskedDialogProps {
  item: OpenConversation['view'];
  members: readonly Member[];
  asked: Asked;
  onClose: () => void;
}

function AskedDialog({ item, members, asked, onClose }: AskedDialogProps) {
  switch (asked?.about) {
    case 'add':
      return <AddMembersDialog item={item} present={members.map(({ user }) => user.id)} onClose={onClose} />;
    case 'leave':
      return <LeaveDialog item={item} onClose={onClose} />;
    case 'remove':
      return <RemoveDialog item={item} person={asked.member.user} onClose={onClose} />;
    default:
      return null;
  }
}

interface MemberRowProps {
  member: Member;
  /** Null where nothing can be changed, since I am no longer a member. */
  facts: OpenConversation['view'] | null;
  isMe: boolean;
  presence: Presence | undefined;
  onRole: (role: MemberRole) => void;
  onRemove: () => void;
}

function MemberRow({ member, facts, isMe, presence, onRole, onRemove }: MemberRowProps) {
  const { user, role } = member;
  const words = presenceWords(presence, useToday());
  const here = facts !== null && !isMe;
  const roles = here && may('change_roles', facts);
  const removable = here && may(`remove_${role}`, facts);
  return (
    <li data-testid="member-row" className="flex min-h-13 items-center gap-3 rounded-row py-1 pe-1 ps-2 hover:bg-hover">
      <PresenceDot mark={markOf(presence)}>
        <PersonAvatar user={user} size={36} />
      </PresenceDot>
      <span className="min-w-0 flex-1">
        <span dir="auto" className="people-line block truncate text-body leading-5 font-medium">
          <bdi>{user.displayName}</bdi>
          {isMe ? <span className="font-normal text-ink-3"> (you)</span> : null}
        </span>
        <span className="block truncate text-meta text-ink-3">
          <span translate="no">@{user.username}</span>
          {words ? ` · ${words}` : null}
        </span>
      </span>
      {ROLE_WORDS[role] ? <span className="text-meta text-ink-2">{ROLE_WORDS[role]}</span> : null}
      {roles || removable ? (
        <MemberMenu member={member} roles={roles} removable={removable} onRole={onRole} onRemove={onRemove} />
      ) : null}
    </li>
  );
}

interface MemberMenuProps extends Pick<MemberRowProps, 'member' | 'onRole' | 'onRemove'> {
  /** Whether I may change roles. */
  roles: boolean;
  removable: boolean;
}

function MemberMenu({ member: { user, role }, roles, removable, onRole, onRemove }: MemberMenuProps) {
  return (
    <Menu
      trigger={
        <IconButton label={`Change ${isolate(user.displayName)}`}>
          <EllipsisVertical size={16} strokeWidth={1.6} />
        </IconButton>
      }
    >
      {roles && role !== 'owner' ? <MenuItem onSelect={() => onRole('owner')}>Make an owner</MenuItem> : null}
      {roles && role !== 'admin' ? <MenuItem onSelect={() => onRole('admin')}>Make an admin</MenuItem> : null}
      {roles && role !== 'member' ? <MenuItem onSelect={() => onRole('member')}>Make a member</MenuItem> : null}
      {removable ? (
        <MenuItem danger onSelect={onRemove}>
          Remove from group…
        </MenuItem>
      ) : null}
    </Menu>
  );
}

/** Owners first, then admins, each by name. */
function ranked(members: readonly Member[]): Member[] {
  return members.toSorted(
    (a, b) => RANK[a.role] - RANK[b.role] || a.user.displayName.localeCompare(b.user.displayName),
  );
}
