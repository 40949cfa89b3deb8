import { IamPolicy } from '@cdktf/provider-aws/lib/iam-policy';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import { Fn } from 'cdktf';
import { Construct } from 'constructs';
import { z } from 'zod';
import { checkArnRegions } from '../core/arn-region';
import { ConfigurationError } from '../core/errors';
import { addNotice, Halves } from '../core/halves';
import { PolicyStatement, policyDocument } from '../core/iam';
import { ACCOUNT_ID_LENGTH } from '../core/naming';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import { arn, flag, instance, integer, known, text, texts, validateProps } from '../core/validation';

/** Props of `Identity`. Whatever is left out, the operator's role has no permission on. */
export interface IdentityProps {
  /** The two regions. */
  readonly regions: RegionPair;
  /**
   * Who may assume the operator's role: ARNs of roles, of users, or of the root of an account, which stands for
   * everybody whom that account lets. At least one, and one that does not need the primary region to sign in.
   */
  readonly trustedPrincipalArns: readonly string[];
  /**
   * What the caller must send as external id, 2 to 1224 characters. It protects from assuming the wrong role by
   * mistake or through a third party; it is not a secret, and stands in the state. @default - none, then requireMfa is needed
   */
  readonly externalId?: string;
  /** The caller must have signed in with a second factor. @default false */
  readonly requireMfa?: boolean;
  /** Longest session, in seconds (3600 to 43200). A role assumed from another role has 3600 at most. @default 3600 */
  readonly maxSessionDurationSeconds?: number;
  /** What the name of a session must look like, with `*` and `?`, such as `dr-*`. @default - any */
  readonly sessionNamePattern?: string;
  /** Keys of session tags that the caller must send, such as `incident`; CloudTrail records them. @default [] */
  readonly sessionTagKeys?: readonly string[];
  /** Name of the operator's role, without suffix; its policies are named after it. @default 'dr-operator' */
  readonly operatorRoleName?: string;
  /** A second role that sees the state of both regions and can change nothing. @default false */
  readonly readOnlyAuditor?: boolean;
  /** Who may assume the auditor's role. @default - trustedPrincipalArns */
  readonly auditorPrincipalArns?: readonly string[];
  /** Name of the auditor's role, without suffix. @default 'dr-auditor' */
  readonly auditorRoleName?: string;
  /**
   * The operator may invert health checks, which drills do. Leave it out of a role for emergencies: the call is
   * answered by us-east-1 only. @default false
   */
  readonly healthCheckDrills?: boolean;

  /** The Aurora global cluster; give it with both clusters. @default - none */
  readonly globalClusterIdentifier?: string;
  /** Its cluster in the primary region. @default - none */
  readonly primaryClusterArn?: string;
  /** Its cluster in the secondary region. @default - none */
  readonly secondaryClusterArn?: string;
  /** First part of the name of an extra instance, which the operator may add and delete again. @default 'aurora-extra' */
  readonly extraInstanceName?: string;
  /** The DynamoDB table, of the same name in both regions. @default - none */
  readonly tableName?: string;
  /** Bucket of the primary region; give both. @default - none */
  readonly primaryBucketName?: string;
  /** Bucket of the secondary region. @default - none */
  readonly secondaryBucketName?: string;
  /** Functions of the primary region that the operator invokes: processor and replicator; give both. @default - none */
  readonly primaryFunctionNames?: readonly string[];
  /** The same in the secondary region. @default - none */
  readonly secondaryFunctionNames?: readonly string[];
  /** State machine of the primary region; give both. @default - none */
  readonly primaryStateMachineArn?: string;
  /** State machine of the secondary region. @default - none */
  readonly secondaryStateMachineArn?: string;
  /** Queues of the primary region with what could not be processed; give both. @default - none */
  readonly primaryDeadLetterQueueNames?: readonly string[];
  /** The same in the secondary region. @default - none */
  readonly secondaryDeadLetterQueueNames?: readonly string[];
  /** Queues of the primary region that dead letters are moved back to; give both. @default - none */
  readonly primaryRetryQueueNames?: readonly string[];
  /** The same in the secondary region. @default - none */
  readonly secondaryRetryQueueNames?: readonly string[];
  /** Event bus, of the same name in both regions, whose archived events may be replayed. @default - none */
  readonly busName?: string;
  /** Topic of the primary region; give both. @default - none */
  readonly primaryTopicArn?: string;
  /** Topic of the secondary region. @default - none */
  readonly secondaryTopicArn?: string;
  /** Ids of the Route 53 health checks. @default [] */
  readonly healthCheckIds?: readonly string[];
  /** Namespace of the metric of the operator's switch, in the secondary region. @default 'MultiRegionDR' */
  readonly switchNamespace?: string;
  /** Parameter with the manifest, in both regions. @default '/dr/{environmentSuffix}/manifest' */
  readonly manifestParameterName?: string;
  /** Prefix of the application's parameters, in both regions. @default - none */
  readonly parameterPrefix?: string;
  /** Backup vault of the primary region; give both, and backupRoleArn. @default - none */
  readonly primaryVaultName?: string;
  /** Backup vault of the secondary region. @default - none */
  readonly secondaryVaultName?: string;
  /** Role that AWS Backup restores with: the only one the operator may pass. @default - none */
  readonly backupRoleArn?: string;
  /** Key of the primary region, for what is read there; give both. @default - none */
  readonly primaryKeyArn?: string;
  /** Key of the secondary region. @default - none */
  readonly secondaryKeyArn?: string;
}

