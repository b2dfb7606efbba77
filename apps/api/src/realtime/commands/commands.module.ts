import { type DynamicModule, Global, Module } from '@nestjs/common';
import { CommandAccounts } from './command-accounts.js';
import { CommandRouter } from './command-router.js';
import { COMMAND_TABLE, type CommandTable } from './command-row.js';

/** The table names the modules' gateways, so a room above the modules hands it in. */
@Global()
@Module({})
export class CommandsModule {
  static with(table: CommandTable): DynamicModule {
    return {
      module: CommandsModule,
      providers: [{ provide: COMMAND_TABLE, useValue: table }, CommandAccounts, CommandRouter],
      exports: [COMMAND_TABLE, CommandAccounts, CommandRouter],
    };
  }
}
