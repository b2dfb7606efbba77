import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fileStorage } from './file-storage.js';
import type { OutboxEntry } from './outbox-entry.js';

describe('The file of an outbox', () => {
  let directory: string;
  let path: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'parley-outbox-'));
    path = join(directory, 'below', 'outbox');
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const entry = (clientMessageId: string, content = clientMessageId): OutboxEntry => ({
    ...{ clientMessageId, conversationId: 'c', content, createdAt: '2026-01-01T00:00:00.000Z', order: 1 },
  });
  const found = async () => (await fileStorage(path).load()).map(({ content }) => content);

  it('gives back what was put and not removed, as it was put last, to the next one who opens it', async () => {
    const storage = fileStorage(path);
    await storage.put(entry('1'));
    await storage.put(entry('2', 'line one\nline two \u2028 three'));
    await storage.put(entry('3'));
    await storage.put(entry('3', 'changed'));
    await storage.remove('1');
    await storage.remove('never there');
    expect(await found()).toEqual(['line one\nline two \u2028 three', 'changed']);
  });

  it('keeps calls in their order, also when nobody waits for them', async () => {
    const storage = fileStorage(path);
    for (let n = 0; n < 50; n += 1) {
      void storage.put(entry(String(n)));
      void storage.remove(String(n - 1));
    }
    expect((await storage.load()).map(({ content }) => content)).toEqual(['49']);
    expect(await found()).toEqual(['49']);
  });

  it('survives a line that was cut off in the middle', async () => {
    const storage = fileStorage(path);
    await storage.put(entry('1'));
    await storage.put(entry('2'));
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, whole.length - 20));
    const next = fileStorage(path);
    await next.put(entry('3'));
    expect(await found()).toEqual(['1', '3']);
  });

  it('does not grow with what was sent', async () => {
    const storage = fileStorage(path);
    await storage.put(entry('kept'));
    for (let n = 0; n < 1_500; n += 1) {
      await storage.put(entry(String(n), 'x'.repeat(100)));
      await storage.remove(String(n));
    }
    expect(statSync(path).size).toBeLessThan(200_000);
    expect(await found()).toEqual(['kept']);
    expect(readdirSync(join(directory, 'below'))).toEqual(['outbox']);
  });

  it('is nobody else’s to read', async () => {
    await fileStorage(path).put(entry('1'));
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('rejects where it cannot write, and goes on where it can again', async () => {
    const storage = fileStorage(join(directory, 'taken', 'outbox'));
    writeFileSync(join(directory, 'taken'), '');
    await expect(storage.put(entry('1'))).rejects.toThrow();
    rmSync(join(directory, 'taken'));
    await storage.put(entry('2'));
    expect((await storage.load()).map(({ content }) => content)).toEqual(['2']);
  });
});
