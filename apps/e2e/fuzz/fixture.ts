import { randomUUID } from 'node:crypto';
import { TestUser } from '@parley/testkit';

export interface Fixture {
  guests: TestUser[];
  conversations: string[];
}

/** Creates users, and conversations with most of them: user number n creates number n. */
export async function createFixture(url: string, seed: number, users: number, groups: number): Promise<Fixture> {
  const run = randomUUID().slice(0, 8);
  const guests: TestUser[] = [];
  for (let number = 0; number < users; number += 1) {
    const person = { externalId: `fuzz-${seed}-${run}-${number}`, name: `Guest ${number}` };
    guests.push(await TestUser.ofHost(url, person));
  }
  const conversations: string[] = [];
  for (let number = 0; number < groups; number += 1) {
    const creator = guests[number % users] as TestUser;
    // Everyone in the first, all but one in the others, so that one can be added.
    const others = guests.filter(
      (guest, index) => guest !== creator && (number === 0 || index !== (number + 2) % users),
    );
    const memberIds = others.map(({ id }) => id);
    const { id } = await creator.rest.createConversation({ type: 'group', name: `Group ${number}`, memberIds });
    conversations.push(id);
  }
  return { guests, conversations };
}
