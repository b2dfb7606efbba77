import { type Member, type MemberRole, may } from '@parley/protocol';
import { useChatClient, useIsBlocked, usePresence } from '@parley/react';
import { EllipsisVertical, UserPlus } from 'lucide-react';
import { memo, useCallback, useMemo, useState } from 'react';
import { sentenceFor } from '../../../api/sentences.js';
import { useKeptFocus } from '../../../hooks/use-kept-focus.js';
import { useToday } from '../../../hooks/use-today.js';
import { PersonAvatar } from '../../../ui/avatar.js';
import { BotMark } from '../../../ui/bot-mark.js';
import { Button, IconButton } from '../../../ui/button.js';
import { Alert } from '../../../ui/field.js';
import { isolate } from '../../../ui/isolated.js';
import { Menu, MenuItem, MenuSeparator } from '../../../ui/menu.js';
import { Panel } from '../../../ui/panel.js';
import { PresenceDot } from '../../../ui/presence-dot.js';
import { MOST_WATCHED, markOf, type Presence, presenceWords } from '../../people/presence.js';
import type { OpenConversation } from '../open-conversation.js';
import { BansDialog } from './bans-dialog.js';
import { AddMembersDialog, LeaveDialog } from './conversation-dialogs.js';
import { ExportDialog } from './export-dialog.js';
import { InvitesDialog } from './invites-dialog.js';
import { BanDialog, BlockDialog, RemoveDialog, SilenceDialog } from './moderation-dialogs.js';
import ReportsDialog from './reports-dialog.js';
import { RetentionDialog } from './retention-dialog.js';
import { useAllMembers } from './use-all-members.js';
import { useSilence } from './use-silence.js';

const ROLE_WORDS: Record<MemberRole, string> = { owner: 'Owner', admin: 'Admin', member: '' };
const RANK: Record<MemberRole, number> = { owner: 0, admin: 1, member: 2 };

interface MemberPanelProps extends Pick<OpenConversation, 'view' | 'gone'> {
  me: string;
  onClose: () => void;
}

/** The dialog that is open. */
type Asked = { about: OfGroup } | { about: OfMember; member: Member } | null;
type OfGroup = 'add' | 'invites' | 'leave' | 'reports' | 'bans' | 'retention' | 'export';
/** What is asked about one member. */
type OfMember = 'remove' | 'silence' | 'ban' | 'block';

/** The members of a group and their roles; owners and admins change both here. */
export default function MemberPanel({ view: item, gone, me, onClose }: MemberPanelProps) {
  const [asked, setAsked] = useState<Asked>(null);
  const { members, fault } = useAllMembers(item);
  const rows = useMemo(() => ranked(members), [members]);
  const focus = useKeptFocus(rows.map(({ user }) => user.id));
  const presences = usePresence(rows.slice(0, MOST_WATCHED).map(({ user }) => user.id));
  const today = useToday();
  const { changeRole, unsilence, unblock, error } = useMemberChanges(item.id);
  const ask = useCallback((about: OfMember, member: Member) => setAsked({ about, member }), []);
  const failure = error ?? fault;
  const canChange = (member: Member) => gone === null && member.user.id !== me;
  const add = gone === null && may('add_members', item) ? () => setAsked({ about: 'add' }) : null;
  return (
    <Panel label="Members" header={<PanelHeading count={item.memberCount} onAdd={add} />} onClose={onClose}>
      {failure ? <Alert className="m-3">{failure}</Alert> : null}
      <ul {...focus} aria-label="Members" className="min-h-0 flex-1 overflow-y-auto p-2">
        {rows.map((member) => (
          <MemberRow
            key={member.user.id}
            member={member}
            roles={canChange(member) && may('change_roles', item)}
            removable={canChange(member) && may(`remove_${member.role}`, item)}
            silenceable={canChange(member) && member.role !== 'owner' && may('silence', item)}
            isMe={member.user.id === me}
            presence={presences.get(member.user.id)}
            today={today}
            onRole={changeRole}
            onAsk={ask}
            onUnsilence={unsilence}
            onUnblock={unblock}
          />
        ))}
      </ul>
      {gone === null ? <PanelFooter item={item} onAsk={(about) => setAsked({ about })} /> : null}
      <AskedDialog item={item} members={members} asked={asked} onClose={() => setAsked(null)} />
    </Panel>
  );
}

