import type { ReportReason } from '@parley/protocol';

export const REASON_WORDS: Readonly<Record<ReportReason, string>> = {
  spam: 'Spam',
  harassment: 'Harassment or hate',
  violence: 'Threats or violence',
  illegal: 'Something illegal',
  other: 'Something else',
};
