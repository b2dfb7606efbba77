import type { LinkPurpose, LinkView } from '@parley/protocol';
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { request } from '../../api/http.js';
import { isFinal, sentenceFor } from '../../api/sentences.js';
import { useHash } from '../../hooks/use-hash.js';
import { Button } from '../../ui/button.js';
import { Alert } from '../../ui/field.js';
import { AuthPage } from './auth-page.js';
import { linkSentence } from './link-refusal.js';
import { RegistrationForm } from './registration-form.js';
import { ResetForm } from './reset-form.js';

const TITLES: Record<LinkPurpose, string> = { invite: 'Create an account', reset: 'Set a new password' };

/** Where a link that works once leads. Its token stands behind the `#`, which browsers send to no server. */
export function LinkPage({ purpose }: { purpose: LinkPurpose }) {
  const token = useHash();
  const [, navigate] = useLocation();
  const { link, error, retry } = useLink(token);
  useEffect(() => {
    document.title = `${TITLES[purpose]} · Parley`;
  }, [purpose]);
  const onDone = () => navigate('/', { replace: true });
  let body: ReactNode = null;
  if (error) body = <Refused sentence={error} retry={retry} />;
  else if (link?.purpose === 'invite')
    body = <RegistrationForm invite={token} username={link.username} onDone={onDone} />;
  else if (link) body = <ResetForm token={token} username={link.username ?? ''} onDone={onDone} />;
  return (
    <AuthPage title={TITLES[purpose]} subtitle={subtitleOf(purpose, link)}>
      <div aria-busy={!error && !link}>{body}</div>
    </AuthPage>
  );
}

function subtitleOf(purpose: LinkPurpose, link: LinkView | null): string {
  if (purpose === 'invite') return `You are invited to ${location.host}.`;
  return link?.username ? `of ${link.username} on ${location.host}` : `on ${location.host}`;
}

function Refused({ sentence, retry }: { sentence: string; retry: (() => void) | null }) {
  return (
    <div className="flex flex-col gap-4">
      <Alert>{sentence}</Alert>
      {retry ? (
        <Button kind="primary" className="h-10" onClick={retry}>
          Try again
        </Button>
      ) : null}
      <p className="text-second text-ink-2">
        Have an account?{' '}
        <Link href="/signin" className="font-medium text-accent hover:underline">
          Sign in
        </Link>
      </p>
    </div>
  );
}

/** What the link is for, or why it is good for nothing; `retry` where the answer may be another one later. */
function useLink(token: string) {
  const [link, setLink] = useState<LinkView | null>(null);
  const [refusal, setRefusal] = useState<{ sentence: string; isFinal: boolean } | null>(null);
  const load = useCallback(() => {
    setRefusal(null);
    setLink(null);
    request<LinkView>('auth/links/view', { token }, isLinkView).then(setLink, (thrown: unknown) =>
      setRefusal({ sentence: linkSentence(thrown) ?? sentenceFor(thrown), isFinal: isFinal(thrown) }),
    );
  }, [token]);
  useEffect(load, [load]);
  return { link, error: refusal?.sentence ?? null, retry: refusal && !refusal.isFinal ? load : null };
}

const isLinkView = ({ purpose }: Record<string, unknown>): boolean => purpose === 'invite' || purpose === 'reset';
