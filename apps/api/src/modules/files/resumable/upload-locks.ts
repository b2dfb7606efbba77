import type { Lock, Locker, RequestRelease } from '@tus/server';
import { conflict } from '../../../kernel/errors.js';

/** How long a request waits for one that is about to end; making a file of a large upload takes longest. */
const TIMEOUT_MS = 30_000;
/** For one upload; each of them asks the one before to end, so more of them are of no use. */
const MOST_WAITING = 10;

interface Holder {
  askToEnd: RequestRelease;
  ended: Promise<void>;
}

/**
 * Of the requests for one upload on this node one at a time goes on, and whoever comes asks the one before to end: its line may be
 * long gone. Between nodes nothing is locked: parts are added by the request that claimed the upload last. The locker that comes
 * with the package asks anew in every turn of the event loop, which takes a core while anybody waits.
 */
export class UploadLocks {
  private readonly holders = new Map<string, Holder>();
  private readonly waiting = new Map<string, number>();

  /** For one request, which waits no longer once it is `gone`. */
  lockerOf(gone: AbortSignal): Locker {
    return { newLock: (id) => this.newLock(id, gone) };
  }

  private newLock(id: string, gone: AbortSignal): Lock {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    return {
      lock: async (_signal, askToEnd) => {
        const holder = { askToEnd, ended };
        if (this.hold(id, holder, gone)) return;
        await this.waitFor(id, holder, gone);
      },
      unlock: async () => {
        if (this.holders.get(id)?.ended === ended) this.holders.delete(id);
        end();
      },
    };
  }

  /** In one go, so that of those who wait for the same end one holds it next. */
  private hold(id: string, holder: Holder, gone: AbortSignal): boolean {
    if (gone.aborted) throw conflict('', 'was cut off');
    if (this.holders.has(id)) return false;
    this.holders.set(id, holder);
    return true;
  }

  /** @throws `conflict` where another request does not end, too many wait for that, or this one is gone. */
  private async waitFor(id: string, holder: Holder, gone: AbortSignal): Promise<void> {
    const waiting = this.waiting.get(id) ?? 0;
    if (waiting >= MOST_WAITING) throw busy();
    this.waiting.set(id, waiting + 1);
    const { promise: over, reject } = Promise.withResolvers<never>();
    over.catch(() => undefined);
    const timer = setTimeout(() => reject(busy()), TIMEOUT_MS).unref();
    const leave = () => reject(conflict('', 'was cut off'));
    gone.addEventListener('abort', leave);
    try {
      while (!this.hold(id, holder, gone)) {
        const before = this.holders.get(id);
        await before?.askToEnd();
        await Promise.race([before?.ended, over]);
      }
    } finally {
      clearTimeout(timer);
      gone.removeEventListener('abort', leave);
      const left = (this.waiting.get(id) ?? 1) - 1;
      if (left > 0) this.waiting.set(id, left);
      else this.waiting.delete(id);
    }
  }
}

const busy = () => conflict('', 'is busy with another request');
