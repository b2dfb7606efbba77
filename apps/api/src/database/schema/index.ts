export * from './changes.js';
export * from './conversations.js';
export * from './deployment.js';
export * from './messages.js';
export * from './participants.js';
export * from './refresh-sessions.js';
export * from './relations.js';
export * from './users.js';
