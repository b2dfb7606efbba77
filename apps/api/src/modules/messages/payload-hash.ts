import { hash } from 'node:crypto';
import { canonicalJson } from '../../kernel/canonical-json.js';

/**
 * Distinguishes a repeat of a send from another one under the same `clientMessageId` (contract G2): the 32 bytes of
 * SHA-256 over the canonical JSON of what was received, before sanitizing. Absent fields count as their defaults.
 * Stored for ever: the same payload has to give the same bytes in every later version.
 * @throws TypeError or RangeError where `metadata` or `content` cannot be JSON (see `canonicalJson`).
 */
export function payloadHash(
  content: string,
  type?: string | null,
  metadata?: object | null,
  replyToId?: string | null,
): Buffer {
  return hash('sha256', canonicalJson([content, type ?? 'text', metadata ?? {}, replyToId ?? null]), 'buffer');
}
