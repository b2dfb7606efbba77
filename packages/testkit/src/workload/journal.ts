import type { ErrorCode, ErrorObject } from '@parley/protocol';
import { Refusal } from '../clients/http-client.js';
import type {
  CallEvent,
  DeviceLogic,
  HeardEvent,
  InfoEvent,
  LinkEvent,
  MessageFacts,
  MovedEvent,
  OkEvent,
} from '../history/history-event.js';
import type { Recorder } from '../history/recorder.js';

type Bare<Event, Known extends string = never> = Omit<Event, 'i' | 't' | 'p' | 'type' | 'device' | Known>;
export type Asked = Bare<CallEvent, 'user'>;
export type Granted = Bare<OkEvent, 'ref'>;
export type Heard = Bare<HeardEvent, 'connection' | 'applied'>;

/** With these codes the server has not run the command. */
const NOT_RUN: ReadonlySet<ErrorCode> = new Set(['draining', 'rate_limited']);

/** `again`: it is not known whether it happened, or it may be tried again. */
export type Outcome<T> = { how: 'ok'; result: T } | { how: 'again' } | { how: 'refused'; code: string };

/** Records in the history what one device sends and receives. */
export class Journal {
  private isClosed = false;
  /** By conversation: the last version on the present connection. */
  private readonly last = new Map<string, number>();

  constructor(
    private readonly recorder: Pick<Recorder, 'record'>,
    readonly device: string,
    readonly user: string,
  ) {}

  introduce(logic: DeviceLogic, node?: string): void {
    this.recorder.record({ type: 'device', device: this.device, user: this.user, logic, node });
  }

  /** Records nothing more: what follows is the device's own disconnect. */
  close(): void {
    this.isClosed = true;
  }

  /** One attempt: sends, and records the call and how it ended. Never rejects. */
  async attempt<T>(asked: Asked, work: () => Promise<T>, granted: (result: T) => Granted): Promise<Outcome<T>> {
    const ref = this.call(asked);
    try {
      const result = await work();
      this.ok(ref, granted(result));
      return { how: 'ok', result };
    } catch (fault) {
      if (!(fault instanceof Refusal)) {
        this.info(ref, String(fault));
        return { how: 'again' };
      }
      this.refused(ref, fault.error);
      return fault.error.retryable ? { how: 'again' } : { how: 'refused', code: fault.error.code };
    }
  }

  /** The last version that came on the present connection; null where nothing did. */
  lastHeard(conversation: string): number | null {
    return this.last.get(conversation) ?? null;
  }

  call(asked: Asked): number {
    return this.isClosed ? 0 : this.recorder.record({ type: 'call', device: this.device, user: this.user, ...asked });
  }

  ok(ref: number, granted: Granted): void {
    if (!this.isClosed) this.recorder.record({ type: 'ok', ref, ...granted });
  }

  info(ref: number, why: InfoEvent['why']): void {
    if (!this.isClosed) this.recorder.record({ type: 'info', ref, why });
  }

  /** An error answer: most retryable ones leave open whether it happened. */
  refused(ref: number, { code, retryable }: ErrorObject): void {
    if (this.isClosed) return;
    if (retryable && !NOT_RUN.has(code)) this.info(ref, code);
    else this.recorder.record({ type: 'fail', ref, code });
  }

  heard(connection: number, heard: Heard, isApplied: boolean): void {
    if (this.isClosed) return;
    this.last.set(heard.conversation, heard.version);
    const { device } = this;
    this.recorder.record({ type: 'heard', device, connection, ...heard, ...(isApplied && { applied: true }) });
  }

  applied({ conversation, version, message }: Heard): void {
    if (!this.isClosed) this.recorder.record({ type: 'applied', device: this.device, conversation, version, message });
  }

  row(conversation: string, message: MessageFacts): void {
    if (!this.isClosed) this.recorder.record({ type: 'row', device: this.device, conversation, message });
  }

  moved(moved: Bare<MovedEvent>): void {
    if (!this.isClosed) this.recorder.record({ type: 'moved', device: this.device, ...moved });
  }

  link(what: LinkEvent['what'], connection: number, why?: string): void {
    if (what === 'opened' || what === 'lost') this.last.clear();
    if (!this.isClosed) this.recorder.record({ type: 'link', what, device: this.device, connection, why });
  }
}
