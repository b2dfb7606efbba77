import { useEffect } from 'react';
import { Redirect, useLocation, useSearchParams } from 'wouter';
import { useStore } from 'zustand';
import { authStore, restore } from '../features/auth/auth.store.js';
import { RegisterPage } from '../features/auth/register-page.js';
import { SignInPage } from '../features/auth/sign-in-page.js';
import { Button } from '../ui/button.js';
import { EmptyState } from '../ui/states.js';
import { ErrorBoundary } from './error-boundary.js';
import { ShellSkeleton } from './shell-skeleton.js';
import { SignedIn } from './signed-in.js';

const DOORS = new Set(['/signin', '/register']);

export function App() {
  useEffect(() => {
    void restore();
  }, []);
  return (
    <ErrorBoundary>
      <Gate />
    </ErrorBoundary>
  );
}

/** Shows the door to those who are not signed in, and brings them back to where they wanted to go. */
function Gate() {
  const { status, user } = useStore(authStore);
  const [path] = useLocation();
  const [params] = useSearchParams();
  if (status === 'unreachable') return <Unreachable />;
  if (status === 'unknown') return DOORS.has(path) ? null : <ShellSkeleton />;
  if (status === 'signed-out' || !user) {
    if (path === '/register') return <RegisterPage />;
    if (path === '/signin') return <SignInPage />;
    const next = path === '/' ? '' : `?next=${encodeURIComponent(path)}`;
    return <Redirect to={`/signin${next}`} replace />;
  }
  if (DOORS.has(path)) return <Redirect to={ownPath(params.get('next'))} replace />;
  return <SignedIn key={user.id} user={user} />;
}

/** Only paths of this app: a link must not lead elsewhere after signing in. */
function ownPath(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : '/';
}

function Unreachable() {
  return (
    <main className="flex h-full items-center justify-center">
      <EmptyState
        title="The server cannot be reached"
        action={
          <Button kind="primary" onClick={() => void restore()}>
            Try again
          </Button>
        }
      >
        Check the connection. Nothing that you wrote and sent is lost.
      </EmptyState>
    </main>
  );
}
