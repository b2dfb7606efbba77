import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from '@parley/testkit';

/** A fenced block of a Markdown file. */
export interface Block {
  language: string;
  text: string;
}

/** A Markdown file of the repository, as far as its checks need to understand it. */
export class Document {
  readonly text: string;

  /** @param path from the root of the repository. */
  constructor(readonly path: string) {
    this.text = readFileSync(join(ROOT, path), 'utf8');
  }

  get lines(): string[] {
    return this.text.split('\n');
  }

  /** The fenced blocks in order. */
  get blocks(): Block[] {
    return [...this.text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
      language,
      text,
    }));
  }

  /** Each JavaScript block with the text block that follows it: what it prints. */
  get examples(): { code: string; prints: string }[] {
    return this.blocks.flatMap(({ language, text }, i, all) => {
      if (language !== 'js') return [];
      const next = all[i + 1];
      return [{ code: text, prints: next?.language === 'text' ? next.text : '' }];
    });
  }

  /** The rows of the first table below a heading, without its head; a cell is the text between two bars. */
  table(heading: string): string[][] {
    const lines = this.lines;
    const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
    if (start === -1) throw new Error(`${this.path} has no heading "${heading}".`);
    const first = lines.findIndex((line, at) => at > start && line.startsWith('|'));
    const end = lines.findIndex((line, at) => at > first && !line.startsWith('|'));
    return lines.slice(first + 2, end === -1 ? undefined : end).map(cellsOf);
  }

  /** Where its links and pictures lead, those to other sites and to headings of its own apart. */
  get links(): string[] {
    const targets = [...this.text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target.replace(/#.*$/, ''));
    return targets.filter((target) => target !== '' && !/^[a-z]+:/.test(target));
  }

  /** Paths of the repository that it names in code spans. */
  get namedPaths(): string[] {
    const prose = this.text.replace(/^```.*?^```$/gms, '');
    const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
    return spans.filter((span) => /^(apps|packages|tools|drizzle|docs|\.ci)\/[\w./-]*$/.test(span));
  }
}

/** What is in code spans of a cell. */
export const codeIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

function cellsOf(line: string): string[] {
  // A bar inside a cell is written `\|`.
  const cells = line.split(/(?<!\\)\|/).slice(1, -1);
  return cells.map((cell) => cell.replaceAll('\\|', '|').trim());
}

/** Every Markdown file below docs/, and the README. */
export function documents(): Document[] {
  const paths = readdirSync(join(ROOT, 'docs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
  return ['README.md', ...paths.sort()].map((path) => new Document(path));
}
