import { SdkError } from '@parley/client';

const SENTENCES: Record<string, string> = {
  used: 'This link has been used already, and works only once. If it was you, sign in. Otherwise ask for a new one.',
  revoked: 'This link is not good any more. Ask whoever runs this server for a new one.',
  expired: 'This link is too old. Ask whoever runs this server for a new one.',
};
const NONE = 'This link does not lead anywhere. Check that you have opened all of it, or ask for a new one.';

/** Why a link that works once cannot be used; null where it is not about the link. */
export function linkSentence(thrown: unknown): string | null {
  if (!(thrown instanceof SdkError)) return null;
  const detail = thrown.details?.find(({ path }) => path === 'link' || path === 'token' || path === 'invite');
  if (thrown.code === 'conflict' && detail) return SENTENCES[detail.message] ?? NONE;
  return thrown.code === 'not_found' || (thrown.code === 'validation_failed' && detail) ? NONE : null;
}
