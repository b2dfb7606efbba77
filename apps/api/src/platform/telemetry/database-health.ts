import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { HealthRegistry } from './health-registry.js';

/** Enters the database's state in the registry. */
@Injectable()
export class DatabaseHealth implements OnApplicationBootstrap {
  constructor(
    private readonly database: Database,
    private readonly state: HealthRegistry,
  ) {}

  onApplicationBootstrap(): void {
    const { availability } = this.database;
    availability.onChange((isUp) => this.state.set('database', !isUp));
    this.state.set('database', !availability.isUp);
  }
}