const SHORTEST_SESSION_SECONDS = 3600;

/** Characters of a customer-managed policy, white space not counted. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_POLICY_LENGTH = 6144;

/** Managed policies that a role may have, without a raised quota. */
const MAX_POLICIES = 10;

/** The most that a reference may become which is of none of the props below, such as the executions of a state machine. */
const REFERENCE_LENGTH = 150;

/** The longest name that AWS allows for what each prop names. https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html */
const LONGEST_NAMES = {
  globalClusterIdentifier: 63,
  tableName: 255,
  primaryBucketName: 63,
  secondaryBucketName: 63,
  primaryFunctionNames: 64,
  secondaryFunctionNames: 64,
  primaryDeadLetterQueueNames: 80,
  secondaryDeadLetterQueueNames: 80,
  primaryRetryQueueNames: 80,
  secondaryRetryQueueNames: 80,
  busName: 256,
  healthCheckIds: 36,
  manifestParameterName: 1011,
  parameterPrefix: 1011,
  primaryVaultName: 50,
  secondaryVaultName: 50,
} as const satisfies Partial<Record<keyof IdentityProps, number>>;

/** The same for ARNs: service, what comes before the name, and the longest name. */
const LONGEST_ARNS = {
  ClusterArn: ['rds', 'cluster:', 63],
  StateMachineArn: ['states', 'stateMachine:', 80],
  TopicArn: ['sns', '', 256],
  KeyArn: ['kms', 'key/', 36],
} as const;

const principals = z
  .array(
    known(
      z
        .string('give the ARN of a role, of a user, or of the root of an account')
        .regex(
          /^arn:aws[a-z-]*:iam::\d{12}:(root|(role|user)\/[\w+=,.@/-]+)$/,
          'give the ARN of a role, of a user, or of the root of an account, without wildcards',
        ),
    ),
    'give a list of ARNs',
  )
  .min(1, 'give at least one principal: a role nobody can assume helps nobody')
  .superRefine((arns, context) =>
    arns.forEach((one, index) => {
      if (arns.indexOf(one) < index)
        context.addIssue({ code: 'custom', path: [index], message: 'give each principal once' });
    }),
  );

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  trustedPrincipalArns: principals,
  externalId: known(
    z
      .string('give a string')
      .regex(/^[\w+=,.@:/-]{2,1224}$/, 'use 2 to 1224 letters, digits and the characters _ + = , . @ : / -'),
  ).optional(),
  requireMfa: flag.optional(),
  maxSessionDurationSeconds: integer(SHORTEST_SESSION_SECONDS, 43_200, 'seconds').optional(),
  sessionNamePattern: z
    .string('give a string')
    .regex(/^[\w+=,.@*?-]{1,64}$/, 'use 1 to 64 letters, digits and the characters _ + = , . @ - * ?')
    .optional(),
  sessionTagKeys: z
    .array(
      z.string('give a string').regex(/^[\w.:/=+@-]{1,128}$/, 'use 1 to 128 letters, digits and _ . : / = + - @'),
      'give a list of strings',
    )
    .optional(),
  operatorRoleName: text.optional(),
  readOnlyAuditor: flag.optional(),
  auditorPrincipalArns: principals.optional(),
  auditorRoleName: text.optional(),
  healthCheckDrills: flag.optional(),
  globalClusterIdentifier: text.optional(),
  primaryClusterArn: arn('rds').optional(),
  secondaryClusterArn: arn('rds').optional(),
  extraInstanceName: text.optional(),
  tableName: text.optional(),
  primaryBucketName: text.optional(),
  secondaryBucketName: text.optional(),
  primaryFunctionNames: texts.optional(),
  secondaryFunctionNames: texts.optional(),
  primaryStateMachineArn: arn('states').optional(),
  secondaryStateMachineArn: arn('states').optional(),
  primaryDeadLetterQueueNames: texts.optional(),
  secondaryDeadLetterQueueNames: texts.optional(),
  primaryRetryQueueNames: texts.optional(),
  secondaryRetryQueueNames: texts.optional(),
  busName: text.optional(),
  primaryTopicArn: arn('sns').optional(),
  secondaryTopicArn: arn('sns').optional(),
  healthCheckIds: texts.optional(),
  switchNamespace: text.optional(),
  manifestParameterName: parameterPath('"/dr/dev/manifest"').optional(),
  parameterPrefix: parameterPath('"/app/dev"').optional(),
  primaryVaultName: text.optional(),
  secondaryVaultName: text.optional(),
  backupRoleArn: arn('iam').optional(),
  primaryKeyArn: arn('kms').optional(),
  secondaryKeyArn: arn('kms').optional(),
});

