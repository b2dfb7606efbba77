import { type Member, type MemberRole, may } from '@parley/protocol';
import { useChatClient, usePresence } from '@parley/react';
import { EllipsisVertical, UserPlus } from 'lucide-react';
import { memo, useCallback, useMemo, useState } from 'react';
import { sentenceFor } from '../../../api/sentences.js';
import { useToday } from '../../../hooks/use-today.js';
import { PersonAvatar } from '../../../ui/avatar.js';
import { BotMark } from '../../../ui/bot-mark.js';
import { Button, IconButton } from '../../../ui/button.js';
import { Alert } from '../../../ui/field.js';
import { isolate } from '../../../ui/isolated.js';
import { Menu, MenuItem } from '../../../ui/menu.js';
import { Panel } from '../../../ui/panel.js';
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

/** Members whose presence is watched, so that the server's limit leaves some for the list of conversations. */
const MOST_WATCHED = 400;

/** The dialog that is open. */
type Asked = { about: 'add' } | { about: 'leave' } | { about: 'remove'; member: Member } | null;

/** The members of a group and their roles; owners and admins change both here. */
export function MemberPanel({ view: item, gone, me, onClose }: MemberPanelProps) {
  const [asked, setAsked] = useState<Asked>(null);
  const { members, fault } = useAllMembers(item);
  const rows = useMemo(() => ranked(members), [members]);
  const presences = usePresence(rows.slice(0, MOST_WATCHED).map(({ user }) => user.id));
  const today = useToday();
  const { changeRole, error } = useRoleChange(item.id);
  const remove = useCallback((member: Member) => setAsked({ about: 'remove', member }), []);
  const failure = error ?? fault;
  const canChange = (member: Member) => gone === null && member.user.id !== me;
  const add = gone === null && may('add_members', item) ? () => setAsked({ about: 'add' }) : null;
  return (
    <Panel label="Members" header={<PanelHeading count={item.memberCount} onAdd={add} />} onClose={onClose}>
      {failure ? <Alert className="m-3">{failure}</Alert> : null}
      <ul aria-label="Members" className="min-h-0 flex-1 overflow-y-auto p-2">
        {rows.map((member) => (
          <MemberRow
            key={member.user.id}
            member={member}
            roles={canChange(member) && may('change_roles', item)}
            removable={canChange(member) && may(`remove_${member.role}`, item)}
            isMe={member.user.id === me}
            presence={presences.get(member.user.id)}
            today={today}
            onRole={changeRole}
            onRemove={remove}
          />
        ))}
      </ul>
      {gone === null && may('leave', item) ? (
        <footer className="flex-none border-t border-line p-3">
          <Button className="w-full" onClick={() => setAsked({ about: 'leave' })}>
            Leave group
          </Button>
        </footer>
      ) : null}
      <AskedDialog item={item} members={members} asked={asked} onClose={() => setAsked(null)} />
    </Panel>
  );
}

function useRoleChange(conversationId: string) {
  const client = useChatClient();
  const [error, setError] = useState<string | null>(null);
  const changeRole = useCallback(
    (member: Member, role: MemberRole) => {
      setError(null);
      client.changeRole(conversationId, member.user.id, role).catch((thrown) => setError(sentenceFor(thrown)));
    },
    [client, conversationId],
  );
  return { changeRole, error };
}

/** `onAdd`: null where nobody can be added. */
function PanelHeading({ count, onAdd }: { count: number; onAdd: (() => void) | null }) {
  return (
    <>
      <h3 className="min-w-0 flex-1 ps-1 text-body font-strong">
        Members <span className="font-normal text-ink-3 tabular-nums">{count}</span>
      </h3>
      {onAdd ? (
        <IconButton label="Add people" onClick={onAdd}>
          <UserPlus size={18} strokeWidth={1.6} />
        </IconButton>
      ) : null}
    </>
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
  /** Whether I may change roles. */
  roles: boolean;
  removable: boolean;
  isMe: boolean;
  presence: Presence | undefined;
  today: Date;
  onRole: (member: Member, role: MemberRole) => void;
  onRemove: (member: Member) => void;
}

const MemberRow = memo(function MemberRow(props: MemberRowProps) {
  const { member, roles, removable, isMe, presence, today, onRole, onRemove } = props;
  const { user, role } = member;
  const words = presenceWords(presence, today);
  return (
    <li data-testid="member-row" className="flex min-h-13 items-center gap-3 rounded-row py-1 pe-1 ps-2 hover:bg-hover">
      <PresenceDot mark={markOf(presence)}>
        <PersonAvatar user={user} size={36} />
      </PresenceDot>
      <span className="min-w-0 flex-1">
        <span dir="auto" className="people-line block truncate text-body leading-5 font-medium">
          <bdi>{user.displayName}</bdi>
          {isMe ? <span className="font-normal text-ink-3"> (you)</span> : null} {user.isBot ? <BotMark /> : null}
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
});

type MemberMenuProps = Pick<MemberRowProps, 'member' | 'roles' | 'removable' | 'onRole' | 'onRemove'>;

function MemberMenu({ member, roles, removable, onRole, onRemove }: MemberMenuProps) {
  const { user, role } = member;
  return (
    <Menu
      trigger={
        <IconButton label={`Change ${isolate(user.displayName)}`}>
          <EllipsisVertical size={16} strokeWidth={1.6} />
        </IconButton>
      }
    >
      {roles && role !== 'owner' ? <MenuItem onSelect={() => onRole(member, 'owner')}>Make an owner</MenuItem> : null}
      {roles && role !== 'admin' ? <MenuItem onSelect={() => onRole(member, 'admin')}>Make an admin</MenuItem> : null}
      {roles && role !== 'member' ? <MenuItem onSelect={() => onRole(member, 'member')}>Make a member</MenuItem> : null}
      {removable ? (
        <MenuItem danger onSelect={() => onRemove(member)}>
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
