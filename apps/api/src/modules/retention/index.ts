export { RetentionModule } from './retention.module.js';
export { RETENTION, RetentionJob } from './retention-job.js';