function parameterPath(example: string): z.ZodType {
  const way = `give a path such as ${example}, which starts with a slash and does not end in one`;
  return known(z.string(way).regex(/^(\/[\w.-]+)+$/, way));
}

/** Props that name one thing of each region. */
const PAIRS = [
  ['primaryClusterArn', 'secondaryClusterArn'],
  ['primaryBucketName', 'secondaryBucketName'],
  ['primaryFunctionNames', 'secondaryFunctionNames'],
  ['primaryStateMachineArn', 'secondaryStateMachineArn'],
  ['primaryDeadLetterQueueNames', 'secondaryDeadLetterQueueNames'],
  ['primaryRetryQueueNames', 'secondaryRetryQueueNames'],
  ['primaryTopicArn', 'secondaryTopicArn'],
  ['primaryVaultName', 'secondaryVaultName'],
  ['primaryKeyArn', 'secondaryKeyArn'],
] as const satisfies readonly (readonly [keyof IdentityProps, keyof IdentityProps])[];

/** What is of no use without the other, beside the pairs. */
const TOGETHER = [
  ['globalClusterIdentifier', 'primaryClusterArn'],
  ['primaryVaultName', 'backupRoleArn'],
] as const satisfies readonly (readonly [keyof IdentityProps, keyof IdentityProps])[];

/**
 * The role that an operator assumes to fail over, to switch over, to fail back and to practise it, and optionally one
 * that only sees. It is made beforehand, because IAM can be changed in us-east-1 only: while that region is down,
 * roles that exist can be assumed, through the STS of any region, and nothing can be added to them.
 * https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html
 *
 * The operator may do what the runbook says and nothing else: read both regions, turn the traffic switch in the
 * secondary region, promote Aurora, hand in stranded orders, restore from a backup. An explicit denial of what
 * endangers the system holds whatever is attached to the role later: identities, keys, deletions of databases, tables,
 * buckets, zones and backups, and the editing of DNS records, which is no way to fail over (rule R-R53-16).
 *
 * Of Aurora's instances it may delete the extra one it made itself.
 *
 * What the policies name is spread over as many as it takes, of at most ten for a role.
 *
 * @throws ConfigurationError for malformed props, nobody to trust, neither an external id nor a second factor, one
 * thing of a pair without the other, an ARN of the wrong region, and more than fits into ten policies
 */
export class Identity extends Construct {
  public readonly operatorRoleArn: string;
  public readonly operatorRoleName: string;
  /** Undefined without `readOnlyAuditor`. */
  public readonly auditorRoleArn?: string;
  /**
   * How to assume the operator's role, through the STS of the secondary region. `$USER` is the caller's name; the other
   * names that start with a dollar sign are for the caller to set.
   */
  public readonly assumeRoleCommand: string;

  constructor(scope: Construct, id: string, props: IdentityProps) {
    super(scope, id);
    validateProps(this, schema, props);
    this.check(props);
    const { regions } = props;
    const operator = this.role(props, 'Operator', {
      name: props.operatorRoleName ?? 'dr-operator',
      description: `Fails ${regions.primary.name} over to ${regions.secondary.name} and back`,
      principalArns: props.trustedPrincipalArns,
    });
    const shared = [...this.policies(props, 'observe', seeing(props)), ...this.policies(props, 'never', DENIALS)];
    const all = [
      ...shared,
      ...this.policies(props, 'fail-over', failingOver(props)),
      ...this.policies(props, 'hand-in', handingIn(props)),
      ...this.policies(props, 'restore', [...restoring(props), ...usingKeys(props)]),
    ];
    if (all.length > MAX_POLICIES) {
      throw new ConfigurationError(this, {
        prop: 'props',
        received: `${all.length} policies`,
        wayOut: `give fewer or shorter names, or two Identity: IAM attaches ${MAX_POLICIES} managed policies to a role`,
      });
    }
    attach(regions, operator, all);
    this.operatorRoleArn = operator.arn;
    this.operatorRoleName = operator.name;
    if (props.readOnlyAuditor) {
      const auditor = this.role(props, 'Auditor', {
        name: props.auditorRoleName ?? 'dr-auditor',
        description: `Sees the state of ${regions.primary.name} and ${regions.secondary.name}`,
        principalArns: props.auditorPrincipalArns ?? props.trustedPrincipalArns,
      });
      attach(regions, auditor, shared);
      this.auditorRoleArn = auditor.arn;
    }
    this.assumeRoleCommand = assumeRoleCommand(props, operator.arn);
  }

