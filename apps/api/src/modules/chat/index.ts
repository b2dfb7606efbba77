export { ChatModule } from './chat.module.js';
export { COMMANDS } from './command-table.js';
