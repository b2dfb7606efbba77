export { SyncDto } from './dto/sync.dto.js';
export { SyncModule } from './sync.module.js';
export { SyncService } from './sync.service.js';
