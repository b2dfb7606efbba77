import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { databaseFacts } from '../../database/database-facts.js';
import { queriesOf } from '../../database/plain-session.js';
import { asParleyError } from '../../kernel/errors.js';
import type { AdminOutcome } from './admin-arguments.js';
import { sentenceOf } from './admin-text.js';

/** Lets the doctor look at the embedded database, which only its node may open. */
@Injectable()
export class DatabaseFactsService {
  constructor(private readonly database: Database) {}

  /** `DatabaseFacts` as JSON. Never throws: what goes wrong is a sentence. */
  async describe(): Promise<AdminOutcome> {
    try {
      return { code: 0, text: JSON.stringify(await databaseFacts(queriesOf(this.database.db))) };
    } catch (fault) {
      return { code: 1, text: sentenceOf(asParleyError(fault)) };
    }
  }
}
