import { type Block, type Inline, parse } from '@parley/markdown';

/** A message's words in one line, without its Markdown: for previews and for reading out. */
export function plainText(content: string, longest: number): string {
  const text = parse(content.slice(0, longest * 2))
    .map(ofBlock)
    .join(' ');
  return text.replace(/\s+/g, ' ').trim().slice(0, longest);
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
