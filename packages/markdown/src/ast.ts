/**
 * What a chat text means. Nothing in here is HTML: a renderer turns each node into an element of its own and each
 * `text` into a text node, with `white-space: pre-wrap` (line breaks and runs of spaces are kept in the text).
 */
export type Block = Paragraph | Quote | List | CodeBlock;

/** Lines that belong together; blank lines part paragraphs. */
export interface Paragraph {
  type: 'paragraph';
  children: Inline[];
}

export interface Quote {
  type: 'quote';
  children: Block[];
}

/** An ordered list counts up by one from `start`, so what is shown is the number that was written. */
export interface List {
  type: 'list';
  ordered: boolean;
  /** Number of the first item; 1 where `ordered` is false. */
  start: number;
  items: Block[][];
}

/** A fence. `text` is without the last line break. */
export interface CodeBlock {
  type: 'codeBlock';
  language: string | null;
  text: string;
}

export type Inline = Text | Styled | Code | Link | Mention;

export interface Text {
  type: 'text';
  text: string;
}

export interface Styled {
  type: 'strong' | 'emphasis' | 'strike';
  children: Inline[];
}

export interface Code {
  type: 'code';
  text: string;
}

/** `href` is as written and begins with http://, https:// or mailto:, whatever the case. Holds no other link. */
export interface Link {
  type: 'link';
  href: string;
  children: Inline[];
}

/**
 * `@name`. The renderer decides whether there is such a user: it looks `usernames` up in order and shows `text` as
 * plain text where none is known.
 */
export interface Mention {
  type: 'mention';
  /** As written, with the `@`, without trailing punctuation. */
  text: string;
  /** Lower case: the longest reading ("anna."), then the one without trailing `.`, `-`, `_` ("anna") if it differs. */
  usernames: string[];
}
