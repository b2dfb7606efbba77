import type { Me } from '@parley/protocol';
import { useEffect, useState } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { resetChat } from '../features/chat/chat.store.js';
import { ChatWindow } from '../features/chat/chat-window.js';
import { startLive } from '../features/chat/live.js';
import { NewGroupDialog } from '../features/conversations/new-group-dialog.js';
import { NewMessageDialog } from '../features/conversations/new-message-dialog.js';
import { Sidebar } from '../features/conversations/sidebar.js';
import { forgetPeople, learnPeople } from '../features/people/people.store.js';
import { closeSocket, openSocket } from '../hooks/use-socket.js';
import { classes } from '../ui/classes.js';
import { ConnectionBanner } from './connection-banner.js';
import { ErrorBoundary } from './error-boundary.js';
import { NotFound } from './not-found.js';
import { useView } from './view.js';
import { Welcome } from './welcome.js';

/** The app of one signed-in user: socket and store begin and end with it. */
export function SignedIn({ user }: { user: Me }) {
  const [ready, setReady] = useState(false);
  useEffect(() => {
    resetChat(user.id);
    learnPeople([user]);
    const stopLive = startLive();
    openSocket();
    setReady(true);
    return () => {
      stopLive();
      closeSocket();
      resetChat('');
      forgetPeople();
    };
  }, [user]);
  return ready ? <Shell user={user} /> : null;
}

function Shell({ user }: { user: Me }) {
  const [path] = useLocation();
  const { dialog, closeDialog } = useView();
  const atList = path === '/';
  return (
    <div className={classes('shell', atList ? 'shell-at-list' : 'shell-at-main')}>
      <a href="#main" className="skip-link">
        Skip to the conversation
      </a>
      <ConnectionBanner />
      <Sidebar user={user} />
      <main id="main" tabIndex={-1} className="shell-main">
        <ErrorBoundary resetKey={path}>
          <Switch>
            <Route path="/">
              <Welcome />
            </Route>
            <Route path="/c/:id">{({ id }) => <ChatWindow key={id} id={id} me={user.id} />}</Route>
            <Route path="/c">
              <Redirect to="/" replace />
            </Route>
            <Route>
              <NotFound />
            </Route>
          </Switch>
        </ErrorBoundary>
      </main>
      {dialog === 'new-message' ? <NewMessageDialog me={user.id} onClose={closeDialog} /> : null}
      {dialog === 'new-group' ? <NewGroupDialog me={user.id} onClose={closeDialog} /> : null}
    </div>
  );
}
