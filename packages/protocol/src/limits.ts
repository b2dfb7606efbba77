/** Limits that the client reckons with; apart from the others, so that a page need not load all of them. */
export const SYNC_LIMITS = {
  /** Conversations in one question to `sync`. */
  syncConversations: 1_000,
  /** Conversations gained and lost in one answer. */
  syncMemberships: 200,
  /** Conversations with more members than this get no receipts and no presence broadcast, and typing only where open. */
  receiptsMembers: 100,
  /** Users whose presence one socket watches. */
  presenceUsers: 500,
  /** `ids` of `GET users`. */
  usersPerRequest: 100,
  /** Hits of a page of a search where `limit` is left out. */
  searchDefault: 20,
} as const;

/** Whether all members of a conversation get each other's receipts, presence and typing. */
export const isSmallConversation = (memberCount: number): boolean => memberCount <= SYNC_LIMITS.receiptsMembers;

/** Hard limits of the protocol. Deployments may lower the announced ones, never raise them. */
export const LIMITS = {
  ...SYNC_LIMITS,
  /** UTF-8 bytes of a message's `content`, as received. */
  contentBytes: 10_240,
  /** UTF-8 bytes of `metadata` as JSON; at most 32 levels deep. */
  metadataBytes: 102_400,
  /** Bytes of one frame on any socket. */
  frameBytes: 262_144,
  /** Bytes of a REST request's JSON body. */
  bodyBytes: 262_144,
  /** Members named in one request. */
  membersPerRequest: 100,
  /** Rows of a page: 1 to `pageMax`. */
  pageMax: 100,
  /** Rows of a page by default. */
  pageDefault: 50,
  /** Bytes of a page of messages, and of an answer to `sync`; it still holds at least one row. */
  answerBytes: 524_288,
  /** Users named in one `typing:update`. */
  typingUserIds: 20,
  /** UTF-16 length of a question to the search. */
  searchLength: 512,
  /** Users in the answer to who is online in a conversation. */
  onlineMembers: 10_000,
  /** Different emoji on one message. */
  reactionKinds: 20,
  /** UTF-8 bytes of one emoji. */
  emojiBytes: 64,
  /** Rows of messages and members in one answer, over all conversations. */
  syncRows: 500,
  /** A conversation with more changed rows than this is answered with its newest state and `reset`. */
  syncResetRows: 5_000,
  /** Newest messages of a conversation that is answered with `reset`. */
  syncResetMessages: 50,
  /** First members shown in a conversation's detail. */
  detailMembers: 100,
  /** UTF-16 length of a conversation's or a person's display name, on one line. */
  nameLength: 100,
  /** UTF-16 length of what is announced to everybody. */
  announcementLength: 1_000,
  /** Days for which messages can be said to be kept: a century. */
  retentionDays: 36_500,
  /** Files that one message carries. */
  filesPerMessage: 10,
  /** UTF-8 bytes of a file's name, in NFC. */
  fileNameBytes: 1_024,
  /** People whom one person blocks. */
  blocks: 1_000,
  /** Hours for which a link to a group is good, at most: a year. */
  inviteHours: 8_760,
  /** People who may join by one of them, where that is bounded. */
  inviteUses: 100_000,
  /** Those of one group that are neither taken back nor too old. */
  invites: 100,
  /** Browsers of one user that are told of messages while the app is closed; the one that was made longest ago goes. */
  pushSubscriptions: 20,
  /** Characters of the address at which a push service takes them. */
  pushEndpoint: 2_048,
  /** Seconds of a silence, at least. */
  silenceMin: 60,
  /** Seconds of a silence, at most: a year. */
  silenceMax: 31_536_000,
  /** UTF-16 length of what a report says. */
  reportComment: 1_000,
  /** Characters of a password, at least. */
  passwordMin: 8,
  /** Characters of a password, at most. */
  passwordMax: 256,
} as const;

/** `[a-z0-9._-]{2,32}`, compared without case. */
export const USERNAME_PATTERN = /^[a-z0-9._-]{2,32}$/;

/** So much at once where nothing was taken lately, and so much more each second: a token bucket. */
export interface Budget {
  atOnce: number;
  perSecond: number;
}

/**
 * The two budgets of which each send takes one, by what `ready` announces: a second's messages at once, and a tenth of a
 * minute's, so that no minute has more than 110 % of `messagesPerMinute`.
 */
export function sendBudgets({ messagesPerSecond, messagesPerMinute }: SendRates): { burst: Budget; sustained: Budget } {
  return {
    burst: { atOnce: messagesPerSecond, perSecond: messagesPerSecond },
    sustained: { atOnce: Math.max(1, messagesPerMinute / 10), perSecond: messagesPerMinute / 60 },
  };
}

interface SendRates {
  messagesPerSecond: number;
  messagesPerMinute: number;
}
