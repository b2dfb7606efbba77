import { SdkError } from '@parley/client';
import { useEffect } from 'react';
import { Link } from 'wouter';
import { sentenceFor } from '../../api/sentences.js';
import { Button } from '../../ui/button.js';
import { Alert } from '../../ui/field.js';
import { signIn } from './auth.store.js';
import { AuthPage } from './auth-page.js';
import { PasswordField } from './password-field.js';
import type { FormRefusal } from './registration.js';
import { useAccountForm } from './use-account-form.js';
import { UsernameField } from './username-field.js';

export function SignInPage() {
  const { form, sentence, busy } = useAccountForm({
    send: (data) => signIn({ username: String(data.get('username')).trim(), password: String(data.get('password')) }),
    refusalOf: signInRefusal,
    firstField: 'username',
  });
  useEffect(() => {
    document.title = 'Sign in · Parley';
  }, []);
  return (
    <AuthPage title="Sign in" subtitle={`to ${location.host}`}>
      <form {...form} className="flex flex-col gap-4">
        <UsernameField autoFocus />
        <PasswordField name="password" autoComplete="current-password" />
        {sentence ? <Alert>{sentence}</Alert> : null}
        <Button kind="primary" type="submit" busy={busy} className="h-10">
          {busy ? 'Signing in…' : 'Sign in'}
        </Button>
        <p className="text-second text-ink-2">
          New here?{' '}
          <Link
            href={`/register${location.search}${location.hash}`}
            className="font-medium text-accent hover:underline"
          >
            Create an account
          </Link>
        </p>
      </form>
    </AuthPage>
  );
}

/** The server does not say which of the two is wrong. */
function signInRefusal(thrown: unknown): FormRefusal {
  const isWrong =
    thrown instanceof SdkError && (thrown.code === 'unauthenticated' || thrown.code === 'validation_failed');
  return { fields: {}, sentence: isWrong ? 'The username or the password is wrong.' : sentenceFor(thrown) };
}
