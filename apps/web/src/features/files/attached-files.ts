export { filesOf } from '@parley/protocol';
