import { Injectable } from '@nestjs/common';
import { ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { SessionEvents } from '../auth/index.js';

/** Whether somebody is still signed in who began an export, or had a link to it made: it may be all that they have. */
@Injectable()
export class ExportAccess {
  constructor(private readonly sessions: SessionEvents) {}

  /** @throws `unauthenticated` where the user is disabled, or the session is over. */
  async check(principal: Principal): Promise<void> {
    const over = await this.sessions.overAmong([principal]);
    if (over.size > 0) throw new ParleyError('unauthenticated');
  }
}
