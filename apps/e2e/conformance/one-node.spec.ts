import { conformOn } from './suite.js';

conformOn('one-node', 'socket.io');
