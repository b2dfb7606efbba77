import type { Me, UserView } from '@parley/protocol';
import { useUser } from '@parley/react';
import { Activity, Ban, CircleUserRound, Flag, LogOut, PenSquare, Search, Settings, Users } from 'lucide-react';
import { type ComponentProps, useState } from 'react';
import { useLocation } from 'wouter';
import { useStore } from 'zustand';
import { BASE_PATH } from '../../api/http.js';
import { chooseEnter, type EnterChoice, enterStore } from '../../hooks/enter-key.js';
import { IS_APPLE } from '../../hooks/platform.js';
import { chooseTheme, type ThemeChoice, themeStore } from '../../hooks/theme.js';
import { useHasFiles } from '../../hooks/use-has-files.js';
import { useView } from '../../hooks/use-view.js';
import { PersonAvatar } from '../../ui/avatar.js';
import { IconButton } from '../../ui/button.js';
import { Alert } from '../../ui/field.js';
import { lazyPart } from '../../ui/lazy-part.js';
import { Menu, MenuChoice, MenuItem, MenuSeparator } from '../../ui/menu.js';
import { DialogPart } from '../../ui/part.js';
import { PresenceDot } from '../../ui/presence-dot.js';
import { signOut } from '../auth/auth.store.js';
import { useDraftCount } from '../chat/composer/drafts.store.js';
import { useOwnPresence, useVisibility, VISIBILITY } from '../people/visibility.store.js';
import { ConversationList } from './conversation-list.js';
import { SignOutDialog } from './sign-out-dialog.js';

const BlockedDialog = lazyPart(async () => ({
  default: (await import('../chat/members/blocked-dialog.js')).BlockedDialog,
}));
const ReportsDialog = lazyPart(() => import('../chat/members/reports-dialog.js'));
const AvatarDialog = lazyPart(() => import('../avatar/avatar-dialog.js'));

