import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { newId } from '../../kernel/ids.js';
import { FileStore } from '../../platform/storage/file-store.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';

const PROBE_BYTES = 1_024;

/**
 * Asks the store once, when the node starts, whether it gives back what it is given: some answer as if all were well and keep
 * something else. The node serves in any case.
 */
@Injectable()
export class FileStoreCheck implements OnApplicationBootstrap, OnApplicationShutdown {
  private isStopped = false;

  constructor(
    private readonly store: FileStore,
    private readonly reporter: EventReporter,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    const { isOn, s3 } = this.config.files;
    if (isOn && s3) void this.check();
  }

  onApplicationShutdown(): void {
    this.isStopped = true;
    this.store.close();
  }

  private async check(): Promise<void> {
    const [key, content] = [newId(), randomBytes(PROBE_BYTES)];
    try {
      const read = await this.readBack(key, content);
      if (!read.equals(content)) throw new Error('What was read is not what was written.');
    } catch (fault) {
      if (!this.isStopped) this.reporter.fileStoreUnfit(fault);
    }
  }

  /** Whatever becomes of it, nothing that no row knows of is to stay there. */
  private async readBack(key: string, content: Buffer): Promise<Buffer> {
    try {
      await this.store.write(key, once(content));
      return await buffer(await this.store.read(key, { start: 0, end: content.length - 1 }));
    } finally {
      await this.store.remove(key);
    }
  }
}

async function* once(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}
