import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];

/** The public keys that a provider has under an address, fetched when they are needed and kept for a while. */
export class PublicKeys {
  private readonly keys: ReturnType<typeof createRemoteJWKSet>;

  constructor(address: URL) {
    this.keys = createRemoteJWKSet(address);
  }

  /**
   * The claims of a token, by any of the keys that fit it: several do where it names none. Where none verifies it the
   * provider may have a new one, so the keys are fetched once more, though not all the time.
   * @throws what the library throws, of the key that verified it or of the last that was tried.
   */
  async verify(token: string, options: JWTVerifyOptions): Promise<JWTPayload> {
    const every = { ...options, algorithms: ALGORITHMS };
    try {
      return await this.verifyOnce(token, every);
    } catch (fault) {
      if (!isWrongKey(fault) || this.keys.coolingDown) throw fault;
      await this.keys.reload();
      return this.verifyOnce(token, every);
    }
  }

  private async verifyOnce(token: string, options: JWTVerifyOptions): Promise<JWTPayload> {
    try {
      return (await jwtVerify(token, this.keys, options)).payload;
    } catch (fault) {
      if (!(fault instanceof errors.JWKSMultipleMatchingKeys)) throw fault;
      return verifyByAny(token, fault, options);
    }
  }
}

async function verifyByAny(
  token: string,
  keys: errors.JWKSMultipleMatchingKeys,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  for await (const key of keys) {
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (fault) {
      // A key of no use, too short for example, is as wrong as another's; what is found after the signature is final.
      if (fault instanceof errors.JOSEError && !isWrongKey(fault)) throw fault;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

const isWrongKey = (fault: unknown): boolean => fault instanceof errors.JWSSignatureVerificationFailed;
