import type { Me } from '@parley/protocol';
import { ChatProvider, useChatClient } from '@parley/react';
import { useEffect, useState } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { openChosenFiles } from '../features/attachments/chosen-files.store.js';
import { holdUnstoredFiles } from '../features/attachments/unstored-files.js';
import { endSession, refresh } from '../features/auth/auth.store.js';
import { setLastUser } from '../features/auth/last-user.js';
import { ChatWindow } from '../features/chat/chat-window.js';
import { openDrafts } from '../features/chat/composer/drafts.store.js';
import { openEdits } from '../features/chat/message/editing/edit-drafts.store.js';
import { NewGroupDialog } from '../features/conversations/new-group-dialog.js';
import { NewMessageDialog } from '../features/conversations/new-message-dialog.js';
import { Sidebar } from '../features/conversations/sidebar.js';
import { useNotifications } from '../features/notifications/use-notifications.js';
import { usePush } from '../features/notifications/use-push.js';
import { Palette } from '../features/palette/palette.js';
import { openVisibility } from '../features/people/visibility.store.js';
import { followSettings } from '../hooks/own-settings.store.js';
import { useFavicon } from '../hooks/use-favicon.js';
import { useView } from '../hooks/use-view.js';
import { classes } from '../ui/classes.js';
import { fetchParts, lazyPart } from '../ui/lazy-part.js';
import { NotFound } from '../ui/not-found.js';
import { DialogPart, ViewPart } from '../ui/part.js';
import { AnnouncementBar } from './announcement-bar.js';
import { chatOptions } from './chat-options.js';
import { ConnectionBanner } from './connection-banner.js';
import { ErrorBoundary } from './error-boundary.js';
import { keepPage } from './installed.js';
import { JoinGroup } from './join-group.js';
import { SearchPage } from './search-page.js';
import { UpdateBar } from './update-bar.js';
import { useMoves } from './use-moves.js';
import { useShortcuts } from './use-shortcuts.js';
import { Welcome } from './welcome.js';

const KeysDialog = lazyPart(() => import('./keys-dialog.js'));
const OperationsPage = lazyPart(() => import('../features/operations/operations-page.js'), { isForAll: false });
const SettingsPage = lazyPart(() => import('../features/settings/settings-page.js'));

/** Attempts of the socket for each request over REST. */
const ASK_EVERY = 8;
/** Late enough for what the first view needs to have been fetched. */
const PARTS_AFTER_MS = 3_000;

/** The app of one signed-in user: connection and stores are created and closed with it. */
export function SignedIn({ user }: { user: Me }) {
  const [options] = useState(() => chatOptions(user.id));
  return (
    <ChatProvider options={options}>
      <Session user={user} />
    </ChatProvider>
  );
}

function Session({ user }: { user: Me }) {
  const client = useChatClient();
  // Nobody else may tell of oneself.
  useEffect(() => client.meet([user]), [client, user]);
  useEffect(() => {
    setLastUser(user.id);
  }, [user.id]);
  useEffect(() => openDrafts(user.id), [user.id]);
  useEffect(() => openEdits(user.id), [user.id]);
  useEffect(openChosenFiles, [user.id]);
  useEffect(() => openVisibility(user), [user]);
  useEffect(() => followSettings(client), [client]);
  useEffect(() => holdUnstoredFiles(client), [client]);
  useEffect(() => {
    const timer = setTimeout(() => {
      void keepPage();
      fetchParts();
    }, PARTS_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  useEffect(
    () =>
      client.connection.subscribe(() => {
        const { state, attempt } = client.connection.getSnapshot();
        if (state === 'unauthorized') endSession();
        // Browsers do not expose why a socket was refused; the answer to a REST request says it.
        if (state === 'offline' && attempt % ASK_EVERY === 2) void refresh().catch(() => undefined);
      }),
    [client],
  );
  return <Shell user={user} />;
}

function Shell({ user }: { user: Me }) {
  const [path] = useLocation();
  const { dialog, closeDialog } = useView();
  const atList = path === '/';
  useShortcuts();
  useMoves();
  useFavicon();
  useNotifications(user.id);
  usePush(user.id);
  return (
    <div className={classes('shell', atList ? 'shell-at-list' : 'shell-at-main')}>
      <a href="#main" className="skip-link">
        Skip to the conversation
      </a>
      <div className="col-span-full">
        <ConnectionBanner />
        <AnnouncementBar />
        <UpdateBar />
      </div>
      <Sidebar user={user} />
      <main id="main" tabIndex={-1} className="shell-main">
        <ErrorBoundary resetKey={path}>
          <Switch>
            <Route path="/">
              <Welcome />
            </Route>
            <Route path="/c/:id/m/:seq">{({ id, seq }) => <ChatWindow key={id} id={id} at={seq} me={user.id} />}</Route>
            <Route path="/c/:id">{({ id }) => <ChatWindow key={id} id={id} at={null} me={user.id} />}</Route>
            <Route path="/join">
              <JoinGroup />
            </Route>
            <Route path="/search">
              <SearchPage />
            </Route>
            <Route path="/settings/:section?">
              {({ section }) => (
                <ViewPart>
                  <SettingsPage user={user} section={section} />
                </ViewPart>
              )}
            </Route>
            {user.role === 'admin' ? (
              <Route path="/operations">
                <ViewPart>
                  <OperationsPage me={user.id} />
                </ViewPart>
              </Route>
            ) : null}
            <Route path="/c">
              <Redirect to="/" replace />
            </Route>
            <Route>
              <NotFound />
            </Route>
          </Switch>
        </ErrorBoundary>
      </main>
      {dialog === 'go-to' ? <Palette me={user.id} onClose={closeDialog} /> : null}
      {dialog === 'keys' ? (
        <DialogPart>
          <KeysDialog onClose={closeDialog} />
        </DialogPart>
      ) : null}
      {dialog === 'new-message' ? <NewMessageDialog me={user.id} onClose={closeDialog} /> : null}
      {dialog === 'new-group' ? <NewGroupDialog me={user.id} onClose={closeDialog} /> : null}
    </div>
  );
}
