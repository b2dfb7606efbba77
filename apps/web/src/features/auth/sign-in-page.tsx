import { SdkError } from '@parley/client';
import { type FormEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { sentenceFor } from '../../api/sentences.js';
import { Button } from '../../ui/button.js';
import { Alert } from '../../ui/field.js';
import { signIn } from './auth.store.js';
import { AuthPage } from './auth-page.js';
import { PasswordField } from './password-field.js';
import { UsernameField } from './username-field.js';

export function SignInPage() {
  const form = useRef<HTMLFormElement>(null);
  const { error, busy, submit } = useSignIn(form);
  useEffect(() => {
    document.title = 'Sign in · Parley';
  }, []);
  return (
    <AuthPage title="Sign in" subtitle={`to ${location.host}`}>
      <form ref={form} onSubmit={submit} className="flex flex-col gap-4">
        <UsernameField autoFocus />
        <PasswordField name="password" autoComplete="current-password" />
        {error ? <Alert>{error}</Alert> : null}
        <Button kind="primary" type="submit" busy={busy} className="h-10">
          {busy ? 'Signing in…' : 'Sign in'}
        </Button>
        <p className="text-second text-ink-2">
          New here?{' '}
          <Link href={`/register${location.search}`} className="font-medium text-accent hover:underline">
            Create an account
          </Link>
        </p>
      </form>
    </AuthPage>
  );
}

/** Signs in with the values of the form. */
function useSignIn(form: RefObject<HTMLFormElement | null>) {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    try {
      await signIn({ username: String(fields.get('username')).trim(), password: String(fields.get('password')) });
    } catch (thrown) {
      const wrong =
        thrown instanceof SdkError && (thrown.code === 'unauthenticated' || thrown.code === 'validation_failed');
      setError(wrong ? 'The username or the password is wrong.' : sentenceFor(thrown));
      setBusy(false);
      form.current?.querySelector<HTMLInputElement>('[name=username]')?.focus();
    }
  }
  return { error, busy, submit };
}
