import { type DynamicModule, Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from './database.js';

/** The writer's own connections, so that no amount of reading can starve it. */
export class WriterDatabase extends Database {}

/** What was opened before the application was put together. */
export interface OpenDatabases {
  main: Database;
  writer: Database;
  close(): Promise<void>;
}

const OPEN = Symbol('open databases');

@Global()
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(OPEN) private readonly open: OpenDatabases) {}

  static with(open: OpenDatabases): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [
        { provide: OPEN, useValue: open },
        { provide: Database, useValue: open.main },
        { provide: WriterDatabase, useValue: open.writer },
      ],
      exports: [Database, WriterDatabase],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.open.close();
  }
}
