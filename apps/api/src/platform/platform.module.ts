import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import type { Logger } from 'pino';
import { CONFIG, type Config } from '../config/config.js';
import { LOG } from '../kernel/log.js';
import { Cursors } from './http/cursors.js';
import { HealthController } from './http/health.controller.js';
import { OriginPolicy } from './http/origin.js';
import { Keys } from './keys.js';

export interface PlatformParts {
  config: Config;
  log: Logger;
  keys: Keys;
}

/** What every module may ask for without importing it. */
@Global()
@Module({})
export class PlatformModule {
  static with({ config, log, keys }: PlatformParts): DynamicModule {
    const given = [
      { provide: CONFIG, useValue: config },
      { provide: LOG, useValue: log },
      { provide: Keys, useValue: keys },
    ];
    return {
      module: PlatformModule,
      imports: [ThrottlerModule.forRoot({ throttlers: [] })],
      controllers: [HealthController],
      providers: [...given, OriginPolicy, Cursors],
      exports: [CONFIG, LOG, Keys, OriginPolicy, Cursors, ThrottlerModule],
    };
  }
}
