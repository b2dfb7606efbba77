export { Presence } from './presence.js';
export { PresenceModule } from './presence.module.js';
