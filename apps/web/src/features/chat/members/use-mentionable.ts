import type { Member, UserView } from '@parley/protocol';
import { useState } from 'react';

/**
 * Who of these can be mentioned. Replaced only when members join or leave, not when they read: every row depends on it.
 */
export function useMentionable(others: readonly Member[]): readonly UserView[] {
  const [users, setUsers] = useState<readonly UserView[]>([]);
  const now = others.map(({ user }) => user);
  const isSame = now.length === users.length && now.every((user, index) => user.id === users[index]?.id);
  if (!isSame) setUsers(now);
  return isSame ? users : now;
}
