import { SdkError } from '@parley/client';
import { LIMITS, USERNAME_PATTERN } from '@parley/protocol';
import { isOfAddress, sentenceFor } from '../../api/sentences.js';

type FieldName = 'displayName' | 'username' | 'password';
export type FieldErrors = Partial<Record<FieldName, string>>;

/** The fields that the server would refuse, with reasons. */
export function faultsOf({ username, password }: { username: string; password: string }): FieldErrors {
  const errors: FieldErrors = {};
  if (!USERNAME_PATTERN.test(username.toLowerCase())) {
    errors.username = 'Use 2 to 32 letters a–z, digits, dots, hyphens or underscores.';
  }
  if (password.length < LIMITS.passwordMin) errors.password = `Use at least ${LIMITS.passwordMin} characters.`;
  if (password.length > LIMITS.passwordMax) errors.password = `Use at most ${LIMITS.passwordMax} characters.`;
  return errors;
}

/** The server's refusal: by field where it names fields, else as a sentence. */
export function refusalOf(thrown: unknown): { fields: FieldErrors; sentence: string | null } {
  if (!(thrown instanceof SdkError)) return { fields: {}, sentence: sentenceFor(thrown) };
  if (thrown.code === 'conflict')
    return { fields: { username: 'This username is taken. Choose another.' }, sentence: null };
  if (thrown.code === 'forbidden' && !isOfAddress(thrown)) {
    return { fields: {}, sentence: 'This server does not take new accounts. Ask whoever runs it.' };
  }
  const fields: FieldErrors = {};
  for (const { path, message } of thrown.details ?? []) {
    if (path === 'username' || path === 'password' || path === 'displayName') fields[path] ??= message;
  }
  return { fields, sentence: Object.keys(fields).length > 0 ? null : sentenceFor(thrown) };
}