  private check(props: IdentityProps): void {
    const { regions, trustedPrincipalArns, auditorPrincipalArns, maxSessionDurationSeconds } = props;
    if (props.externalId === undefined && !props.requireMfa) {
      throw new ConfigurationError(this, {
        prop: 'externalId',
        received: undefined,
        wayOut: 'give one, or set requireMfa to true: a role that can do this much needs more than a principal',
      });
    }
    if (auditorPrincipalArns !== undefined && !props.readOnlyAuditor) {
      throw new ConfigurationError(this, {
        prop: 'auditorPrincipalArns',
        received: auditorPrincipalArns,
        wayOut: 'set readOnlyAuditor to true, or remove it: there is no role for them',
      });
    }
    for (const [one, other] of [...PAIRS, ...TOGETHER]) {
      if ((props[one] === undefined) === (props[other] === undefined)) continue;
      const [missing, given] = props[one] === undefined ? [one, other] : [other, one];
      throw new ConfigurationError(this, {
        prop: missing,
        received: undefined,
        wayOut: `give it too, or leave out ${given}: the operator needs both`,
      });
    }
    for (const role of ['primary', 'secondary'] as const) {
      checkArnRegions(this, regions[role], {
        [`${role}ClusterArn`]: props[`${role}ClusterArn`],
        [`${role}StateMachineArn`]: props[`${role}StateMachineArn`],
        [`${role}TopicArn`]: props[`${role}TopicArn`],
        [`${role}KeyArn`]: props[`${role}KeyArn`],
      });
    }
    for (const one of new Set([...trustedPrincipalArns, ...(auditorPrincipalArns ?? [])])) {
      if (one.endsWith(':root')) {
        addNotice(
          this,
          'warn',
          `${this.node.path}: ${one.replace(/\$\{[^}]*\}/g, '(known at apply)')} stands for everybody whom that account lets assume the role; name a role or a user if you can`,
        );
      }
    }
    if ((maxSessionDurationSeconds ?? SHORTEST_SESSION_SECONDS) > SHORTEST_SESSION_SECONDS) {
      addNotice(
        this,
        'warn',
        `${this.node.path}: maxSessionDurationSeconds is ${maxSessionDurationSeconds}; a session cannot be taken back, 3600 is safer`,
      );
    }
  }

  private role(
    props: IdentityProps,
    id: string,
    given: { readonly name: string; readonly description: string; readonly principalArns: readonly string[] },
  ): IamRole {
    const { regions } = props;
    return new IamRole(this, id, {
      provider: regions.primary.provider,
      name: regions.sharedName('role', given.name),
      description: given.description,
      maxSessionDuration: props.maxSessionDurationSeconds ?? SHORTEST_SESSION_SECONDS,
      assumeRolePolicy: policyDocument([trust(props, given.principalArns)]),
    });
  }

  /** Policies named after the operator's role, as many as it takes; none for no statements: IAM takes no empty policy. */
  private policies(props: IdentityProps, name: string, statements: readonly PolicyStatement[]): IamPolicy[] {
    const { regions, operatorRoleName = 'dr-operator' } = props;
    const measure = (some: readonly PolicyStatement[]): number => lengthOf(props, policyDocument(some));
    return this.packed(name, statements, measure).map((part, index) => {
      const partName = index === 0 ? name : `${name}-${index + 1}`;
      return new IamPolicy(this, `Policy-${partName}`, {
        provider: regions.primary.provider,
        name: regions.sharedName('policy', `${operatorRoleName}-${partName}`),
        description: DESCRIPTIONS[name],
        policy: policyDocument(part),
      });
    });
  }

  /** In the order of the statements, so that a name which is added moves as little as possible. */
  private packed(
    name: string,
    statements: readonly PolicyStatement[],
    measure: (some: readonly PolicyStatement[]) => number,
  ): PolicyStatement[][] {
    const fits = (some: readonly PolicyStatement[]): boolean => measure(some) <= MAX_POLICY_LENGTH;
    const pieces = (statement: PolicyStatement): PolicyStatement[] => {
      const { resources = [] } = statement;
      if (fits([statement])) return [statement];
      if (resources.length < 2) {
        throw new ConfigurationError(this, {
          prop: `statement ${statement.sid} of policy ${name}`,
          received: `${measure([statement])} characters`,
          wayOut: `give shorter names: IAM takes ${MAX_POLICY_LENGTH} characters in a policy`,
        });
      }
      const half = Math.ceil(resources.length / 2);
      return [resources.slice(0, half), resources.slice(half)].flatMap((some) =>
        pieces({ ...statement, resources: some }),
      );
    };
    const parts: PolicyStatement[][] = [];
    for (const piece of statements.flatMap(pieces)) {
      const last = parts.at(-1);
      if (last !== undefined && fits([...last, piece])) last.push(piece);
      else parts.push([piece]);
    }
    return parts;
  }
}

