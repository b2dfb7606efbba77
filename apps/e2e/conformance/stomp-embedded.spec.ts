import { conformOn } from './suite.js';

conformOn('embedded', 'stomp');
