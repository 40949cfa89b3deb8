import { existsSync, readdirSync, readFileSync } from 'fs';
import { join } from 'path';

/** The repository. */
export const ROOT = join(__dirname, '../..');

/** One fenced block of a page. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** The headings it stands below, from the title down. */
  readonly headings: readonly string[];
  readonly line: number;
}

/** A page of the documentation, as far as tests ask about it. */
export class Page {
  public readonly text: string;
  public readonly blocks: readonly Block[];
  /** What a link may point to, as GitHub makes it from the headings. */
  public readonly anchors: ReadonlySet<string>;

  /** @param path relative to the repository */
  constructor(public readonly path: string) {
    this.text = readFileSync(join(ROOT, path), 'utf8');
    const blocks: Block[] = [];
    const anchors = new Set<string>();
    const headings: string[] = [];
    let open: { language: string; line: number; lines: string[] } | undefined;
    for (const [index, line] of this.text.split('\n').entries()) {
      const [, fence, language] = /^\s*(```)(\w*)/.exec(line) ?? [];
      const [, marks, heading] = /^(#{1,6}) (.*)$/.exec(line) ?? [];
      if (fence && open) {
        blocks.push({ ...open, text: open.lines.join('\n'), headings: [...headings] });
        open = undefined;
      } else if (fence) open = { language, line: index + 1, lines: [] };
      else if (open) open.lines.push(line);
      else if (marks) {
        headings.splice(marks.length - 1, headings.length, heading);
        anchors.add(slugOf(heading));
      }
    }
    this.blocks = blocks;
    this.anchors = anchors;
  }

  /** The blocks a person pastes into a shell. */
  public get shellBlocks(): readonly Block[] {
    return this.blocks.filter(({ language }) => ['bash', 'sh'].includes(language));
  }

  /** What is said outside of fenced blocks. */
  public get prose(): string {
    return this.text.replace(/^\s*```[\s\S]*?^\s*```/gm, '');
  }

  /** The rows of the table that starts with these cells, as text, without the header. */
  public table(...header: readonly string[]): readonly (readonly string[])[] {
    const rows = this.text.split('\n').map((line) =>
      line.startsWith('|')
        ? line
            .split('|')
            .slice(1, -1)
            .map((cell) => cell.trim())
        : [],
    );
    const start = rows.findIndex((cells) => header.every((cell, index) => cells[index] === cell));
    if (start < 0) throw new Error(`${this.path} has no table with ${header.join(', ')}`);
    const end = rows.findIndex((cells, index) => index > start && cells.length === 0);
    return rows.slice(start + 2, end < 0 ? undefined : end);
  }
}

/** The pages people read: `README.md` and `docs/*.md`. */
export function pages(): Page[] {
  const docs = readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
  return ['README.md', ...docs].filter((path) => existsSync(join(ROOT, path))).map((path) => new Page(path));
}

/** GitHub's anchor of a heading. */
export function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9 _-]/g, '')
    .replace(/ /g, '-');
}

/**
 * The calls of one program in a shell text: each without the program's name, cut where the shell would cut it, with
 * quotes and variables as they were written.
 */
export function callsOf(program: string, shell: string): string[] {
  const text = shell.replace(/[ \t]*\\\n\s*/g, ' ').replace(/^\s*#.*$/gm, '');
  const start = new RegExp(`(?<=^|[\\s;|&(])${program} (?=[a-z])`, 'gm');
  return [...text.matchAll(start)].map(({ index, 0: found }) => upToTheEnd(text.slice(index + found.length)).trim());
}

function upToTheEnd(text: string): string {
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quote) {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (/[|<>;&)\n]/.test(character)) return text.slice(0, at);
  }
  return text;
}
