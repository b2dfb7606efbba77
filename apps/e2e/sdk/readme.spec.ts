import { describe, expect, it } from '@jest/globals';
import { ParleyNode } from '@parley/testkit';
import { Document } from '../docs/document.js';
import { runExample } from '../docs/example.js';

describe('The README of the SDK', () => {
  it('S4.39 has an example that runs in Node and prints what it shows, and leaves nothing running', async () => {
    const [example] = new Document('packages/client/README.md').examples;
    const node = await ParleyNode.start();
    try {
      const { code, printed } = await runExample(example?.code ?? '', node.url);
      expect({ code, printed: printed.split('\n').slice(-2).join('\n') }).toEqual({
        code: 0,
        printed: example?.prints,
      });
    } finally {
      await node.stop();
    }
  });
});
