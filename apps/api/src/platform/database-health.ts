import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '../database/database.js';
import { ServiceState } from './service-state.js';

/** Says how the database is. */
@Injectable()
export class DatabaseHealth implements OnApplicationBootstrap {
  constructor(
    private readonly database: Database,
    private readonly state: ServiceState,
  ) {}

  onApplicationBootstrap(): void {
    const { availability } = this.database;
    availability.onChange((isUp) => this.state.set('database', !isUp));
    this.state.set('database', !availability.isUp);
  }
}
