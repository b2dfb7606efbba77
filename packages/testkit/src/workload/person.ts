import { randomUUID } from 'node:crypto';
import type { Me } from '@parley/protocol';
import { hostToken, type Issuer } from '../clients/tokens.js';
import { Http } from './http.js';

/** One of the people of a run. */
export interface Person {
  id: string;
  /** Unique within the run: `user-7`. */
  name: string;
  token: string;
}

/** A person of that name, made by the first request with their token. */
export async function invite(url: string, run: string, name: string, issuer?: Issuer): Promise<Person> {
  const token = await hostToken({ externalId: `${run}-${name}-${randomUUID()}`, name }, issuer);
  const { id } = await new Http(url, token).request<Me>('GET', 'users/me', undefined, 20_000);
  return { id, name, token };
}
