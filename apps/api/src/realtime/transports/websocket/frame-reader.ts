import { type FrameId, LONGEST_FRAME_ID } from '@parley/protocol';
import { invalid, type ParleyError } from '../../../kernel/errors.js';
import { noteFaultsIn } from '../../../kernel/i-json.js';

/** A frame of a client that could be read. */
export interface ReadFrame {
  id: FrameId | undefined;
  type: string;
  data: unknown;
}

/** One that could not, with its id where that could. */
export interface BadFrame {
  id: FrameId | undefined;
  fault: ParleyError;
}

const MEMBERS = new Set(['id', 'type', 'data']);
const LONGEST_TYPE = 64;

/** Reads a text message: `{id?, type, data}`. Never throws. */
export function readFrame(text: string): ReadFrame | BadFrame {
  const frame = parsed(text);
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame))
    return { id: undefined, fault: invalid('', 'A frame is a JSON object.') };
  const { id, type, data } = frame as Record<string, unknown>;
  const unknown = Object.keys(frame).find((name) => !MEMBERS.has(name));
  if (id !== undefined && !isId(id))
    return {
      id: undefined,
      fault: invalid('id', `must be a string of 1 to ${LONGEST_FRAME_ID} characters or an integer`),
    };
  if (unknown !== undefined)
    return { id, fault: invalid(unknown.slice(0, LONGEST_FRAME_ID), 'is not known in a frame') };
  if (typeof type !== 'string' || type.length > LONGEST_TYPE)
    return { id, fault: invalid('type', `must be a string of at most ${LONGEST_TYPE} characters`) };
  noteFaultsIn('data', data, text);
  return { id, type, data };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isId = (value: unknown): value is FrameId =>
  (typeof value === 'string' && value !== '' && value.length <= LONGEST_FRAME_ID) || Number.isSafeInteger(value);
