import { SdkError } from '@parley/client';
import { LIMITS, USERNAME_PATTERN } from '@parley/protocol';
import { isOfAddress, sentenceFor } from '../../api/sentences.js';
import { linkSentence } from './link-refusal.js';

type FieldName = 'displayName' | 'username' | 'current' | 'password';
export type FieldErrors = Partial<Record<FieldName, string>>;

/** By field where it is about fields, else as a sentence. */
export interface FormRefusal {
  fields: FieldErrors;
  sentence: string | null;
}

/** The fields that the server would refuse, with reasons. */
export function faultsOf({ username, password }: { username: string; password: string }): FieldErrors {
  const errors: FieldErrors = {};
  if (!USERNAME_PATTERN.test(username.toLowerCase())) {
    errors.username = 'Use 2 to 32 letters a–z, digits, dots, hyphens or underscores.';
  }
  const fault = passwordFault(password);
  if (fault) errors.password = fault;
  return errors;
}

/** Why the server would refuse a new password; null where it would take it. */
export function passwordFault(password: string): string | null {
  if (password.length < LIMITS.passwordMin) return `Use at least ${LIMITS.passwordMin} characters.`;
  return password.length > LIMITS.passwordMax ? `Use at most ${LIMITS.passwordMax} characters.` : null;
}

/** What the server refused. */
export function refusalOf(thrown: unknown): FormRefusal {
  if (!(thrown instanceof SdkError)) return { fields: {}, sentence: sentenceFor(thrown) };
  const ofLink = linkSentence(thrown);
  if (ofLink) return { fields: {}, sentence: ofLink };
  if (thrown.code === 'conflict')
    return { fields: { username: 'This username is taken. Choose another.' }, sentence: null };
  if (thrown.code === 'forbidden' && !isOfAddress(thrown)) {
    return { fields: {}, sentence: 'This server does not take new accounts. Ask whoever runs it.' };
  }
  const fields: FieldErrors = {};
  for (const { path, message } of thrown.details ?? []) {
    if (path === 'new') fields.password ??= message;
    if (path === 'username' || path === 'password' || path === 'displayName') fields[path] ??= message;
  }
  return { fields, sentence: Object.keys(fields).length > 0 ? null : sentenceFor(thrown) };
}
