import type { UserView } from '@parley/protocol';

/** The name, or a stand-in while the profile is not fetched. */
export function nameOf(people: ReadonlyMap<string, UserView>, id: string): string {
  return people.get(id)?.displayName ?? 'Someone';
}
