import { SdkError, type SdkErrorCode } from '@parley/client';
import type { ConversationType, ErrorObject } from '@parley/protocol';

/** The fields of an error that sentences depend on, whether it was thrown or stands in the outbox. */
type Refusal = Pick<ErrorObject, 'message' | 'details' | 'retryable'> & { code: SdkErrorCode; requestId?: string };

/** What happened and what to do, by code: the server's text is not shown. */
const SENTENCES: Partial<Record<SdkErrorCode, string>> = {
  network: 'The server cannot be reached. Check the connection and try again.',
  offline: 'There is no connection just now. Try again once you are back.',
  timeout: 'The server did not answer in time. Try again.',
  unauthenticated: 'Your session has ended. Sign in again.',
  token_expired: 'Your session has ended. Sign in again.',
  forbidden: 'You may not do this here.',
  not_found: 'This does not exist, or you have no access to it.',
  conflict: 'This is not possible any more. It was changed meanwhile.',
  idempotency_conflict: 'This was already sent with another text.',
  content_too_long: 'The message is too long.',
  too_large: 'This is too large to send.',
  rate_limited: 'That was too fast. Wait a moment and try again.',
  service_unavailable: 'The server is busy just now. Try again in a moment.',
  draining: 'The server is restarting. Try again in a moment.',
  defect: 'Something went wrong in this page. Reload it and try again.',
  storage_full: "The server's storage is full. Tell whoever runs it.",
  unsupported: 'This server does not offer this.',
};

/** Whether a request was refused because of the address that this page was opened at. */
export function isOfAddress({ code, details }: Refusal): boolean {
  return code === 'forbidden' && details?.some(({ path }) => path === 'origin') === true;
}

export function addressSentence(): string {
  return `This server does not accept the address ${location.origin}. Tell whoever runs it: its log says what to change.`;
}

export function sentenceOf(refusal: Refusal): string {
  if (isOfAddress(refusal)) return addressSentence();
  if (refusal.code === 'validation_failed') return detailed(refusal);
  const known = detailSentence(refusal) ?? SENTENCES[refusal.code];
  if (known !== undefined) return known;
  const id = refusal.requestId ? ` (error id ${refusal.requestId})` : '';
  return `Something went wrong on the server${id}.${refusal.retryable ? ' Try again.' : ''}`;
}

/** What a refusal means, by the detail that the server gives with it. */
const DETAILS: Partial<Record<SdkErrorCode, ReadonlyMap<string, string>>> = {
  conflict: new Map([
    ['archived', 'This conversation is archived: nobody can write in it.'],
    ['banned', 'Somebody of them is banned from this group. Unban them first.'],
  ]),
  forbidden: new Map([
    ['spam: text', spamSentence('the same text went to many conversations', 'Change it')],
    ['spam: links', spamSentence('there were many links within a short time', 'Send fewer')],
    ['spam: mentions', spamSentence('many people were mentioned within a short time', 'Mention fewer')],
  ]),
};

function spamSentence(why: string, what: string): string {
  return `The server takes this for spam, as ${why}. ${what}, or wait some minutes.`;
}

function detailSentence({ code, details }: Refusal): string | undefined {
  return details?.map(({ message }) => DETAILS[code]?.get(message)).find((known) => known !== undefined);
}

export const SILENCED = 'You may not write in this group for a time.';

/** Of a message that was not sent: without a detail members are forbidden that by a block, in groups by a silence. */
export function sendSentence(refusal: Refusal, type: ConversationType): string {
  if (refusal.code !== 'forbidden' || refusal.details) return sentenceOf(refusal);
  return type === 'direct' ? 'This person does not receive your direct messages.' : SILENCED;
}

/** Whether a retry would be refused, too. */
export function isFinal(thrown: unknown): boolean {
  return thrown instanceof SdkError && !thrown.retryable;
}

/** The sentence for whatever was thrown by a request. */
export function sentenceFor(thrown: unknown): string {
  return sentenceOf(SdkError.of(thrown));
}

function detailed(refusal: Refusal): string {
  const first = refusal.details?.[0]?.message ?? refusal.message;
  const text = first.charAt(0).toUpperCase() + first.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
