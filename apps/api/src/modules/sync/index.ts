export { SyncDto } from './dto/sync.dto.js';
export { SyncGateway } from './sync.gateway.js';
export { SyncModule } from './sync.module.js';
