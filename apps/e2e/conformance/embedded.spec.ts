import { conformOn } from './suite.js';

conformOn('embedded', 'socket.io');
