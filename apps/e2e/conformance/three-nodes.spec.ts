import { conformOn } from './suite.js';

conformOn('three-nodes', 'socket.io');