function attach({ primary }: RegionPair, role: IamRole, policies: readonly IamPolicy[]): void {
  for (const policy of policies) {
    new IamRolePolicyAttachment(role, `Attach${policy.node.id}`, {
      provider: primary.provider,
      role: role.name,
      policyArn: policy.arn,
    });
  }
}

function trust(props: IdentityProps, principalArns: readonly string[]): PolicyStatement {
  const { externalId, requireMfa, sessionNamePattern, sessionTagKeys = [] } = props;
  const conditions = {
    ...(externalId !== undefined && { StringEquals: { 'sts:ExternalId': externalId } }),
    ...(requireMfa && { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
    ...(sessionNamePattern !== undefined && { StringLike: { 'sts:RoleSessionName': sessionNamePattern } }),
    ...(sessionTagKeys.length > 0 && {
      Null: Object.fromEntries(sessionTagKeys.map((key) => [`aws:RequestTag/${key}`, 'false'])),
    }),
  };
  return {
    principals: { AWS: principalArns },
    actions: sessionTagKeys.length > 0 ? ['sts:AssumeRole', 'sts:TagSession'] : ['sts:AssumeRole'],
    conditions,
  };
}

function assumeRoleCommand(props: IdentityProps, roleArn: string): string {
  const { regions, externalId, requireMfa, sessionTagKeys = [] } = props;
  const tags = sessionTagKeys.map((key) => `Key=${key},Value="$${key.toUpperCase().replace(/\W/g, '_')}"`);
  return [
    `aws sts assume-role --region ${regions.secondary.name} --role-arn ${roleArn}`,
    `--role-session-name "${props.sessionNamePattern === undefined ? '$USER' : '$SESSION_NAME'}"`,
    `--duration-seconds ${SHORTEST_SESSION_SECONDS}`,
    ...(externalId === undefined ? [] : [`--external-id '${externalId}'`]),
    ...(requireMfa ? ['--serial-number "$MFA_SERIAL" --token-code "$MFA_CODE"'] : []),
    ...(tags.length > 0 ? [`--tags ${tags.join(' ')}`] : []),
  ].join(' ');
}

/** Of the policies; IAM cannot change one later without making the policy anew. */
const DESCRIPTIONS: Record<string, string> = {
  observe: 'Sees the state of both regions',
  never: 'What no operator may do, whatever else is allowed',
  'fail-over': 'Moves traffic and the writer of the database',
  'hand-in': 'Hands in orders that are stranded',
  restore: 'Restores backups, uses the keys of what is encrypted',
};

/** An upper bound of what the policy will have once its references are known. */
function lengthOf(props: IdentityProps, document: string): number {
  const known = withoutAccounts(props.regions, document);
  return longestReferences(props)
    .reduce((text, [reference, length]) => text.replaceAll(reference, 'x'.repeat(length)), known)
    .replace(/\$\{[^}]*\}/g, 'x'.repeat(REFERENCE_LENGTH))
    .replace(/\s/g, '').length;
}

function withoutAccounts({ both }: RegionPair, text: string): string {
  return both.reduce((known, { accountId }) => known.replaceAll(accountId, '0'.repeat(ACCOUNT_ID_LENGTH)), text);
}

/** The references among the props, as they stand in a policy, with the most characters that each may become. */
function longestReferences(props: IdentityProps): [string, number][] {
  const { regions } = props;
  const longest = new Map<string, number>(Object.entries(LONGEST_NAMES));
  for (const region of regions.both) {
    for (const [kind, [service, prefix, length]] of Object.entries(LONGEST_ARNS)) {
      const arnOf = region.arn(service, `${prefix}${'x'.repeat(length)}`);
      longest.set(`${region.role}${kind}`, withoutAccounts(regions, arnOf).length);
    }
  }
  return Object.entries(props).flatMap(([prop, value]) => {
    const length = longest.get(prop);
    if (length === undefined) return [];
    return [value as string | readonly string[] | undefined]
      .flat()
      .filter((one) => one?.includes('${'))
      .map((one): [string, number] => [JSON.stringify(one).slice(1, -1), length]);
  });
}

/** One ARN per region. */
function inBoth({ both }: RegionPair, service: string, resource: (region: Region) => string): string[] {
  return both.map((region) => region.arn(service, resource(region)));
}

/** One ARN per region and name. */
function named(
  { regions }: IdentityProps,
  service: string,
  prefix: string,
  names: Halves<readonly string[]>,
): string[] {
  return (['primary', 'secondary'] as const).flatMap((role) =>
    names[role].map((name) => regions[role].arn(service, `${prefix}${name}`)),
  );
}

function halves<T>(primary: T | undefined, secondary: T | undefined): Halves<readonly T[]> {
  return { primary: primary === undefined ? [] : [primary], secondary: secondary === undefined ? [] : [secondary] };
}

function bucketArns({ regions, primaryBucketName, secondaryBucketName }: IdentityProps): string[] {
  return [primaryBucketName, secondaryBucketName]
    .filter((name) => name !== undefined)
    .map((name) => `arn:${regions.primary.partition}:s3:::${name}`);
}

/** A statement for what was given: IAM takes no statement without a resource. */
function on(resources: readonly (string | undefined)[], sid: string, actions: readonly string[]): PolicyStatement[] {
  const given = resources.filter((one) => one !== undefined);
  return given.length > 0 ? [{ sid, actions, resources: given }] : [];
}

function queueArns(props: IdentityProps): string[] {
  const { primaryDeadLetterQueueNames: primary = [], secondaryDeadLetterQueueNames: secondary = [] } = props;
  return named(props, 'sqs', '', { primary, secondary });
}

function retryQueueArns(props: IdentityProps): string[] {
  const { primaryRetryQueueNames: primary = [], secondaryRetryQueueNames: secondary = [] } = props;
  return named(props, 'sqs', '', { primary, secondary });
}

function tableArns({ regions, tableName }: IdentityProps): string[] {
  return tableName === undefined ? [] : inBoth(regions, 'dynamodb', () => `table/${tableName}`);
}

function healthCheckArns({ regions, healthCheckIds = [] }: IdentityProps): string[] {
  return healthCheckIds.map((id) => `arn:${regions.primary.partition}:route53:::healthcheck/${id}`);
}

/** Nothing here changes anything, and nothing shows the content of an order. */
function seeing(props: IdentityProps): PolicyStatement[] {
  const { regions, parameterPrefix } = props;
  const manifest = props.manifestParameterName ?? `/dr/${regions.environmentSuffix}/manifest`;
  return [
    {
      // Lists, metrics and account settings have no resource, or one that a list cannot name.
      sid: 'SeeRegions',
      actions: [
        'cloudwatch:DescribeAlarms',
        'cloudwatch:GetMetricData',
        'cloudwatch:GetMetricStatistics',
        'lambda:GetAccountSettings',
        'rds:DescribeDBClusterSnapshots',
        'rds:DescribeDBClusters',
        'rds:DescribeGlobalClusters',
      ],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:RequestedRegion': regions.all.map(({ name }) => name) } },
    },
    ...on(
      inBoth(regions, 'ssm', () => `parameter${manifest}`),
      'ReadManifest',
      ['ssm:GetParameter'],
    ),
    ...on(
      parameterPrefix === undefined
        ? []
        : ['', '/*'].flatMap((rest) => inBoth(regions, 'ssm', () => `parameter${parameterPrefix}${rest}`)),
      'ReadParameters',
      ['ssm:GetParametersByPath'],
    ),
    ...on(tableArns(props), 'SeeTable', ['dynamodb:DescribeTable']),
    ...on(bucketArns(props), 'SeeBuckets', ['s3:GetReplicationConfiguration', 's3:ListBucket']),
    ...on(queueArns(props), 'SeeQueues', ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl']),
    ...on([props.primaryStateMachineArn, props.secondaryStateMachineArn], 'SeeExecutions', ['states:ListExecutions']),
    ...on([props.primaryTopicArn, props.secondaryTopicArn], 'SeeSubscribers', ['sns:ListSubscriptionsByTopic']),
    ...on(healthCheckArns(props), 'SeeHealthChecks', ['route53:GetHealthCheckStatus']),
    ...on(
      named(props, 'backup', 'backup-vault:', halves(props.primaryVaultName, props.secondaryVaultName)),
      'SeeVaults',
      ['backup:ListRecoveryPointsByBackupVault'],
    ),
  ];
}

function failingOver(props: IdentityProps): PolicyStatement[] {
  const { regions } = props;
  return [
    {
      // A metric has no resource; the namespace and the one region of the switch are what there is to narrow it.
      sid: 'TurnTrafficSwitch',
      actions: ['cloudwatch:PutMetricData'],
      resources: ['*'],
      conditions: {
        StringEquals: {
          'cloudwatch:namespace': props.switchNamespace ?? 'MultiRegionDR',
          'aws:RequestedRegion': regions.secondary.name,
        },
      },
    },
    ...aurora(props),
    ...on(props.healthCheckDrills ? healthCheckArns(props) : [], 'InvertHealthChecks', ['route53:UpdateHealthCheck']),
  ];
}

/** Each call is authorized on the global cluster and on both clusters, wherever it is made (rule R-AUR-26). */
function aurora(props: IdentityProps): PolicyStatement[] {
  const { regions, globalClusterIdentifier, primaryClusterArn, secondaryClusterArn } = props;
  if (globalClusterIdentifier === undefined || primaryClusterArn === undefined || secondaryClusterArn === undefined) {
    return [];
  }
  const { accountId, partition } = regions.primary;
  const clusters = [primaryClusterArn, secondaryClusterArn];
  const globalCluster = `arn:${partition}:rds::${accountId}:global-cluster:${globalClusterIdentifier}`;
  const extraInstances = inBoth(
    regions,
    'rds',
    (region) => `db:${region.resourceName('db cluster', props.extraInstanceName ?? 'aurora-extra')}`,
  );
  const ownSnapshots = inBoth(regions, 'rds', () => `cluster-snapshot:*-${regions.environmentSuffix}`);
  return [
    {
      sid: 'MoveWriter',
      actions: ['rds:FailoverGlobalCluster', 'rds:RemoveFromGlobalCluster', 'rds:SwitchoverGlobalCluster'],
      resources: [globalCluster, ...clusters],
    },
    {
      sid: 'AddExtraInstance',
      actions: ['rds:CreateDBInstance'],
      resources: [
        ...extraInstances,
        ...clusters,
        // The instance takes its cluster's groups; RDS authorizes the call on them too.
        ...['og:*', 'pg:*', 'subgrp:*'].flatMap((group) => inBoth(regions, 'rds', () => group)),
      ],
    },
    { sid: 'RemoveExtraInstance', actions: ['rds:DeleteDBInstance'], resources: extraInstances },
    {
      sid: 'KeepSnapshots',
      actions: ['rds:CopyDBClusterSnapshot', 'rds:CreateDBClusterSnapshot'],
      resources: [
        ...clusters,
        ...inBoth(regions, 'rds', () => 'cluster-snapshot:rds:unplanned-global-failover-*'),
        ...ownSnapshots,
      ],
    },
    { sid: 'TagWhatItMakes', actions: ['rds:AddTagsToResource'], resources: [...extraInstances, ...ownSnapshots] },
  ];
}

function handingIn(props: IdentityProps): PolicyStatement[] {
  const { regions, busName, primaryFunctionNames: primary = [], secondaryFunctionNames: secondary = [] } = props;
  const machines = [props.primaryStateMachineArn, props.secondaryStateMachineArn].filter((one) => one !== undefined);
  return [
    ...on(tableArns(props), 'ReadOrders', ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Scan']),
    ...on(
      bucketArns(props).map((bucket) => `${bucket}/*`),
      'ReadDocuments',
      ['s3:GetObject'],
    ),
    ...on(named(props, 'lambda', 'function:', { primary, secondary }), 'HandIn', ['lambda:InvokeFunction']),
    ...on(machines, 'StartExecutions', ['states:StartExecution']),
    ...on(machines.map(executionsOf), 'RedriveExecutions', ['states:DescribeExecution', 'states:RedriveExecution']),
    ...on(queueArns(props), 'TakeDeadLetters', [
      'sqs:CancelMessageMoveTask',
      'sqs:DeleteMessage',
      'sqs:ListMessageMoveTasks',
      'sqs:ReceiveMessage',
      'sqs:StartMessageMoveTask',
    ]),
    ...on(retryQueueArns(props), 'MoveDeadLettersBack', ['sqs:SendMessage']),
    ...on(
      busName === undefined
        ? []
        : [
            `archive/*-${regions.environmentSuffix}`,
            `event-bus/${busName}`,
            `replay/*-${regions.environmentSuffix}`,
          ].flatMap((resource) => inBoth(regions, 'events', () => resource)),
      'ReplayEvents',
      ['events:DescribeReplay', 'events:StartReplay'],
    ),
  ];
}

/** ARNs of all executions of a state machine. */
function executionsOf(machineArn: string): string {
  const [machine, execution] = [':stateMachine:', ':execution:'];
  const isReference = !machineArn.includes(machine);
  return `${isReference ? Fn.replace(machineArn, machine, execution) : machineArn.replace(machine, execution)}:*`;
}

/** A restored resource is a new one. What it is made from, and as whom, is all that AWS Backup lets a policy say. */
function restoring(props: IdentityProps): PolicyStatement[] {
  const { regions, tableName, backupRoleArn } = props;
  if (backupRoleArn === undefined) return [];
  return [
    {
      sid: 'RestoreBackups',
      actions: ['backup:GetRecoveryPointRestoreMetadata', 'backup:StartRestoreJob'],
      resources: [
        ...inBoth(regions, 'backup', () => 'recovery-point:*'),
        ...inBoth(regions, 'rds', () => 'cluster-snapshot:awsbackup:*'),
        ...regions.both.map(({ partition, name }) => `arn:${partition}:ec2:${name}::snapshot/*`),
        ...(tableName === undefined ? [] : inBoth(regions, 'dynamodb', () => `table/${tableName}/backup/*`)),
        ...named(props, 'backup', 'backup-vault:', halves(props.primaryVaultName, props.secondaryVaultName)),
      ],
    },
    {
      // A restore job has no ARN.
      sid: 'FollowRestore',
      actions: ['backup:DescribeRestoreJob'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:RequestedRegion': regions.both.map(({ name }) => name) } },
    },
    {
      sid: 'PassBackupRole',
      actions: ['iam:PassRole'],
      resources: [backupRoleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'backup.amazonaws.com' } },
    },
  ];
}

/** Only through the services whose encrypted content the operator handles. */
function usingKeys({ regions, primaryKeyArn, secondaryKeyArn }: IdentityProps): PolicyStatement[] {
  if (primaryKeyArn === undefined || secondaryKeyArn === undefined) return [];
  const through = (...services: readonly string[]): Record<string, readonly string[]> => ({
    'kms:ViaService': regions.both.flatMap(({ name }) => services.map((service) => `${service}.${name}.amazonaws.com`)),
  });
  return [
    {
      sid: 'ReadEncrypted',
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'],
      resources: [primaryKeyArn, secondaryKeyArn],
      conditions: { StringEquals: through('dynamodb', 'rds', 's3', 'sqs') },
    },
    {
      // A snapshot, or an instance, stays readable for RDS after the call.
      sid: 'GrantToDatabase',
      actions: ['kms:CreateGrant'],
      resources: [primaryKeyArn, secondaryKeyArn],
      conditions: { Bool: { 'kms:GrantIsForAWSResource': 'true' }, StringEquals: through('rds') },
    },
  ];
}

/**
 * What endangers the system or the evidence. Of IAM, everything but reading and passing a role, which is allowed for
 * the backup role alone; of RDS, every deletion but that of an instance, which is allowed for the extra one alone.
 */
const DENIALS: PolicyStatement[] = [
  {
    sid: 'Identities',
    effect: 'Deny',
    actions: [
      'iam:Add*',
      'iam:Attach*',
      'iam:Change*',
      'iam:Create*',
      'iam:Deactivate*',
      'iam:Delete*',
      'iam:Detach*',
      'iam:Disable*',
      'iam:Enable*',
      'iam:Put*',
      'iam:Remove*',
      'iam:Reset*',
      'iam:Resync*',
      'iam:Set*',
      'iam:Tag*',
      'iam:Untag*',
      'iam:Update*',
      'iam:Upload*',
      'organizations:*',
    ],
    resources: ['*'],
  },
  {
    sid: 'Keys',
    effect: 'Deny',
    actions: ['kms:DeleteImportedKeyMaterial', 'kms:DisableKey', 'kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion'],
    resources: ['*'],
  },
  {
    sid: 'Data',
    effect: 'Deny',
    actions: [
      'dynamodb:Delete*',
      'rds:DeleteBlue*',
      'rds:DeleteCustom*',
      'rds:DeleteDBCluster*',
      'rds:DeleteDBInstanceAutomatedBackup',
      'rds:DeleteDBP*',
      'rds:DeleteDBS*',
      'rds:DeleteGlobalCluster',
      'rds:DeleteTenantDatabase',
      's3:DeleteBucket*',
      's3:DeleteObject*',
      's3:PutBucketPolicy',
      's3:PutLifecycleConfiguration',
      's3:PutReplicationConfiguration',
    ],
    resources: ['*'],
  },
  {
    sid: 'Backups',
    effect: 'Deny',
    actions: [
      'backup:DeleteBackup*',
      'backup:DeleteRecoveryPoint',
      'backup:DisassociateRecoveryPoint*',
      'backup:PutBackupVaultAccessPolicy',
      'backup:UpdateRecoveryPointLifecycle',
    ],
    resources: ['*'],
  },
  {
    sid: 'Dns',
    effect: 'Deny',
    actions: ['route53:ChangeResourceRecordSets', 'route53:DeleteHealthCheck', 'route53:DeleteHostedZone'],
    resources: ['*'],
  },
  {
    sid: 'Evidence',
    effect: 'Deny',
    actions: ['cloudtrail:Delete*', 'cloudtrail:StopLogging', 'logs:Delete*'],
    resources: ['*'],
  },
];
