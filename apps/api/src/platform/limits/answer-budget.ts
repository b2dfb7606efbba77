import { LIMITS, type UserView } from '@parley/protocol';

/** Something that an answer may have room for. */
export interface Piece {
  /** What it is in JSON. */
  content: unknown;
  /** Bytes around it. */
  frame?: number;
  /** Rows of messages and members in it. */
  rows: number;
  /** Everyone whom it names. */
  people: readonly string[];
}

/** The part of an answer that is always there. */
const FRAME_BYTES = 400;

/** How far an answer may exceed the requested size. */
export const MOST_EXCESS = 65_536;

/** Keeps an answer within its rows and bytes. The first piece always fits, so that every answer leads on. */
export class AnswerBudget {
  private rows = LIMITS.syncRows;
  private bytes: number;
  /** What the protocol's limit leaves beyond the requested size. */
  private readonly spare: number;
  private taken = 0;
  private isEmpty = true;
  private readonly named = new Map<string, UserView>();

  /** @param bytes of the whole answer. `reserved`: what of it is taken whatever is put into it. */
  constructor(
    private readonly views: ReadonlyMap<string, UserView>,
    { bytes = LIMITS.answerBytes, reserved = 0 }: { bytes?: number; reserved?: number } = {},
  ) {
    this.bytes = bytes - FRAME_BYTES - reserved;
    this.spare = Math.max(0, LIMITS.answerBytes - bytes);
  }

  /** Whether nothing was taken yet. */
  get isUntouched(): boolean {
    return this.isEmpty;
  }

  /**
   * Whether the piece fits; if so, its room is taken.
   * @param leadsOn Without this piece the next question would get the same answer again, so it may take all that the
   *   protocol's limit leaves, and the pieces after it as much as was taken, `MOST_EXCESS` at most.
   */
  take(piece: Piece, leadsOn = false): boolean {
    const size = this.sizeOf(piece);
    const room = leadsOn ? this.bytes + this.spare : this.bytes;
    if (!this.isEmpty && (piece.rows > this.rows || size > room)) return false;
    this.rows -= piece.rows;
    this.bytes -= size;
    this.taken += size;
    if (leadsOn) this.bytes = Math.max(this.bytes, Math.min(this.taken, MOST_EXCESS, this.bytes + this.spare));
    this.isEmpty = false;
    for (const id of piece.people) {
      const view = this.views.get(id);
      if (view) this.named.set(id, view);
    }
    return true;
  }

  /** Everyone whom the pieces name. */
  get users(): UserView[] {
    return [...this.named.values()];
  }

  private sizeOf({ content, people, frame = 0 }: Piece): number {
    const unnamed = [...new Set(people)].flatMap((id) => (this.named.has(id) ? [] : (this.views.get(id) ?? [])));
    return [content, ...unnamed].reduce<number>((sum, each) => sum + jsonBytes(each), frame);
  }
}

/** With the comma behind it. */
const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value)) + 1;
