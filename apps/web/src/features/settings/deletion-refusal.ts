import { SdkError } from '@parley/client';
import { sentenceFor } from '../../api/sentences.js';
import { listed } from '../../ui/listed.js';
import type { FormRefusal } from '../auth/registration.js';

const sentence = (words: string): FormRefusal => ({ fields: {}, sentence: words });

/** Why an account was not deleted. `names`: of conversations, by id. */
export function deletionRefusal(thrown: unknown, names: ReadonlyMap<string, string>): FormRefusal {
  const details = thrown instanceof SdkError ? (thrown.details ?? []) : [];
  const words = new Set(details.map(({ message }) => message));
  if (words.has('wrong')) return { fields: { password: 'This is not your password.' }, sentence: null };
  if (words.has('none'))
    return sentence('You sign in elsewhere, with an account that this server cannot delete. Ask whoever runs it.');
  if (words.has('last_admin'))
    return sentence('You are the last admin of this server. Make somebody else an admin first.');
  if (!words.has('last_owner')) return sentence(sentenceFor(thrown));
  const groups = details.map(({ path }) => names.get(path.replace('groups.', '')));
  const known = groups.flatMap((name) => (name === undefined ? [] : `“${name}”`));
  const which = known.length > 0 ? listed(known) : 'a group';
  return sentence(
    `You are the only owner of ${which}. Make somebody else an owner, or remove everybody else, and try again.`,
  );
}
