export { fileStorage } from './outbox/file-storage.js';
