export { type AdminOutcome, usageFor } from './admin-arguments.js';
export { AdminCommands } from './admin-commands.js';
export { AdministrationModule, AdminSocketModule } from './administration.module.js';
