import type { Block, Inline } from './ast.js';

/** The words of a tree, a line a block. */
export const shownIn = (blocks: readonly Block[]): string => blocks.map(shownInBlock).join('\n');

function shownInBlock(block: Block): string {
  switch (block.type) {
    case 'paragraph':
      return block.children.map(shownInline).join('');
    case 'codeBlock':
      return block.text;
    case 'quote':
      return shownIn(block.children);
    case 'list':
      return block.items.map(shownIn).join('\n');
  }
}

function shownInline(node: Inline): string {
  return 'text' in node ? node.text : node.children.map(shownInline).join('');
}
