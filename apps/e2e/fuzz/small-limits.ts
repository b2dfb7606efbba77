import { LIMITS } from '@parley/protocol';
import { SMALL_GROUP } from './small-group.js';

// Loaded into a node before its own code: the bounds of an answer are then met by hundreds of changes, not by thousands.
Object.assign(LIMITS, {
  syncRows: 20,
  syncMemberships: 1,
  syncResetRows: 80,
  syncResetMessages: 15,
  answerBytes: 16_384,
  receiptsMembers: SMALL_GROUP,
});
