export { AccountErasure, ERASURE } from './account-erasure.js';
export { LeavingModule } from './leaving.module.js';
