import { useEffect } from 'react';
import { Link } from 'wouter';
import { AuthPage } from './auth-page.js';
import { RegistrationForm } from './registration-form.js';

export function RegisterPage() {
  useEffect(() => {
    document.title = 'Create an account · Parley';
  }, []);
  return (
    <AuthPage title="Create an account" subtitle={`on ${location.host}`}>
      <RegistrationForm />
      <div className="mt-4 flex flex-col gap-4">
        <p className="text-second text-ink-2">
          Have an account?{' '}
          <Link href={`/signin${location.search}${location.hash}`} className="font-medium text-accent hover:underline">
            Sign in
          </Link>
        </p>
        <p className="border-t border-line pt-4 text-second text-ink-3">
          Setting up a new server? The first account becomes its administrator, unless it is configured otherwise.
        </p>
      </div>
    </AuthPage>
  );
}
