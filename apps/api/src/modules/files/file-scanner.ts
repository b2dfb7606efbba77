import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { ParleyError } from '../../kernel/errors.js';
import { Semaphore } from '../../kernel/semaphore.js';
import { ClamdClient, ScannerFailed, ScannerHungUp, type Verdict } from '../../platform/scanning/clamd-client.js';
import { FileStore } from '../../platform/storage/file-store.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { HealthRegistry } from '../../platform/telemetry/health-registry.js';

/** The daemon itself looks at ten contents at a time, of all nodes. */
const SCANS = { atOnce: 4, mostWaiting: 200, timeoutMs: 60_000, retryAfterMs: 5_000 };
const MOST_ATTEMPTS = 3;
const RETRY_AFTER_MS = 10_000;
/** Of the scanner's health; tests make it small. */
export const SCANNER_CHECK = { everyMs: 15_000 };

/**
 * Has contents looked at by ClamAV before they become files, where `CLAMD_URL` names one. They are read back from the store: so
 * nobody who uploads slowly holds one of the daemon's few threads.
 */
@Injectable()
export class FileScanner implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly client: ClamdClient | null;
  private readonly mayBeAway: boolean;
  private readonly scans = new Semaphore(SCANS);
  private timer: NodeJS.Timeout | null = null;

  constructor(
    @Inject(CONFIG) { files: { isOn, scanner } }: Config,
    private readonly store: FileStore,
    private readonly health: HealthRegistry,
    private readonly reporter: EventReporter,
  ) {
    this.client = isOn && scanner ? new ClamdClient(scanner.address) : null;
    this.mayBeAway = scanner?.mayBeAway ?? true;
  }

  onApplicationBootstrap(): void {
    if (!this.client) return;
    const { client } = this;
    void this.check(client);
    this.timer = setInterval(() => void this.check(client), SCANNER_CHECK.everyMs);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /**
   * Settles where nothing speaks against this content of the store.
   * @throws `forbidden` where the scanner found something; `service_unavailable` and `too_large` where it is away or does not look
   *   at so much, unless `CLAMD_AWAY=allow`.
   */
  async requireHarmless(userId: string, contentId: string, size: number): Promise<void> {
    const { client } = this;
    if (!client) return;
    const verdict = await this.scans.within(() => this.verdict(client, contentId, size), userId);
    if (verdict?.is === 'clean') return;
    if (verdict?.is === 'found') {
      this.reporter.fileRefusedByScanner({ userId, signature: verdict.signature });
      throw refused();
    }
    if (!this.mayBeAway) throw verdict ? beyondLimit() : away();
    this.reporter.fileNotScanned({ userId, why: verdict ? 'too large' : 'scanner away' });
  }

  /** Null where the scanner is away. One that answers others but hangs up on this content does not look at so much. */
  private async verdict(client: ClamdClient, contentId: string, size: number): Promise<Verdict | null> {
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      try {
        return await this.scan(client, contentId, size);
      } catch (fault) {
        if (!(fault instanceof ScannerFailed)) throw fault;
        const isThere = await this.check(client);
        if (!isThere || !(fault instanceof ScannerHungUp)) return null;
      }
    }
    return { is: 'beyond_limit' };
  }

  private async scan(client: ClamdClient, contentId: string, size: number): Promise<Verdict> {
    const content = await this.store.read(contentId, { start: 0, end: size - 1 });
    try {
      return await client.scan(content);
    } finally {
      content.destroy();
    }
  }

  /** Whether it answers. */
  private async check(client: ClamdClient): Promise<boolean> {
    const fault: unknown = await client.ping().then(
      () => null,
      (each: unknown) => each,
    );
    if (fault !== null && !this.health.degraded.includes('scanner')) this.reporter.scannerAway(fault);
    this.health.set('scanner', fault !== null);
    return fault === null;
  }
}

const refused = () =>
  new ParleyError('forbidden', {
    message: 'The virus scanner of this server refuses this file.',
    details: [{ path: 'file', message: 'was refused by the scanner' }],
  });

const beyondLimit = () =>
  new ParleyError('too_large', {
    message: 'The virus scanner of this server does not look at files of this size.',
    details: [{ path: 'file', message: 'is larger than what the scanner looks at' }],
  });

const away = () =>
  new ParleyError('service_unavailable', {
    message: 'Files cannot be taken just now, since the virus scanner of this server is away. Try again.',
    retryAfterMs: RETRY_AFTER_MS,
  });
