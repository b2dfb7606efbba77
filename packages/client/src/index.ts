export type { Subscribable } from './subscribable.js';
