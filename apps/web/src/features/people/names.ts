import type { UserView } from '@parley/protocol';

/** The profile, or a stand-in while it is not fetched. */
export function personOf(people: ReadonlyMap<string, UserView>, id: string): UserView {
  return people.get(id) ?? { id, username: '', displayName: 'Someone', avatarUrl: null, isBot: false };
}

/** The name, or a stand-in while the profile is not fetched. */
export function nameOf(people: ReadonlyMap<string, UserView>, id: string): string {
  return personOf(people, id).displayName;
}

export function firstName(name: string): string {
  return name.split(' ')[0] ?? name;
}
