import { conformOn } from './suite.js';

conformOn('two-nodes', 'socket.io');
