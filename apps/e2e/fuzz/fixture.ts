import { randomUUID } from 'node:crypto';
import { hostToken, RestClient } from '@parley/testkit';

/** One of the people of a seed. */
export interface Guest {
  id: string;
  username: string;
  token: string;
  rest: RestClient;
}

export interface Fixture {
  guests: Guest[];
  conversations: string[];
}

/** Fresh people, and conversations in which most of them are: number n was made by guest number n. */
export async function createFixture(url: string, seed: number, users: number, groups: number): Promise<Fixture> {
  const run = randomUUID().slice(0, 8);
  const guests: Guest[] = [];
  for (let number = 0; number < users; number += 1) {
    const person = { externalId: `fuzz-${seed}-${run}-${number}`, name: `Guest ${number}` };
    const token = await hostToken(person);
    const rest = new RestClient(url, token);
    const { id, username } = await rest.me();
    guests.push({ id, username, token, rest });
  }
  const conversations: string[] = [];
  for (let number = 0; number < groups; number += 1) {
    const creator = guests[number % users] as Guest;
    // Everyone in the first, all but one in the others: somebody is there to be added.
    const others = guests.filter(
      (guest, index) => guest !== creator && (number === 0 || index !== (number + 2) % users),
    );
    const memberIds = others.map(({ id }) => id);
    const { id } = await creator.rest.createConversation({ type: 'group', name: `Group ${number}`, memberIds });
    conversations.push(id);
  }
  return { guests, conversations };
}
