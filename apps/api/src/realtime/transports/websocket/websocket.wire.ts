import { commandOf, type ErrorObject, type Events, type FrameId, frameType } from '@parley/protocol';
import { invalid, ParleyError } from '../../../kernel/errors.js';
import type { Credential } from '../../connections/engine-connection.js';
import type { Answer } from '../framed/answer.js';
import type { Frame, OutgoingEvent } from '../framed/outgoing-event.js';
import type { Line, Wire } from '../framed/wire.js';
import { type BadFrame, type ReadFrame, readFrame } from './frame-reader.js';
import { Replay, type ReplayFrom } from './replay.js';

/** What the request of a connection says. */
export interface Opening {
  /** None: the first frame says who is there. */
  credentials: readonly Credential[];
  conversationId: string | null;
  replay: ReplayFrom | null;
}

const NOTHING: readonly never[] = [];
/** What all frames of events are kept under. */
const FRAMES = {};

const encode = ({ name, text }: OutgoingEvent): string => `{"type":"${frameType(name)}","data":${text}}`;
const framesOf = (event: OutgoingEvent): readonly Frame[] => event.encodedFor(FRAMES, encode);
const errorFrame = (error: ErrorObject): string => JSON.stringify({ type: 'error', data: { error } });

/** JSON frames at `/ws`: `{id?, type, data}` in, `{id, ack}` and `{type, data}` out. */
export class WebSocketWire implements Wire {
  private readonly replay: Replay | null = null;
  /** Waits for the first frame. */
  private isUnnamed: boolean;
  /** The id of the frame that said who is there. */
  private authId: FrameId | undefined;

  constructor(
    private readonly line: Line,
    private readonly opening: Opening,
  ) {
    const { conversationId, replay, credentials } = opening;
    if (conversationId !== null && replay) this.replay = new Replay(replay, { line, conversationId, framesOf });
    this.isUnnamed = credentials.length === 0;
  }

  begin(): void {
    if (!this.isUnnamed) this.line.connect(this.opening.credentials);
  }

  receive(text: string): void {
    const frame = readFrame(text);
    if (this.isUnnamed) this.readName(frame);
    else if ('fault' in frame) this.line.refuse(frame.fault, (answer) => acked(frame.id, answer));
    else this.line.run(commandOf(frame.type), frame.data, (answer) => acked(frame.id, answer));
  }

  receiveBinary(): void {
    if (this.isUnnamed) this.line.end(new ParleyError('unauthenticated'));
    else this.line.refuse(invalid('', 'A frame is text.'), (answer) => acked(undefined, answer));
  }

  event(event: OutgoingEvent): readonly Frame[] {
    const { conversationId } = this.opening;
    if (conversationId !== null && (event.conversationId ?? conversationId) !== conversationId) return NOTHING;
    if (this.replay?.keeps(event)) return NOTHING;
    if (event.name === 'ready') this.replay?.start(event.payload as Events['ready']);
    return framesOf(event);
  }

  connected(): readonly Frame[] {
    return this.authId === undefined ? NOTHING : [`{"id":${JSON.stringify(this.authId)},"ack":{"success":true}}`];
  }

  refused(error: ErrorObject): readonly Frame[] {
    const { authId } = this;
    return [authId === undefined ? errorFrame(error) : JSON.stringify({ id: authId, ack: { success: false, error } })];
  }

  closed(): void {
    this.replay?.stop();
  }

  private readName(frame: ReadFrame | BadFrame): void {
    const token = 'fault' in frame ? null : tokenIn(frame);
    if (token === null) return this.line.end(new ParleyError('unauthenticated'));
    this.isUnnamed = false;
    this.authId = frame.id;
    this.line.connect([{ token }]);
  }
}

function tokenIn({ type, data }: ReadFrame): string | null {
  if (type !== 'auth' || typeof data !== 'object' || data === null) return null;
  const { token, ...more } = data as Record<string, unknown>;
  return typeof token === 'string' && Object.keys(more).length === 0 ? token : null;
}

/** What succeeds without an id has nothing to say. */
function acked(id: FrameId | undefined, answer: Answer): readonly Frame[] {
  if (id !== undefined) return [`{"id":${JSON.stringify(id)},"ack":${answer.text}}`];
  const read = answer.read();
  return read.success ? NOTHING : [errorFrame(read.error)];
}
