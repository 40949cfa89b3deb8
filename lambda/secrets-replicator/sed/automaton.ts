import { Assertion, Pattern, Tree } from './pattern';

/**
 * A state of the automaton. They are numbered as glibc does it: children before parents, left before right. Where several
 * paths lead to the same longest match, glibc takes the edge to the state of the lower number, and that decides what the
 * groups hold. Keeping its numbering keeps its choice.
 */
export interface State {
  /** Set on a state that consumes a character. */
  readonly accepts?: (code: number) => boolean;
  /** Set on a state that holds at some positions only. */
  readonly assertion?: Assertion;
  /** Group that begins here. */
  readonly opens?: number;
  /** Group that ends here. */
  readonly closes?: number;
  /** On the end of a group that may be absent: an empty round leaves what the round before it held. */
  readonly repeats?: boolean;
  /** Where it goes on, in order of preference. */
  readonly next: readonly number[];
}

/** A nondeterministic automaton. */
export interface Automaton {
  readonly states: readonly State[];
  readonly start: number;
  /** The state in which the whole expression has matched. */
  readonly end: number;
  readonly groups: number;
  /** Groups that are always what another one is: the inner one of `((a))`. */
  readonly aliases: ReadonlyMap<number, number>;
  readonly multiline: boolean;
  readonly hasAssertions: boolean;
}

/** Builds the automaton of a regular expression. */
export function automatonOf({ tree, groups, multiline }: Pattern): Automaton {
  const builder = new Builder();
  const root = tree && builder.number(tree);
  const end = builder.states.length;
  if (root) builder.link(root, end);
  const states: State[] = [...builder.states, { next: [] }];
  return {
    states,
    start: root ? root.first : end,
    end,
    groups,
    aliases: builder.aliases,
    multiline,
    hasAssertions: states.some(({ assertion }) => assertion !== undefined),
  };
}

/** A part of the tree whose states have their numbers. */
interface Part {
  readonly tree: Tree;
  /** Its own state; of a group the one that ends it, of a sequence none. */
  readonly state: number;
  /** Where to enter it. */
  readonly first: number;
  readonly left?: Part;
  readonly right?: Part;
}

class Builder {
  public readonly states: State[] = [];
  public readonly aliases = new Map<number, number>();

  public number(tree: Tree): Part {
    switch (tree.kind) {
      case 'sequence': {
        const left = this.number(tree.left);
        return { tree, state: -1, first: left.first, left, right: this.number(tree.right) };
      }
      case 'choice': {
        const left = tree.left && this.number(tree.left);
        const right = tree.right && this.number(tree.right);
        const state = this.reserve();
        return { tree, state, first: state, left, right };
      }
      case 'star': {
        const left = this.number(tree.body);
        const state = this.reserve();
        return { tree, state, first: state, left };
      }
      case 'group': {
        const first = this.reserve();
        const body = this.bodyOf(tree);
        const left = body && this.number(body);
        return { tree, state: this.reserve(), first, left };
      }
      default: {
        const state = this.reserve();
        return { tree, state, first: state };
      }
    }
  }

  public link({ tree, state, first, left, right }: Part, next: number): void {
    switch (tree.kind) {
      case 'sequence':
        if (left && right) {
          this.link(left, right.first);
          this.link(right, next);
        }
        break;
      case 'choice':
        this.states[state] = { next: [left?.first ?? next, right?.first ?? next].sort((a, b) => a - b) };
        if (left) this.link(left, next);
        if (right) this.link(right, next);
        break;
      case 'star':
        this.states[state] = { next: [left?.first ?? next, next].sort((a, b) => a - b) };
        if (left) this.link(left, state);
        break;
      case 'group':
        this.states[first] = { opens: tree.index, next: [left?.first ?? state] };
        this.states[state] = { closes: tree.index, repeats: tree.repeats, next: [next] };
        if (left) this.link(left, state);
        break;
      case 'assertion':
        this.states[state] = { assertion: tree.assertion, next: [next] };
        break;
      case 'set':
        this.states[state] = { accepts: tree.accepts, next: [next] };
        break;
    }
  }

  /** Of a group directly within a group only the outer one is built. */
  private bodyOf({ index, body }: Tree & { kind: 'group' }): Tree | undefined {
    if (body?.kind !== 'group') return body;
    this.aliases.set(body.index, index);
    return body.body;
  }

  private reserve(): number {
    return this.states.push({ next: [] }) - 1;
  }
}
