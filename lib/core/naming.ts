import { IConstruct } from 'constructs';
import { ConfigurationError } from './errors';

/** What AWS allows in a name of one kind of resource. */
interface NameRule {
  readonly maxLength: number;
  readonly minLength?: number;
  readonly pattern: RegExp;
  readonly characters: string;
}

const LOWER = {
  pattern: /^[a-z][a-z0-9-]*$/,
  characters: 'lower-case letters, digits and hyphens, starting with a letter',
};
const WORD = { pattern: /^[A-Za-z0-9_-]+$/, characters: 'letters, digits, hyphens and underscores' };
const DOTTED = { pattern: /^[A-Za-z0-9._-]+$/, characters: 'letters, digits, dots, hyphens and underscores' };
const PATH = { pattern: /^[A-Za-z0-9._/-]+$/, characters: 'letters, digits, dots, slashes, hyphens and underscores' };

/** Each service's own limits, from the API reference of its create call. */
const RULES = {
  accelerator: { maxLength: 64, ...DOTTED },
  alarm: { maxLength: 255, ...PATH },
  archive: { maxLength: 48, ...DOTTED },
  'backup plan': { maxLength: 50, ...DOTTED },
  'backup selection': { maxLength: 50, ...DOTTED },
  'backup vault': { maxLength: 50, minLength: 2, ...WORD },
  bucket: { maxLength: 63, minLength: 3, pattern: /^[a-z0-9][a-z0-9-]*[a-z0-9]$/, characters: LOWER.characters },
  'container cluster': { maxLength: 255, ...WORD },
  'container service': { maxLength: 255, ...WORD },
  dashboard: { maxLength: 255, ...WORD },
  'db cluster': {
    maxLength: 63,
    pattern: /^[a-z](?:[a-z0-9]|-(?!-|$))*$/,
    characters: `${LOWER.characters}, no two hyphens together`,
  },
  'db instance': {
    maxLength: 63,
    pattern: /^[a-z](?:[a-z0-9]|-(?!-|$))*$/,
    characters: `${LOWER.characters}, no two hyphens together`,
  },
  'db parameter group': { maxLength: 255, pattern: /^[a-z](?:[a-z0-9]|-(?!-|$))*$/, characters: LOWER.characters },
  'db subnet group': { maxLength: 255, ...LOWER },
  endpoint: { maxLength: 64, ...DOTTED },
  'event bus': { maxLength: 256, ...PATH },
  function: { maxLength: 64, ...WORD },
  'health check': { maxLength: 255, ...PATH },
  'kms alias': { maxLength: 250, ...PATH },
  'load balancer': {
    maxLength: 32,
    pattern: /^(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/,
    characters: 'letters, digits and hyphens',
  },
  'log group': { maxLength: 512, ...PATH },
  'name tag': { maxLength: 256, ...PATH },
  namespace: { maxLength: 253, ...DOTTED },
  parameter: { maxLength: 1011, ...PATH },
  queue: { maxLength: 80, ...WORD },
  repository: {
    maxLength: 256,
    minLength: 2,
    pattern: /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/,
    characters: 'lower-case letters and digits, with single slashes, dots, hyphens and underscores between them',
  },
  'restore testing plan': { maxLength: 50, pattern: /^[A-Za-z0-9_]+$/, characters: 'letters, digits and underscores' },
  role: { maxLength: 64, ...DOTTED },
  rule: { maxLength: 64, ...DOTTED },
  schedule: { maxLength: 64, ...DOTTED },
  secret: { maxLength: 512, ...PATH },
  'security group': { maxLength: 255, ...DOTTED },
  'state machine': { maxLength: 80, ...WORD },
  table: { maxLength: 255, minLength: 3, ...DOTTED },
  'target group': {
    maxLength: 32,
    pattern: /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/,
    characters: 'letters, digits and hyphens',
  },
  'task family': { maxLength: 255, ...WORD },
  topic: { maxLength: 256, ...WORD },
  trail: { maxLength: 128, minLength: 3, ...DOTTED },
  volume: { maxLength: 255, ...PATH },
  'web acl': { maxLength: 128, ...WORD },
  'ip set': { maxLength: 128, ...WORD },
  'rest api': { maxLength: 128, ...DOTTED },
  'delivery stream': { maxLength: 64, ...DOTTED },
  'log destination': { maxLength: 512, ...DOTTED },
  policy: { maxLength: 128, ...DOTTED },
  'subscription filter': { maxLength: 512, ...DOTTED },
} as const satisfies Record<string, NameRule>;

/** The kinds of resource whose names this library makes. */
export type NameKind = keyof typeof RULES;

/** Length of an account id, which stands in globally unique names as a reference that is not known at synth. */
export const ACCOUNT_ID_LENGTH = 12;

/**
 * Checks a name against the limits of its kind.
 *
 * @param extraLength characters that a reference in the name will have once it is known
 * @throws ConfigurationError when AWS would refuse the name
 */
export function checkName(scope: IConstruct | string, kind: NameKind, name: string, extraLength = 0): string {
  const rule: NameRule = RULES[kind];
  const length = name.length + extraLength;
  if (length > rule.maxLength) {
    throw new ConfigurationError(scope, {
      prop: `name of the ${kind}`,
      received: name,
      wayOut: `shorten environmentSuffix or the name by ${length - rule.maxLength}: AWS allows ${rule.maxLength} characters`,
    });
  }
  if (length < (rule.minLength ?? 1) || !rule.pattern.test(name)) {
    throw new ConfigurationError(scope, {
      prop: `name of the ${kind}`,
      received: name,
      wayOut: `use ${rule.characters}${rule.minLength ? `, at least ${rule.minLength}` : ''}`,
    });
  }
  return name;
}
