import { LIMITS } from '@parley/protocol';

/** To be imported before the API: what takes thousands of rows otherwise, then happens all the time. */
Object.assign(LIMITS, { syncRows: 6, syncMemberships: 2, syncResetRows: 24, syncResetMessages: 4, receiptsMembers: 3 });
