import { may } from '@parley/protocol';
import { useIsBlocked } from '@parley/react';
import {
  Archive,
  ArchiveRestore,
  Ban,
  ChevronLeft,
  EllipsisVertical,
  LogOut,
  Pencil,
  Search,
  UsersRound,
} from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useHasSearch } from '../../hooks/use-has-search.js';
import { useToday } from '../../hooks/use-today.js';
import type { View } from '../../hooks/use-view.js';
import { Avatar } from '../../ui/avatar.js';
import { IconButton } from '../../ui/button.js';
import { lazyPart } from '../../ui/lazy-part.js';
import { Menu, MenuItem } from '../../ui/menu.js';
import { DialogPart } from '../../ui/part.js';
import { PresenceDot } from '../../ui/presence-dot.js';
import { markOf, presenceWords } from '../people/presence.js';
import { usePeerPresence } from '../people/use-peer-presence.js';
import { titleOf } from './conversation-title.js';
import { ArchiveDialog, LeaveDialog, RenameDialog } from './members/conversation-dialogs.js';
import { BlockDialog, UnblockDialog } from './members/moderation-dialogs.js';
import { useOnlineCount } from './members/use-online-count.js';
import type { OpenConversation } from './open-conversation.js';
import { OwnEntries } from './own-settings/own-entries.js';

const MuteDialog = lazyPart(() => import('./own-settings/mute-dialog.js'));

interface ChatHeaderProps extends Pick<OpenConversation, 'view' | 'gone'> {
  panel: View['panel'];
  onTogglePanel: View['togglePanel'];
}

type Asked = 'mute' | 'rename' | 'archive' | 'leave' | 'block' | 'unblock' | null;

const ICON = { size: 18, strokeWidth: 1.6 } as const;
const SMALL = { size: 16, strokeWidth: 1.6 } as const;

export function ChatHeader({ view: item, gone, panel, onTogglePanel }: ChatHeaderProps) {
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState<Asked>(null);
  const hasSearch = useHasSearch();
  const title = titleOf(item);
  const today = useToday();
  const presence = usePeerPresence(item.peer);
  const online = useOnlineCount(item);
  const close = () => setAsked(null);
  return (
    <header className="flex h-14 flex-none items-center gap-1 border-b border-line pe-2.5 ps-5 max-[720px]:pe-1 max-[720px]:ps-1">
      <IconButton label="Back to conversations" className="min-[721px]:hidden" onClick={() => navigate('/')}>
        <ChevronLeft size={22} strokeWidth={1.6} />
      </IconButton>
      <PresenceDot mark={markOf(presence)}>
        <Avatar id={item.peer?.id ?? item.id} name={title} url={item.peer?.avatarUrl} size={32} />
      </PresenceDot>
      <div className="min-w-0 flex-1 ps-2">
        <h2 dir="auto" className="people-line truncate text-body leading-5 font-strong">
          {title}
        </h2>
        <p className="truncate text-meta text-ink-3">{subtitleOf(item, presenceWords(presence, today), online)}</p>
      </div>
      {hasSearch ? (
        <IconButton label="Search" aria-pressed={panel === 'search'} onClick={() => onTogglePanel('search')}>
          <Search {...ICON} />
        </IconButton>
      ) : null}
      {item.type === 'group' ? (
        <IconButton label="Members" aria-pressed={panel === 'members'} onClick={() => onTogglePanel('members')}>
          <UsersRound {...ICON} />
        </IconButton>
      ) : null}
      {gone === null ? <ConversationMenu item={item} onAsk={setAsked} /> : null}
      {asked === 'mute' ? (
        <DialogPart>
          <MuteDialog item={item} onClose={close} />
        </DialogPart>
      ) : null}
      {asked === 'rename' ? <RenameDialog item={item} onClose={close} /> : null}
      {asked === 'archive' ? <ArchiveDialog item={item} onClose={close} /> : null}
      {asked === 'block' && item.peer ? <BlockDialog person={item.peer} onClose={close} /> : null}
      {asked === 'unblock' && item.peer ? <UnblockDialog person={item.peer} onClose={close} /> : null}
      {asked === 'leave' ? <LeaveDialog item={item} onClose={close} /> : null}
    </header>
  );
}

interface ConversationMenuProps {
  item: OpenConversation['view'];
  onAsk: (asked: Asked) => void;
}

function ConversationMenu({ item, onAsk }: ConversationMenuProps) {
  const { peer } = item;
  const isBlocked = useIsBlocked(peer?.id ?? null);
  return (
    <Menu
      trigger={
        <IconButton label="More">
          <EllipsisVertical {...ICON} />
        </IconButton>
      }
    >
      <OwnEntries item={item} onMute={() => onAsk('mute')} />
      {may('rename', item) ? (
        <MenuItem icon={<Pencil {...SMALL} />} onSelect={() => onAsk('rename')}>
          Rename…
        </MenuItem>
      ) : null}
      {may('archive', item) ? (
        <MenuItem
          icon={item.isArchived ? <ArchiveRestore {...SMALL} /> : <Archive {...SMALL} />}
          onSelect={() => onAsk('archive')}
        >
          {item.isArchived ? 'Take out of the archive…' : 'Archive…'}
        </MenuItem>
      ) : null}
      {peer ? (
        <MenuItem icon={<Ban {...SMALL} />} onSelect={() => onAsk(isBlocked ? 'unblock' : 'block')}>
          {isBlocked ? 'Unblock…' : 'Block…'}
        </MenuItem>
      ) : null}
      {may('leave', item) ? (
        <MenuItem danger icon={<LogOut {...SMALL} />} onSelect={() => onAsk('leave')}>
          Leave group…
        </MenuItem>
      ) : null}
    </Menu>
  );
}

function subtitleOf(item: OpenConversation['view'], presence: string | null, online: number): string {
  const words = item.isArchived ? ', archived' : '';
  if (item.type === 'direct') return `@${item.peer?.username ?? ''}${presence ? ` · ${presence}` : ''}${words}`;
  const here = online > 0 ? ` · ${online} online` : '';
  return `${item.memberCount} ${item.memberCount === 1 ? 'member' : 'members'}${here}${words}`;
}
