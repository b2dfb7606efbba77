export { NoticePublisher } from './notice-publisher.js';
export { NoticesModule } from './notices.module.js';
