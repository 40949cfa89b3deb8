import { Tree } from './pattern';

/** The text that an expression is, when it is nothing but text. */
export function literalOf(tree: Tree | undefined): string | undefined {
  const runs = runsOf(tree);
  return runs.length === 1 && !runs[0].isPart && runs[0].text !== '' ? runs[0].text : undefined;
}

/** The longest text without which there is no match; empty where there is none. */
export function requiredLiteral(tree: Tree | undefined): string {
  return runsOf(tree).reduce((longest, { text }) => (text.length > longest.length ? text : longest), '');
}

/** Neighbouring characters of the expression that every match has. */
interface Run {
  readonly text: string;
  /** Something else than characters stands beside it. */
  readonly isPart: boolean;
}

function runsOf(tree: Tree | undefined): Run[] {
  const runs: Run[] = [{ text: '', isPart: false }];
  const interrupt = (): void => {
    runs[runs.length - 1] = { ...runs[runs.length - 1], isPart: true };
    runs.push({ text: '', isPart: true });
  };
  const walk = (node: Tree): void => {
    if (node.kind === 'sequence') {
      walk(node.left);
      walk(node.right);
    } else if (node.kind === 'set' && isScalar(node.code)) {
      const last = runs[runs.length - 1];
      runs[runs.length - 1] = { ...last, text: last.text + String.fromCodePoint(node.code) };
    } else {
      interrupt();
    }
  };
  if (tree) walk(tree);
  return runs;
}

/** Half a character could be found within a whole one. */
function isScalar(code: number | undefined): code is number {
  return code !== undefined && (code < 0xd800 || code > 0xdfff);
}
