import type { Me } from '@parley/protocol';
import { HttpClient } from './http-client.js';
import { RestClient } from './rest-client.js';
import { type HostUser, hostToken, type Issuer } from './tokens.js';

/** A user whom the server knows, and their token. */
export class TestUser extends HttpClient {
  constructor(
    url: string,
    readonly id: string,
    readonly username: string,
    token: string,
  ) {
    super(url, token);
  }

  /** A user of the host product, made by the first request with their token. */
  static async ofHost(url: string, person: HostUser, issuer?: Issuer): Promise<TestUser> {
    const token = await hostToken(person, issuer);
    const { id, username } = await new HttpClient(url, token).request<Me>('GET', '/users/me', undefined, 20_000);
    return new TestUser(url, id, username, token);
  }

  get rest(): RestClient {
    return new RestClient(this.url, this.token);
  }
}
