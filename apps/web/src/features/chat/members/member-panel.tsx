import type { Member, MemberRole } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { EllipsisVertical, UserPlus, X } from 'lucide-react';
import { useState } from 'react';
import { sentenceFor } from '../../../api/sentences.js';
import { PersonAvatar } from '../../../ui/avatar.js';
import { Button, IconButton } from '../../../ui/button.js';
import { Alert } from '../../../ui/field.js';
import { isolate } from '../../../ui/isolated.js';
import { Menu, MenuItem } from '../../../ui/menu.js';
import type { OpenConversation } from '../open-conversation.js';
import { AddMembersDialog, LeaveDialog, RemoveDialog } from './conversation-dialogs.js';
import { canAddMembers, canRemove, canSetRoles } from './permissions.js';
import { useAllMembers } from './use-all-members.js';

const ROLE_WORDS: Record<MemberRole, string> = { owner: 'Owner', admin: 'Admin', member: '' };
const RANK: Record<MemberRole, number> = { owner: 0, admin: 1, member: 2 };

interface MemberPanelProps extends Pick<OpenConversation, 'view' | 'gone'> {
  me: string;
  onClose: () => void;
}

/** Who is in the group and what they may do; those who lead it change both here. */
export function MemberPanel({ view: item, gone, me, onClose }: MemberPanelProps) {
  const client = useChatClient();
  const [asked, setAsked] = useState<'add' | 'leave' | null>(null);
  const [removing, setRemoving] = useState<Member | null>(null);
  const [error, setError] = useState<string | null>(null);
  const { id, memberCount } = item;
  const { members, fault } = useAllMembers(item);
  const failure = error ?? fault;

  function changeRole(member: Member, role: MemberRole) {
    setError(null);
    client.changeRole(id, member.user.id, role).catch((thrown) => setError(sentenceFor(thrown)));
  }

  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape closes it from whatever has focus in it
    <aside
      aria-label="Members"
      className="chat-panel"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) onClose();
      }}
    >
      <header className="flex h-14 flex-none items-center justify-between border-b border-line pe-2.5 ps-4">
        <h3 className="text-body font-strong">
          Members <span className="font-normal text-ink-3 tabular-nums">{memberCount}</span>
        </h3>
        <div className="flex">
          {gone === null && canAddMembers(item) ? (
            <IconButton label="Add people" onClick={() => setAsked('add')}>
              <UserPlus size={18} strokeWidth={1.6} />
            </IconButton>
          ) : null}
          <IconButton label="Close members" onClick={onClose}>
            <X size={18} strokeWidth={1.6} />
          </IconButton>
        </div>
      </header>
      {failure ? <Alert className="m-3">{failure}</Alert> : null}
      <ul aria-label="Members" className="min-h-0 flex-1 overflow-y-auto p-2">
        {ranked(members).map((member) => (
          <MemberRow
            key={member.user.id}
            member={member}
            facts={gone === null ? item : null}
            isMe={member.user.id === me}
            onRole={(role) => changeRole(member, role)}
            onRemove={() => setRemoving(member)}
          />
        ))}
      </ul>
      {gone === null ? (
        <footer className="flex-none border-t border-line p-3">
          <Button className="w-full" onClick={() => setAsked('leave')}>
            Leave group
          </Button>
        </footer>
      ) : null}
      {asked === 'add' ? (
        <AddMembersDialog
          item={item}
          present={members.map((member) => member.user.id)}
          onClose={() => setAsked(null)}
        />
      ) : null}
      {asked === 'leave' ? <LeaveDialog item={item} onClose={() => setAsked(null)} /> : null}
      {removing ? <RemoveDialog item={item} person={removing.user} onClose={() => setRemoving(null)} /> : null}
    </aside>
  );
}

interface MemberRowProps {
  member: Member;
  /** Null where nothing can be changed any more. */
  facts: OpenConversation['view'] | null;
  isMe: boolean;
  onRole: (role: MemberRole) => void;
  onRemove: () => void;
}

function MemberRow({ member, facts, isMe, onRole, onRemove }: MemberRowProps) {
  const { user, role } = member;
  const here = facts !== null && !isMe;
  const roles = here && canSetRoles(facts);
  const removable = here && canRemove(facts, role);
  return (
    <li data-testid="member-row" className="flex min-h-13 items-center gap-3 rounded-row py-1 pe-1 ps-2 hover:bg-hover">
      <PersonAvatar user={user} size={36} />
      <span className="min-w-0 flex-1">
        <span dir="auto" className="people-line block truncate text-body leading-5 font-medium">
          <bdi>{user.displayName}</bdi>
          {isMe ? <span className="font-normal text-ink-3"> (you)</span> : null}
        </span>
        <span translate="no" className="block truncate text-meta text-ink-3">
          @{user.username}
        </span>
      </span>
      {ROLE_WORDS[role] ? <span className="text-meta text-ink-2">{ROLE_WORDS[role]}</span> : null}
      {roles || removable ? (
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
      ) : null}
    </li>
  );
}

/** Owners first, then admins, each by name. */
function ranked(members: readonly Member[]): Member[] {
  return members.toSorted(
    (a, b) => RANK[a.role] - RANK[b.role] || a.user.displayName.localeCompare(b.user.displayName),
  );
}
