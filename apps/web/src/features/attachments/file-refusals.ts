import type { SdkError } from '@parley/client';
import { sentenceOf } from '../../api/sentences.js';

const LARGE = 'This file is larger than this server takes.';
const QUOTA = 'Your files take up all the room that you have on this server. Delete some, or ask whoever runs it.';
const GONE = 'This file is not there any more. Remove it, and attach it again.';
/** Of a refusal before the page was loaded again the reason is not kept. */
const UNKNOWN = 'This file was not taken.';

/** Why a file was refused. */
export function fileRefusal(error: SdkError | null): string {
  if (!error) return UNKNOWN;
  if (error.code === 'not_found') return GONE;
  if (error.code !== 'too_large') return sentenceOf(error);
  return error.details?.some(({ path }) => path === 'quota') ? QUOTA : LARGE;
}
