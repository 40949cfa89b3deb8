import { IConstruct } from 'constructs';

const SYMBOL = Symbol.for('cdktf-multi-region-dr/ConfigurationError');

/** One thing that is wrong with a configuration. */
export interface ConfigurationProblem {
  /** Path of the prop, option or variable, such as `cidrBlock` or `parameters[0].name`. */
  readonly prop: string;
  /** The value received. Printed as JSON; never pass a secret. */
  readonly received: unknown;
  /** What to do instead, as an imperative without a final period. */
  readonly wayOut: string;
}

/**
 * A configuration that cannot be built. The message names the construct path, the prop, the value received and the
 * way out, one line per problem.
 */
export class ConfigurationError extends Error {
  /** True for errors of this class, whichever copy of the package threw them. */
  public static isConfigurationError(error: unknown): error is ConfigurationError {
    return typeof error === 'object' && error !== null && SYMBOL in error;
  }

  /** The problems, in the order of the props. */
  public readonly problems: readonly ConfigurationProblem[];

  /**
   * @param scope the construct that was given the value, or the name of the source when there is none (such as `environment`)
   * @param problems one or more
   */
  constructor(scope: IConstruct | string, ...problems: ConfigurationProblem[]) {
    const path = typeof scope === 'string' ? scope : scope.node.path || 'app';
    super(
      problems.map(({ prop, received, wayOut }) => `${path}: ${prop} is ${display(received)}; ${wayOut}`).join('\n'),
    );
    this.name = 'ConfigurationError';
    this.problems = problems;
    Object.defineProperty(this, SYMBOL, { value: true });
  }
}

function display(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = typeof value === 'function' || typeof value === 'symbol' ? String(value) : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 197)}...` : text;
}
