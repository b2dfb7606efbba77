export { type AdminOutcome, usageFor } from './admin-arguments.js';
export { AdminCommands } from './admin-commands.js';
export { adminSocketAddress } from './admin-socket-address.js';
export { AdministrationModule, AdminSocketModule } from './administration.module.js';
export { COPY_DATABASE } from './database-copies.js';
