import { filesOf } from '@parley/protocol';
import { heightOf } from '../../files/file-groups.js';
import type { Row } from '../message/row.js';

/** What the height of a row depends on besides the row. */
interface Surroundings {
  /** Whether the server has files; else they are only named. */
  hasFiles: boolean;
  /** Of the list, in pixels. */
  width: number;
}

/** Pixels that a message's column is narrower than the list, on a wide screen and on a phone: see `styles/chat.css`. */
const [BESIDE, BESIDE_ON_PHONES] = [128, 96];
const PHONE = 720;

/** The height before a row is drawn and measured. */
export function estimateHeight(row: Row | undefined, { hasFiles, width }: Surroundings): number {
  if (!row) return 40;
  if (row.message?.type === 'system') return 31 + (row.day ? 32 : 0);
  const files = row.message ? filesOf(row.message) : [];
  const quote = row.message?.replyTo || row.pending?.quoted ? 24 : 0;
  const reactions = row.message?.reactions.length ? 30 : 0;
  const dividers = (row.day ? 32 : 0) + (row.fresh ? 32 : 0) + (row.start ? 190 : 0);
  const attached = heightOf(files, columnOf(width), hasFiles);
  return textHeight(row, files.length > 0) + attached + 3 + (row.head ? 35 : 0) + quote + reactions + dividers;
}

function textHeight({ message, pending }: Row, hasFiles: boolean): number {
  const text = message?.content ?? pending?.entry.content ?? '';
  if (text === '' && hasFiles) return 0;
  return 22 * text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 84)), 0);
}

function columnOf(width: number): number {
  return width - (width <= PHONE ? BESIDE_ON_PHONES : BESIDE);
}
