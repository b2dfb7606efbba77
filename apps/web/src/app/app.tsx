import type { SdkError } from '@parley/client';
import { useEffect } from 'react';
import { Redirect, Router, useLocation } from 'wouter';
import { useStore } from 'zustand';
import { BASE_PATH } from '../api/http.js';
import { isOfAddress, sentenceOf } from '../api/sentences.js';
import { authStore } from '../features/auth/auth.store.js';
import { JoinPage } from '../features/auth/join-page.js';
import { lastUser } from '../features/auth/last-user.js';
import { LinkPage } from '../features/auth/link-page.js';
import { RegisterPage } from '../features/auth/register-page.js';
import { askNow, startSession } from '../features/auth/session-start.js';
import { SignInPage } from '../features/auth/sign-in-page.js';
import { FaultNotice, FaultPage } from '../features/faults/fault-notice.js';
import { faultStore } from '../features/faults/faults.store.js';
import { useParams } from '../hooks/use-params.js';
import { Button } from '../ui/button.js';
import { EmptyState } from '../ui/states.js';
import { ErrorBoundary } from './error-boundary.js';
import { ShellSkeleton } from './shell-skeleton.js';
import { SignedIn } from './signed-in.js';
import { WaitingMessages } from './waiting-messages.js';

const SIGNED_OUT_PATHS = new Set(['/signin', '/register']);

export function App() {
  useEffect(startSession, []);
  const { seen } = useStore(faultStore);
  if (seen === 'fatal') return <FaultPage />;
  return (
    <ErrorBoundary>
      <Router base={BASE_PATH}>
        <Gate />
      </Router>
      <FaultNotice />
    </ErrorBoundary>
  );
}

/** Sends those who are not signed in to sign in, and back to the page that they asked for. */
function Gate() {
  const { status, user, refusal } = useStore(authStore);
  const [path] = useLocation();
  const [params] = useParams();
  // Whoever is signed in may have been given a link, too.
  if (path === '/invite') return <LinkPage purpose="invite" />;
  if (path === '/reset') return <LinkPage purpose="reset" />;
  if (status === 'unknown' && refusal) return <Waiting refusal={refusal} />;
  if (status === 'unknown') return SIGNED_OUT_PATHS.has(path) ? null : <ShellSkeleton />;
  if (status === 'signed-out' || !user) {
    if (path === '/register') return <RegisterPage />;
    if (path === '/signin') return <SignInPage />;
    if (path === '/join') return <JoinPage />;
    const query = String(params);
    const asked = query === '' ? path : `${path}?${query}`;
    const next = asked === '/' ? '' : `?${new URLSearchParams({ next: asked })}`;
    return <Redirect to={`/signin${next}`} replace />;
  }
  if (SIGNED_OUT_PATHS.has(path)) return <Redirect to={ownPath(params.get('next')) + location.hash} replace />;
  return <SignedIn key={user.id} user={user} />;
}

/** Only paths of this app: a link must not lead elsewhere after signing in. */
function ownPath(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : '/';
}

/** Shown while the server has not answered who is signed in; the question is repeated. */
function Waiting({ refusal }: { refusal: SdkError }) {
  const whose = lastUser();
  return (
    <main className="flex h-full flex-col items-center justify-center">
      <output className="block">
        <EmptyState
          title={titleOf(refusal)}
          action={
            <Button kind="primary" onClick={askNow}>
              Try now
            </Button>
          }
        >
          {isUnreached(refusal) ? 'Check the connection.' : sentenceOf(refusal)} This page goes on by itself once it
          can. Nothing that you wrote and sent is lost.
        </EmptyState>
      </output>
      {whose === null ? null : <WaitingMessages userId={whose} />}
    </main>
  );
}

/** Nothing was heard of it. */
function isUnreached({ code }: SdkError): boolean {
  return code === 'network' || code === 'timeout';
}

function titleOf(refusal: SdkError): string {
  if (isOfAddress(refusal)) return 'The server does not accept this address';
  return isUnreached(refusal) ? 'The server cannot be reached' : 'The server cannot let you in just now';
}
