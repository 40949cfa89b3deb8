/** A change of one parameter in this region, as EventBridge tells it. */
export interface Change {
  readonly kind: 'change';
  readonly name: string;
  readonly operation: string;
  /** Milliseconds since 1970, to the second. */
  readonly at: number;
}

/** What an invocation asks for. */
export type Request =
  | Change
  | { readonly kind: 'reconcile' }
  | { readonly kind: 'manual'; readonly names: readonly string[] }
  | { readonly kind: 'ignored'; readonly reason: string };

const OPERATIONS = ['Create', 'Update', 'Delete', 'LabelParameterVersion'];

/**
 * Reads an event. Unknown ones are ignored with a reason and not refused: retrying them would not help.
 *
 * @throws Error for a manual request without names
 */
export function requestOf(event: unknown): Request {
  const { source, time, detail, names } = object(event);
  if (source === 'reconcile') return { kind: 'reconcile' };
  if (source === 'manual') {
    if (!Array.isArray(names) || names.length === 0 || !names.every((name) => typeof name === 'string')) {
      throw new Error('give names: a list of parameter names with at least one');
    }
    return { kind: 'manual', names: [...new Set<string>(names)] };
  }
  if (source !== 'aws.ssm') return { kind: 'ignored', reason: 'unknown source' };
  const { name, operation, exception } = object(detail);
  // The value was refused after the fact, so there is no new version (rule R-SSM-2).
  if (exception !== undefined) return { kind: 'ignored', reason: 'the change was refused' };
  if (typeof operation !== 'string' || !OPERATIONS.includes(operation)) {
    return { kind: 'ignored', reason: 'unknown operation' };
  }
  if (typeof name !== 'string') return { kind: 'ignored', reason: 'no name' };
  const at = Date.parse(String(time));
  if (Number.isNaN(at)) return { kind: 'ignored', reason: 'no time' };
  return { kind: 'change', name, operation, at };
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
