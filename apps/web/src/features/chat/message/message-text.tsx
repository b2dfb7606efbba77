import { type Block, type Inline, parse } from '@parley/markdown';
import { isBlank } from '@parley/protocol';
import { Fragment, memo, type ReactNode } from 'react';
import { drawsNothing, WITHOUT_WORDS } from './plain-text.js';

/** Whether one of these usernames is a member that the message mentions, and whether that is me. */
export type FindMention = (usernames: readonly string[]) => 'me' | 'other' | null;

/** A message's Markdown as elements and text nodes, without HTML in between. */
export const MessageText = memo(function MessageText({ text, find }: { text: string; find: FindMention }) {
  if (drawsNothing(text)) return <em className="message-blank">{WITHOUT_WORDS}</em>;
  return <>{parse(text).map((block, index) => blockOf(block, index, find, 'auto'))}</>;
});

/** `dir`: of an outermost list or quote; blocks inside inherit it. */
function blockOf(block: Block, key: number, find: FindMention, dir?: 'auto'): ReactNode {
  switch (block.type) {
    case 'paragraph':
      return <p key={key}>{inlinesOf(block.children, find)}</p>;
    case 'quote':
      return (
        <blockquote key={key} dir={dir}>
          {block.children.map((child, index) => blockOf(child, index, find))}
        </blockquote>
      );
    case 'codeBlock':
      // An empty code block draws nothing.
      return isBlank(block.text) ? null : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a wide block is scrolled by keyboard too
        <pre key={key} dir="auto" tabIndex={0} translate="no">
          <code>{block.text}</code>
        </pre>
      );
    case 'list': {
      const items = block.items.map((item, index) => (
        <li key={index}>{item.map((child, at) => blockOf(child, at, find))}</li>
      ));
      return block.ordered ? (
        <ol key={key} dir={dir} start={block.start}>
          {items}
        </ol>
      ) : (
        <ul key={key} dir={dir}>
          {items}
        </ul>
      );
    }
  }
}

function inlinesOf(nodes: readonly Inline[], find: FindMention): ReactNode[] {
  return nodes.map((node, index) => <Fragment key={index}>{inlineOf(node, find)}</Fragment>);
}

function inlineOf(node: Inline, find: FindMention): ReactNode {
  switch (node.type) {
    case 'text':
      return node.text;
    case 'strong':
      return <strong>{inlinesOf(node.children, find)}</strong>;
    case 'emphasis':
      return <em>{inlinesOf(node.children, find)}</em>;
    case 'strike':
      return <s>{inlinesOf(node.children, find)}</s>;
    case 'code':
      return <code translate="no">{node.text}</code>;
    case 'link':
      return (
        <a href={node.href} target="_blank" rel="noopener noreferrer nofollow">
          {inlinesOf(node.children, find)}
        </a>
      );
    case 'mention': {
      const found = find(node.usernames);
      if (found === null) return node.text;
      return (
        <span translate="no" className={found === 'me' ? 'mention mention-me' : 'mention'}>
          {node.text}
        </span>
      );
    }
  }
}
