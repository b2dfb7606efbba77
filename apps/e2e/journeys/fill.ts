import type { RestClient } from '@parley/testkit';

const AT_ONCE = 24;

/** Sends so many lines: the first one first and the last one last, those between in whatever order they come. */
export async function fill(
  rest: RestClient,
  conversationId: string,
  count: number,
  text: (line: number) => string = (line) => `line ${line}.`,
): Promise<void> {
  const say = (line: number) => rest.send(conversationId, { content: text(line) });
  await say(1);
  for (let from = 2; from < count; from += AT_ONCE) {
    const lines = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, index) => from + index);
    await Promise.all(lines.map(say));
  }
  if (count > 1) await say(count);
}
