import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { DatabaseModule, type OpenDatabases } from './database/database.module.js';
import { AuthModule } from './modules/auth/index.js';
import { UsersModule } from './modules/users/index.js';
import { PlatformModule, type PlatformParts } from './platform/platform.module.js';

/** Along an acyclic list: a module may import those above it. */
const FEATURES: Type[] = [UsersModule, AuthModule];

@Module({})
export class AppModule {
  static with(parts: PlatformParts & { databases: OpenDatabases }): DynamicModule {
    return {
      module: AppModule,
      imports: [PlatformModule.with(parts), DatabaseModule.with(parts.databases), ...FEATURES],
    };
  }
}
