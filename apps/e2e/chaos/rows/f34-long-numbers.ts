import type { MessagePage } from '@parley/protocol';
import { type FleetNode, TestUser } from '@parley/testkit';
import type { Random } from '../../fuzz/random.js';
import type { Row } from '../row.contract.js';

const SENDS = 60;
const MOST_METADATA = 102_400;
const MOST_ANSWER = 524_288;

/** F34: metadata that is short as sent and long in digits. What is stored and what is answered stays within its bounds. */
export const longNumbers: Row = {
  id: 'F34',
  title: `${SENDS} messages of numbers that take more bytes in digits than as sent`,
  nodes: 1,
  check: { recovery: 10 },
  async run(stage) {
    const [node] = stage.fleet.nodes as [FleetNode];
    const user = await TestUser.ofHost(node.url, { externalId: 'long-numbers', name: 'Long numbers' });
    const group = await user.rest.createConversation({ type: 'group', name: 'Numbers', memberIds: [] });
    const taken: string[] = [];
    await stage.fault('long numbers', { argument: node.name }, async () => {
      for (let nth = 0; nth < SENDS; nth += 1) {
        const { numbers, bytes } = someNumbers(stage.random);
        const body = { content: `${nth}`, metadata: { numbers } };
        const sent = await user.call('POST', `/conversations/${group.id}/messages`, body);
        if (sent.status === 201) taken.push(`${nth}`);
        stage.must(sent.status !== 201 || bytes <= MOST_METADATA, `${bytes} bytes of metadata were taken.`);
        stage.must(
          sent.status === 201 || bytes > MOST_METADATA,
          `${bytes} bytes of metadata were refused: ${sent.text}`,
        );
      }
    });
    const found: string[] = [];
    for (let before = ''; ; ) {
      const page = await user.call<MessagePage>('GET', `/conversations/${group.id}/messages?limit=100${before}`);
      stage.must(Buffer.byteLength(page.text) <= MOST_ANSWER, `A page has ${Buffer.byteLength(page.text)} bytes.`);
      const { items, nextCursor } = page.body;
      found.unshift(...items.map(({ content }) => content));
      if (nextCursor === null) break;
      before = `&before=${nextCursor}`;
    }
    stage.must(found.join() === taken.join(), `The pages hold ${found.join()} of ${taken.join()}.`);
    stage.figure('taken of them', `${taken.length} of ${SENDS}`);
  },
};

/** About a third of them fit; `bytes` is `{"numbers":[…]}` in digits. */
function someNumbers(random: Random): { numbers: number[]; bytes: number } {
  const numbers = Array.from({ length: random.between(1, 1_500) }, () => {
    const power = random.between(25, 300);
    return Number(`${random.between(1, 9)}e${random.chance(0.5) ? power : -power}`);
  });
  const digits = numbers.map((each) => {
    const power = Number(String(each).split('e')[1]);
    return power > 0 ? power + 1 : 2 - power;
  });
  return { numbers, bytes: digits.reduce((sum, each) => sum + each + 1, 0) + '{"numbers":[]}'.length - 1 };
}
