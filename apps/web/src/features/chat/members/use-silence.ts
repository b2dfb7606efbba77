import type { Member } from '@parley/protocol';
import { useServerNow } from '../../../hooks/use-server-now.js';

/** Until when the member may not write; null where they may. It ends by itself. */
export function useSilence(member: Pick<Member, 'silencedUntil'> | undefined): string | null {
  const until = member?.silencedUntil ?? null;
  const ends = until === null ? null : Date.parse(until);
  const now = useServerNow(ends);
  return ends !== null && ends > now ? until : null;
}
