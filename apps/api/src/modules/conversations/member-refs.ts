import { Injectable } from '@nestjs/common';
import type { ExternalMember, MemberRef } from '@parley/protocol';
import { invalid } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { UsersRepository, UsersService } from '../users/index.js';

/** People as a request names them: by our ids, or by the host product's. */
@Injectable()
export class MemberRefs {
  constructor(
    private readonly users: UsersRepository,
    private readonly provisioning: UsersService,
  ) {}

  /**
   * Their ids, each once, in the order of the request.
   * @throws `validation_failed` where someone does not exist; `forbidden` for external ids without the scope.
   */
  async resolve(principal: Principal, refs: readonly MemberRef[]): Promise<string[]> {
    const external = refs.filter((ref): ref is ExternalMember => typeof ref !== 'string');
    const own = refs.flatMap((ref) => (typeof ref === 'string' ? ref.toLowerCase() : []));
    await this.requireExisting(own, refs);
    const provisioned = await this.provisioning.provision(principal, external);
    const ids = refs.map((ref) => (typeof ref === 'string' ? ref.toLowerCase() : provisioned.get(ref.externalId)));
    return [...new Set(ids.filter((id) => id !== undefined))];
  }

  private async requireExisting(ids: readonly string[], refs: readonly MemberRef[]): Promise<void> {
    if (ids.length === 0) return;
    const existing = await this.users.existing(ids);
    const unknown = refs.findIndex((ref) => typeof ref === 'string' && !existing.has(ref.toLowerCase()));
    if (unknown !== -1) throw invalid(`memberIds.${unknown}`, 'is not a user');
  }
}
