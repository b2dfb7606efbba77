import { SdkError } from '@parley/client';
import type { InviteView } from '@parley/protocol';
import { useCallback, useEffect, useState } from 'react';
import { request } from '../../api/http.js';
import { isFinal, sentenceFor } from '../../api/sentences.js';

const SENTENCES: Record<string, string> = {
  used: 'As many people as may have joined by this link. Ask for a new one.',
  revoked: 'This link is not good any more. Ask for a new one.',
  expired: 'This link is too old. Ask for a new one.',
  archived: 'This group is archived: nobody joins it any more.',
};

/** Why nobody joins by an invite of a group, or why this person does not. */
export function inviteSentence(thrown: unknown): string {
  const { code, details } = SdkError.of(thrown);
  const isNone = code === 'not_found' || (code === 'validation_failed' && details?.[0]?.path === 'token');
  if (isNone) return 'This link does not lead anywhere. Check that you have opened all of it.';
  if (code === 'forbidden') return 'You cannot join this group.';
  return SENTENCES[details?.[0]?.message ?? ''] ?? sentenceFor(thrown);
}

/** The group that an invite leads to, or why it leads to none; `retry` where the answer may be another one later. */
export function useInvite(token: string) {
  const [invite, setInvite] = useState<InviteView | null>(null);
  const [refusal, setRefusal] = useState<{ sentence: string; isFinal: boolean } | null>(null);
  const load = useCallback(() => {
    setRefusal(null);
    setInvite(null);
    request<InviteView>('invites/view', { token }, isInviteView).then(setInvite, (thrown: unknown) =>
      setRefusal({ sentence: inviteSentence(thrown), isFinal: isFinal(thrown) }),
    );
  }, [token]);
  useEffect(load, [load]);
  return { invite, error: refusal?.sentence ?? null, retry: refusal && !refusal.isFinal ? load : null };
}

const isInviteView = ({ memberCount }: Record<string, unknown>): boolean => typeof memberCount === 'number';

/** How many are in it, as a sentence says it. */
export const peopleIn = ({ memberCount }: InviteView): string =>
  memberCount === 1 ? '1 person is in this group.' : `${memberCount} people are in this group.`;
