import { setTimeout as wait } from 'node:timers/promises';
import type { Lock, Locker, RequestRelease } from '@tus/server';
import { conflict } from '../../../kernel/errors.js';

/** How long a request waits for one that is about to end; making a file of a large upload takes longest. */
const TIMEOUT_MS = 30_000;

interface Holder {
  askToEnd: RequestRelease;
  ended: Promise<void>;
}

/**
 * Of the requests for one upload on this node one at a time goes on, and whoever comes asks the one before to end: its line may be
 * long gone. Between nodes nothing is locked: parts are added by the request that claimed the upload last. The locker that comes
 * with the package asks anew in every turn of the event loop, which takes a core while anybody waits.
 */
export class UploadLocks implements Locker {
  private readonly holders = new Map<string, Holder>();

  newLock(id: string): Lock {
    let end = () => undefined as void;
    return {
      lock: async (_signal, askToEnd) => {
        await this.waitForOthers(id);
        const ended = new Promise<void>((resolve) => {
          end = resolve;
        });
        this.holders.set(id, { askToEnd, ended });
      },
      unlock: async () => {
        this.holders.delete(id);
        end();
      },
    };
  }

  /** @throws `conflict` where another request does not end. */
  private async waitForOthers(id: string): Promise<void> {
    const timeout = new AbortController();
    const late = wait(TIMEOUT_MS, 'late', { signal: timeout.signal, ref: false });
    late.catch(() => undefined);
    try {
      for (let holder = this.holders.get(id); holder; holder = this.holders.get(id)) {
        await holder.askToEnd();
        if ((await Promise.race([holder.ended, late])) === 'late') throw conflict('', 'is busy with another request');
      }
    } finally {
      timeout.abort();
    }
  }
}
