import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { ParleyError } from '../src/kernel/errors.js';
import { startNode, type TestNode } from './node.js';
import { aPerson, type Person } from './people.js';
import { append, begin, stateOf } from './tus.js';
import { download, someBytes, stored, upload } from './uploads.js';

let node: TestNode;
let ann: Person;
let usual: TestNode['node']['databases']['main']['transaction'];
beforeAll(async () => {
  node = await startNode();
  ann = await aPerson(node);
  usual = node.node.databases.main.transaction;
});
afterEach(() => {
  node.node.databases.main.transaction = usual;
});
afterAll(() => node.close());

/** Commits the next transaction of which this row is a part, and says that its connection was lost. */
function loseAnswer(): void {
  const { main } = node.node.databases;
  main.transaction = async (work, options) => {
    main.transaction = usual;
    await usual.call(main, work, options);
    throw new ParleyError('service_unavailable');
  };
}

it('S1.29: a file that was stored stays, and a repeat is answered with it', async () => {
  const content = someBytes(1_000);
  const fields = { clientUploadId: randomUUID() };
  loseAnswer();
  expect((await upload(ann, { content, fields })).status).toBe(503);
  const { status, body } = await upload(ann, { content, fields });
  expect(status).toBe(200);
  expect((await download(ann, body.fileId)).content.equals(content)).toBe(true);
});

it('S1.29: a part that was stored stays, and the upload goes on after it', async () => {
  const content = someBytes(1_000);
  const { at } = await begin(ann, content.length);
  loseAnswer();
  expect(await append(ann, at, 0, content.subarray(0, 400))).toMatchObject({ code: 'service_unavailable' });
  expect(await stateOf(ann, at)).toMatchObject({ offset: 400 });
  await append(ann, at, 400, content.subarray(400));
  const { file } = await stateOf(ann, at);
  expect((await download(ann, file.fileId)).content.equals(content)).toBe(true);
});

it('what was not committed is gone', async () => {
  const before = await stored(node);
  const { main } = node.node.databases;
  main.transaction = () => Promise.reject(new ParleyError('service_unavailable'));
  expect((await upload(ann)).status).toBe(503);
  expect(await stored(node)).toEqual(before);
});