function useMemberChanges(conversationId: string) {
  const client = useChatClient();
  const [error, setError] = useState<string | null>(null);
  const changes = useMemo(() => {
    const run = (change: Promise<void>) => {
      setError(null);
      change.catch((thrown) => setError(sentenceFor(thrown)));
    };
    return {
      changeRole: ({ user }: Member, role: MemberRole) => run(client.changeRole(conversationId, user.id, role)),
      unsilence: ({ user }: Member) => run(client.silence(conversationId, user.id, null)),
      unblock: ({ user }: Member) => run(client.block(user.id, false)),
    };
  }, [client, conversationId]);
  return { ...changes, error };
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

const FOOTER = [
  { about: 'invites', verb: 'invite', words: 'Links to this group' },
  { about: 'reports', verb: 'see_reports', words: 'Reports' },
  { about: 'bans', verb: 'see_bans', words: 'Banned people' },
  { about: 'retention', verb: 'set_retention', words: 'Keeping messages' },
  { about: 'export', verb: 'export', words: 'Export…' },
  { about: 'leave', verb: 'leave', words: 'Leave group' },
] as const;

function PanelFooter({ item, onAsk }: Pick<AskedDialogProps, 'item'> & { onAsk: (about: OfGroup) => void }) {
  return (
    <footer className="flex flex-none flex-wrap gap-2 border-t border-line p-3 empty:hidden">
      {FOOTER.map(({ about, verb, words }) =>
        may(verb, item) ? (
          <Button key={about} className="flex-auto" onClick={() => onAsk(about)}>
            {words}
          </Button>
        ) : null,
      )}
    </footer>
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
    case 'invites':
      return <InvitesDialog conversationId={item.id} onClose={onClose} />;
    case 'reports':
      return <ReportsDialog conversationId={item.id} onClose={onClose} />;
    case 'bans':
      return <BansDialog conversationId={item.id} onClose={onClose} />;
    case 'retention':
      return <RetentionDialog item={item} onClose={onClose} />;
    case 'export':
      return <ExportDialog item={item} onClose={onClose} />;
    case 'leave':
      return <LeaveDialog item={item} onClose={onClose} />;
    case 'remove':
      return <RemoveDialog item={item} person={asked.member.user} onClose={onClose} />;
    case 'silence':
      return <SilenceDialog item={item} person={asked.member.user} onClose={onClose} />;
    case 'ban':
      return <BanDialog item={item} person={asked.member.user} onClose={onClose} />;
    case 'block':
      return <BlockDialog person={asked.member.user} onClose={onClose} />;
    default:
      return null;
  }
}

interface MemberRowProps {
  member: Member;
  /** Whether I may change roles. */
  roles: boolean;
  removable: boolean;
  silenceable: boolean;
  isMe: boolean;
  presence: Presence | undefined;
  today: Date;
  onRole: (member: Member, role: MemberRole) => void;
  onAsk: (about: OfMember, member: Member) => void;
  onUnsilence: (member: Member) => void;
  onUnblock: (member: Member) => void;
}

const MemberRow = memo(function MemberRow(props: MemberRowProps) {
  const { member, isMe, presence, today } = props;
  const { user, role } = member;
  const isSilenced = useSilence(member) !== null;
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
      {isSilenced ? <span className="text-meta text-ink-2">Silenced</span> : null}
      {ROLE_WORDS[role] ? <span className="text-meta text-ink-2">{ROLE_WORDS[role]}</span> : null}
      {isMe ? null : <MemberMenu {...props} isSilenced={isSilenced} />}
    </li>
  );
});

function MemberMenu(props: MemberRowProps & { isSilenced: boolean }) {
  const { member, roles, removable, silenceable, isSilenced, onRole, onAsk, onUnsilence, onUnblock } = props;
  const { user, role } = member;
  const isBlocked = useIsBlocked(user.id);
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
      {isBlocked ? (
        <MenuItem onSelect={() => onUnblock(member)}>Unblock</MenuItem>
      ) : (
        <MenuItem onSelect={() => onAsk('block', member)}>Block…</MenuItem>
      )}
      {silenceable ? <MenuSeparator /> : null}
      {silenceable && isSilenced ? <MenuItem onSelect={() => onUnsilence(member)}>End the silence</MenuItem> : null}
      {silenceable ? <MenuItem onSelect={() => onAsk('silence', member)}>Silence…</MenuItem> : null}
      {removable ? (
        <MenuItem danger onSelect={() => onAsk('remove', member)}>
          Remove from group…
        </MenuItem>
      ) : null}
      {removable && silenceable ? (
        <MenuItem danger onSelect={() => onAsk('ban', member)}>
          Ban…
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
