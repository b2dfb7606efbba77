import { useEffect } from 'react';
import { Link } from 'wouter';
import { useHash } from '../../hooks/use-hash.js';
import { Button } from '../../ui/button.js';
import { Alert } from '../../ui/field.js';
import { isolate } from '../../ui/isolated.js';
import { AuthPage } from './auth-page.js';
import { peopleIn, useInvite } from './use-invite.js';

/** Where an invite of a group leads those who are not signed in: they come back to it when they are. */
export function JoinPage() {
  const token = useHash();
  return <JoinBy key={token} token={token} />;
}

function JoinBy({ token }: { token: string }) {
  const { invite, error, retry } = useInvite(token);
  // The token stays behind the `#`: what stands before it is sent to the server with a reload, and written down there.
  const next = `?${new URLSearchParams({ next: '/join' })}#${token}`;
  useEffect(() => {
    document.title = 'Join a group · Parley';
  }, []);
  const title = invite ? `Join “${isolate(invite.name)}”` : 'Join a group';
  return (
    <AuthPage title={title} subtitle={invite ? peopleIn(invite) : `on ${location.host}`}>
      <div aria-busy={!error && !invite} className="flex flex-col gap-4">
        {error ? <Alert>{error}</Alert> : null}
        {retry ? (
          <Button kind="primary" className="h-10" onClick={retry}>
            Try again
          </Button>
        ) : null}
        {invite ? (
          <Link
            href={`/register${next}`}
            className="flex h-10 items-center justify-center rounded-control bg-accent text-body font-medium text-accent-ink hover:brightness-110"
          >
            Create an account
          </Link>
        ) : null}
        <p className="text-second text-ink-2">
          Have an account?{' '}
          <Link href={`/signin${invite ? next : ''}`} className="font-medium text-accent hover:underline">
            Sign in
          </Link>
        </p>
      </div>
    </AuthPage>
  );
}
