import { randomUUID } from 'node:crypto';
import { TestUser } from '../clients/test-user.js';

/** One of the users of a run. */
export interface Person {
  id: string;
  /** Unique within the run: `user-7`. */
  name: string;
  token: string;
}

/** A user of that name, made by the first request with their token. */
export async function invite(url: string, run: string, name: string): Promise<Person> {
  const { id, token } = await TestUser.ofHost(url, { externalId: `${run}-${name}-${randomUUID()}`, name });
  return { id, name, token };
}