const THEMES: { value: ThemeChoice; label: string }[] = [
  { value: 'system', label: 'Like the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

const ENTER: { value: EnterChoice; label: string }[] = [
  { value: 'auto', label: 'Sends, by touch a new line' },
  { value: 'sends', label: 'Sends' },
  { value: 'breaks', label: 'Makes a new line' },
];

/** The section of the settings in which one chooses, too. */
const VISIBILITY_PATH = '/settings/profile';

const PRESENCE = VISIBILITY.map(({ value, words }) => ({ value, label: words }));

export function Sidebar({ user }: { user: Me }) {
  const { openDialog } = useView();
  return (
    <nav
      data-region
      aria-label="Conversations"
      className="shell-list border-e border-line bg-wash max-[720px]:border-0"
    >
      <header className="flex h-14 flex-none items-center justify-between pe-2.5 ps-4">
        <h1 className="flex items-center gap-2 text-title font-strong tracking-[-0.01em]">
          <img src={`${BASE_PATH}/icon.svg`} alt="" width={22} height={22} />
          Parley
        </h1>
        <div className="flex">
          <IconButton label="New group" onClick={() => openDialog('new-group')}>
            <Users size={18} strokeWidth={1.6} />
          </IconButton>
          <IconButton label="New message" onClick={() => openDialog('new-message')}>
            <PenSquare size={18} strokeWidth={1.6} />
          </IconButton>
        </div>
      </header>
      <GoToButton />
      <ConversationList me={user.id} />
      <AccountMenu user={user} />
    </nav>
  );
}

/** Opens the palette, which lists conversations, people and actions. */
function GoToButton() {
  const { openDialog } = useView();
  return (
    <div className="flex-none px-3 pb-2">
      <button
        type="button"
        aria-keyshortcuts={IS_APPLE ? 'Meta+K' : 'Control+K'}
        onClick={() => openDialog('go-to')}
        className="flex h-9 w-full items-center gap-2 rounded-control border border-edge bg-raised px-2.5 text-second text-ink-2 hover:bg-hover max-[720px]:h-11"
      >
        <Search size={16} strokeWidth={1.6} aria-hidden="true" />
        <span className="flex-1 text-start">Search</span>
        <kbd aria-hidden="true" className="font-sans text-meta text-ink-3 max-[720px]:hidden">
          {IS_APPLE ? '⌘K' : 'Ctrl K'}
        </kbd>
      </button>
    </div>
  );
}

function AccountMenu({ user }: { user: Me }) {
  const { choice } = useStore(themeStore);
  const { choice: enter } = useStore(enterStore);
  const { value: visibility, choose, error } = useVisibility();
  const [opened, setOpened] = useState<'picture' | 'reports' | 'blocked' | 'leaving' | null>(null);
  const hasFiles = useHasFiles();
  const drafts = useDraftCount();
  const [path, navigate] = useLocation();
  const close = () => setOpened(null);
  // As changed since this page was opened, here or elsewhere.
  const shown = useUser(user.id) ?? user;
  return (
    <footer className="flex-none border-t border-line p-2">
      {/* The settings say it where it is chosen. */}
      {error && path !== VISIBILITY_PATH ? <Alert className="mb-2">{error}</Alert> : null}
      <Menu side="top" align="start" trigger={<AccountButton user={shown} />}>
        <MenuChoice
          label="Theme"
          value={choice}
          options={THEMES}
          onChange={(value) => chooseTheme(value as ThemeChoice)}
        />
        <MenuSeparator />
        <MenuChoice
          label="Enter key"
          value={enter}
          options={ENTER}
          onChange={(value) => chooseEnter(value as EnterChoice)}
        />
        <MenuSeparator />
        <MenuChoice label="Presence" value={visibility} options={PRESENCE} onChange={choose} />
        <MenuSeparator />
        {hasFiles ? (
          <MenuItem icon={<CircleUserRound size={16} strokeWidth={1.6} />} onSelect={() => setOpened('picture')}>
            Your picture…
          </MenuItem>
        ) : null}
        <MenuItem icon={<Settings size={16} strokeWidth={1.6} />} onSelect={() => navigate('/settings')}>
          Settings
        </MenuItem>
        <MenuItem icon={<Ban size={16} strokeWidth={1.6} />} onSelect={() => setOpened('blocked')}>
          Blocked people…
        </MenuItem>
        {user.role === 'admin' ? (
          <MenuItem icon={<Flag size={16} strokeWidth={1.6} />} onSelect={() => setOpened('reports')}>
            Reports…
          </MenuItem>
        ) : null}
        {user.role === 'admin' ? (
          <MenuItem icon={<Activity size={16} strokeWidth={1.6} />} onSelect={() => navigate('/operations')}>
            Operations
          </MenuItem>
        ) : null}
        <MenuItem
          icon={<LogOut size={16} strokeWidth={1.6} />}
          onSelect={() => (drafts > 0 ? setOpened('leaving') : void signOut())}
        >
          Sign out
        </MenuItem>
      </Menu>
      {opened === 'picture' ? (
        <DialogPart>
          <AvatarDialog user={shown} onClose={close} />
        </DialogPart>
      ) : null}
      {opened === 'reports' ? (
        <DialogPart>
          <ReportsDialog conversationId="" onClose={close} />
        </DialogPart>
      ) : null}
      {opened === 'leaving' ? <SignOutDialog me={user.id} drafts={drafts} onClose={close} /> : null}
      {opened === 'blocked' ? (
        <DialogPart>
          <BlockedDialog onClose={close} />
        </DialogPart>
      ) : null}
    </footer>
  );
}

/** The menu adds what makes it its trigger. */
function AccountButton({ user, ...trigger }: { user: UserView } & ComponentProps<'button'>) {
  const { mark, words } = useOwnPresence(user.id);
  return (
    <button
      type="button"
      {...trigger}
      className="flex w-full items-center gap-2.5 rounded-row p-2 text-start hover:bg-hover data-[state=open]:bg-hover"
    >
      <span className="sr-only">Account of</span>
      <PresenceDot mark={mark}>
        <PersonAvatar user={user} size={32} />
      </PresenceDot>
      <span className="min-w-0">
        <span className="people-line block truncate text-second font-strong" dir="auto">
          {user.displayName}
        </span>
        <span className="block truncate text-meta text-ink-3">
          <span translate="no">@{user.username}</span>
          {words === null ? null : <span className={mark === null ? undefined : 'sr-only'}> · {words}</span>}
        </span>
      </span>
    </button>
  );
}
