import type { CommandName, ErrorCode } from '@parley/protocol';
import { REFUSALS } from '../../platform/documented.js';
import type { CommandTable } from '../../realtime/commands/command-row.js';
import { refTo, type Schema } from './shapes.js';

/** Codes that a command answers beside those that all commands do. */
export const commandRefusals = (commands: CommandTable, name: CommandName): ErrorCode[] =>
  (Reflect.getMetadata(REFUSALS, commands[name].handler) as ErrorCode[] | undefined) ?? [];

/** An error with one of these codes. */
export const errorOf = (codes: readonly ErrorCode[]): Schema => ({
  allOf: [refTo('ErrorObject'), { type: 'object', properties: { code: { enum: [...codes] } } }],
});
