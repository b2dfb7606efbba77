import { type Block, type Inline, parse, shownText } from '@parley/markdown';
import { firstGraphemes, isBlank } from '@parley/protocol';

/** Shown for a message of which nothing would be drawn. */
export const WITHOUT_WORDS = 'Message without words';

/**
 * A message's text in one line, without its Markdown, for previews and for reading out. `longest`: graphemes. Only the
 * beginning is parsed, unless nothing of it is drawn.
 */
export function plainText(content: string, longest: number): string {
  const text = lineOf(firstGraphemes(content, longest * 2)) || lineOf(content);
  return firstGraphemes(text, longest);
}

/** Whether nothing would be drawn of it. Such a text is not sent; for a stored one `WITHOUT_WORDS` is shown. */
export function drawsNothing(content: string): boolean {
  return isBlank(shownText(content));
}

function lineOf(content: string): string {
  return parse(content).map(ofBlock).join(' ').replace(/\s+/g, ' ').trim();
}

function ofBlock(block: Block): string {
  switch (block.type) {
    case 'paragraph':
      return block.children.map(ofInline).join('');
    case 'quote':
      return block.children.map(ofBlock).join(' ');
    case 'codeBlock':
      return block.text;
    case 'list':
      return block.items.map((item) => item.map(ofBlock).join(' ')).join(', ');
  }
}

function ofInline(node: Inline): string {
  return 'text' in node ? node.text : node.children.map(ofInline).join('');
}
