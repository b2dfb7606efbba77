export * from './commands.js';
export * from './entities.js';
export * from './errors.js';
export * from './events.js';
export * from './html-elements.js';
export * from './limits.js';
export * from './rest.js';
export * from './sync.js';
