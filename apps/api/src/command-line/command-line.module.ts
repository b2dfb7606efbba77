import { type DynamicModule, Module } from '@nestjs/common';
import { DatabaseModule, type OpenDatabases } from '../database/database.module.js';
import { AdministrationModule } from '../modules/administration/index.js';
import { PlatformModule, type PlatformParts } from '../platform/platform.module.js';

/** The services that a node has, without what makes it one: no port, no sockets, no part in presence. */
@Module({})
export class CommandLineModule {
  static with(parts: PlatformParts & { databases: OpenDatabases }): DynamicModule {
    return {
      module: CommandLineModule,
      imports: [PlatformModule.with(parts), DatabaseModule.with(parts.databases), AdministrationModule],
    };
  }
}
