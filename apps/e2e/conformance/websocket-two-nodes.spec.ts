import { conformOn } from './suite.js';

conformOn('two-nodes', 'websocket');
