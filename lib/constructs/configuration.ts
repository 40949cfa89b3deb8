import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function';
import { LambdaFunctionEventInvokeConfig } from '@cdktf/provider-aws/lib/lambda-function-event-invoke-config';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission';
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy';
import { SsmParameter } from '@cdktf/provider-aws/lib/ssm-parameter';
import { Lazy } from 'cdktf';
import { Construct } from 'constructs';
import { z } from 'zod';
import { bundledFunction, CodeAsset } from '../core/code-asset';
import { ConfigurationError } from '../core/errors';
import { bothHalves, halfOf } from '../core/halves';
import { PolicyStatement, policyDocument, ServiceRole } from '../core/iam';
import { keyHalves } from '../core/key-pair';
import { mappedPairs, MappedPair, mappedValues } from '../core/mapped-values';
import { checkName } from '../core/naming';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import { resolved } from '../core/resolved';
import { arn, instance, integer, known, oneOf, validateProps } from '../core/validation';

/** Props of `Configuration`. */
export interface ConfigurationProps {
  /** The two regions. */
  readonly regions: RegionPair;
  /**
   * ARN of the primary region's key: encrypts the log group, the dead-letter queue and what the secondary replicates
   * here as SecureString. Its policy lets `logs.{region}.amazonaws.com` and `events.amazonaws.com` use it.
   * @default - keys of AWS
   */
  readonly primaryKeyArn?: string;
  /** ARN of the secondary region's key, as `primaryKeyArn`. @default - keys of AWS */
  readonly secondaryKeyArn?: string;
  /** Path whose parameters are replicated. @default - `/app/{environmentSuffix}` */
  readonly prefix?: string;
  /**
   * First values by name below the prefix, in the words of the primary region. Both regions start with them; from then
   * on they belong to the people and programs that write them, and Terraform leaves them alone. Never a secret: values
   * are in the state.
   * @default {}
   */
  readonly parameters?: Record<string, string>;
  /** Paths below the prefix that are never replicated. @default ['regional'] */
  readonly excludedPaths?: readonly string[];
  /** First values of the primary region by name below `{prefix}/regional`. @default {} */
  readonly primaryRegionalParameters?: Record<string, string>;
  /** First values of the secondary region, with the same names. @default {} */
  readonly secondaryRegionalParameters?: Record<string, string>;
  /** Strings of the primary region (endpoints, queue URLs, ARNs) that are swapped inside replicated values. @default [] */
  readonly primaryMappedValues?: readonly string[];
  /** What stands for each of them in the secondary region, in the same order. @default [] */
  readonly secondaryMappedValues?: readonly string[];
  /** Minutes between two walks that find what events missed: 0 (never) to 1440. @default 60 */
  readonly reconcileRateMinutes?: number;
  /** How often Lambda tries again after a failure, before the event goes to the dead-letter queue: 0 to 2. @default 2 */
  readonly retryAttempts?: number;
  /** Memory of the function in MB, 128 to 10240. @default 256 */
  readonly memorySize?: number;
  /** Timeout of the function in seconds, 30 to 900. Reconciling needs about 1 s for 100 parameters. @default 300 */
  readonly timeoutSeconds?: number;
  /** `TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR` or `FATAL`. @default 'INFO' */
  readonly logLevel?: string;
}

/** What replicates the parameters of one region to the other. */
export interface RegionalConfiguration {
  readonly functionName: string;
  readonly functionArn: string;
  readonly logGroupName: string;
  readonly deadLetterQueueName: string;
  readonly deadLetterQueueArn: string;
  readonly deadLetterQueueUrl: string;
  /** The rule on the default bus that reports changes to the function. */
  readonly ruleName: string;
}

/** The path of what belongs to one region. */
const REGIONAL = 'regional';

/** A standard parameter; https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html */
const MAX_VALUE_BYTES = 4096;

/** Levels of a name, the prefix included (rule R-SSM-12). */
const MAX_LEVELS = 15;

/** Characters of a name's ARN that count towards its limit of 1011: `arn:aws:ssm:us-east-2:111122223333:parameter`. */
const ARN_LENGTH = 50;

/** All variables of a function together may have 4 KB; the rest is for the names and the other variables. */
const MAX_MAP_BYTES = 3072;

/** Everything that people and the replicator change (rule R-SSM-9). */
const NOT_OF_TERRAFORM = [
  'allowed_pattern',
  'data_type',
  'description',
  'insecure_value',
  'key_id',
  'tags',
  'tags_all',
  'tier',
  'type',
  'value',
];

/** References to what is in no region, or in both under one name. */
const REGIONLESS =
  /^(data\.)?aws_(caller_identity|cloudfront|globalaccelerator|iam|partition|rds_global_cluster|route53)/;

const segment = '[A-Za-z0-9_.-]+';
const relativePath = z
  .string('give a path such as "database/pool-size"')
  .regex(
    new RegExp(`^${segment}(/${segment})*$`),
    'use letters, digits, dots, hyphens and underscores between single slashes, with no slash at either end',
  );
const parameterValue = known(
  z
    .string('give a string')
    .min(1, 'give a value that is not empty: Parameter Store has no empty values')
    .refine(
      (value) => Buffer.byteLength(value) <= MAX_VALUE_BYTES,
      `shorten the value to ${MAX_VALUE_BYTES} bytes, or write it as an advanced parameter after the first apply`,
    )
    .refine(
      (value) => !/\{\{.*\}\}/s.test(value),
      'remove the double brackets: Parameter Store does not nest parameters',
    ),
);
const firstValues = z.record(relativePath, parameterValue, 'give an object of names and values').optional();

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  primaryKeyArn: arn('kms').optional(),
  secondaryKeyArn: arn('kms').optional(),
  prefix: z
    .string('give a path such as "/app/dev"')
    .regex(
      new RegExp(`^(/${segment})+$`),
      'start with a slash, end without one, and use letters, digits, dots, hyphens and underscores between single slashes',
    )
    .refine((prefix) => !/^\/(aws|ssm)/i.test(prefix), 'choose another beginning: AWS reserves "aws" and "ssm"')
    .optional(),
  parameters: firstValues,
  excludedPaths: z.array(relativePath, 'give a list of paths').optional(),
  primaryRegionalParameters: firstValues,
  secondaryRegionalParameters: firstValues,
  primaryMappedValues: mappedValues,
  secondaryMappedValues: mappedValues,
  reconcileRateMinutes: integer(0, 1440, 'minutes').optional(),
  retryAttempts: integer(0, 2).optional(),
  memorySize: integer(128, 10240, 'MB').optional(),
  timeoutSeconds: integer(30, 900, 'seconds').optional(),
  logLevel: oneOf('TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL').optional(),
});

/**
 * Configuration in Parameter Store that is the same in both regions, whichever of them people write to: after a
 * failover that is the other one. Each region has a function that copies its changes to the other region, so neither
 * half is needed for the other to work (rules R-SSM-1 to R-SSM-12).
 *
 * Copies are marked and never copied back (rule R-SSM-7). Of conflicting writes the newest wins. Strings that belong to
 * a region are swapped for their counterparts; what cannot be swapped lives under `{prefix}/regional`, which is not
 * replicated (rule R-SSM-8).
 *
 * Events of Parameter Store are best effort: a walk over both regions finds what they missed (rule R-SSM-10). A region
 * that is down replicates nothing; what was written in it meanwhile follows when it is back, unless the other region
 * has something newer by then (rule R-SSM-11).
 *
 * @throws ConfigurationError for names and values Parameter Store refuses, lists that do not match, and replicated values
 * that name something of one region only
 */
export class Configuration extends Construct {
  public readonly primary: RegionalConfiguration;
  public readonly secondary: RegionalConfiguration;
  /** Path whose parameters are replicated. */
  public readonly prefix: string;
  /** Full names of the replicated parameters that have a first value, sorted. */
  public readonly parameterNames: readonly string[];

  constructor(scope: Construct, id: string, props: ConfigurationProps) {
    super(scope, id);
    validateProps(this, schema, props);
    const { regions } = props;
    this.prefix = props.prefix ?? `/app/${regions.environmentSuffix}`;
    const excludedPaths = props.excludedPaths ?? [REGIONAL];
    const keys = keyHalves(this, regions, props);
    const pairs = this.checkMappedValues(props);
    const shared = Object.entries(props.parameters ?? {}).sort(byName);
    this.checkNames(props, excludedPaths);
    this.checkValues(shared, pairs, regions);
    this.parameterNames = shared.map(([name]) => `${this.prefix}/${name}`);

    const names = bothHalves(regions, (region) => region.resourceName('role', NAME));
    const half = (region: Region, path: string): RegionalConfiguration => {
      const own = region.role === 'primary' ? props.primaryRegionalParameters : props.secondaryRegionalParameters;
      return new RegionalReplication(this, path, {
        region,
        peer: regions.peerOf(region),
        keyArn: halfOf(keys, region),
        peerKeyArn: halfOf(keys, regions.peerOf(region)),
        prefix: this.prefix,
        excludedPaths,
        roles: [names.primary, names.secondary],
        pairs,
        firstValues: [
          ...shared.map(([name, value]): MappedPair => [
            name,
            region.role === 'primary' ? value : swapped(value, pairs),
          ]),
          ...Object.entries(own ?? {})
            .sort(byName)
            .map(([name, value]): MappedPair => [`${REGIONAL}/${name}`, value]),
        ],
        logRetentionInDays: regions.protection.logRetentionInDays,
        props,
      });
    };
    const { primary, secondary } = bothHalves(regions, half);
    this.primary = primary;
    this.secondary = secondary;
  }

  private checkMappedValues(props: ConfigurationProps): MappedPair[] {
    const pairs = mappedPairs(this, props);
    if (Buffer.byteLength(JSON.stringify(pairs)) > MAX_MAP_BYTES) {
      throw new ConfigurationError(this, {
        prop: 'primaryMappedValues',
        received: `${pairs.length} pairs`,
        wayOut: `shorten both lists to ${MAX_MAP_BYTES} bytes together: a function has 4 KB of environment`,
      });
    }
    return pairs;
  }

  private checkNames(props: ConfigurationProps, excludedPaths: readonly string[]): void {
    const primary = props.primaryRegionalParameters ?? {};
    const secondary = props.secondaryRegionalParameters ?? {};
    for (const [prop, path, values] of [
      ['parameters', '', props.parameters ?? {}],
      ['primaryRegionalParameters', `${REGIONAL}/`, primary],
      ['secondaryRegionalParameters', `${REGIONAL}/`, secondary],
    ] as const) {
      for (const name of Object.keys(values)) {
        const fullName = `${this.prefix}/${path}${name}`;
        if (fullName.split('/').length - 1 > MAX_LEVELS) {
          throw new ConfigurationError(this, {
            prop: `${prop} name`,
            received: fullName,
            wayOut: `use at most ${MAX_LEVELS} levels`,
          });
        }
        checkName(this, 'parameter', fullName, ARN_LENGTH);
        const excluded = excludedPaths.find((one) => `${path}${name}/`.startsWith(`${one}/`));
        if (prop === 'parameters' && excluded !== undefined) {
          throw new ConfigurationError(this, {
            prop: 'parameters name',
            received: name,
            wayOut: `move it out of the path "${excluded}", which is not replicated, or into primaryRegionalParameters and secondaryRegionalParameters`,
          });
        }
        if (prop !== 'parameters' && excluded === undefined) {
          throw new ConfigurationError(this, {
            prop: 'excludedPaths',
            received: excludedPaths,
            wayOut: `add "${REGIONAL}": ${prop} would be replicated to the other region`,
          });
        }
      }
    }
    for (const [prop, here, there] of [
      ['secondaryRegionalParameters', secondary, primary],
      ['primaryRegionalParameters', primary, secondary],
    ] as const) {
      const missing = Object.keys(there).find((name) => !(name in here));
      if (missing !== undefined) {
        throw new ConfigurationError(this, {
          prop: `${prop}.${missing}`,
          received: undefined,
          wayOut: 'give both regions the same names: what reads it would fail after a failover',
        });
      }
    }
  }

  /** A replicated value that names something of one region would send the other region there (rule R-SSM-8). */
  private checkValues(shared: readonly MappedPair[], pairs: readonly MappedPair[], regions: RegionPair): void {
    const mapped = pairs.flat().map((text) => resolved(this, text));
    for (const [name, value] of shared) {
      const rest = mapped.reduce((text, one) => text.split(one).join(''), resolved(this, value));
      const regionName = regions.both.map((region) => region.name).find((one) => rest.includes(one));
      const reference = [...rest.matchAll(/(data\.)?aws_[a-z0-9_]+\.[A-Za-z0-9_.-]+/g)]
        .map(([text]) => text)
        .find((text) => !REGIONLESS.test(text));
      const found = regionName ?? reference;
      if (found !== undefined) {
        throw new ConfigurationError(this, {
          prop: `parameters.${name}`,
          received: regionName ? value : reference,
          wayOut: `it belongs to one region (${found}): add the string of each region to primaryMappedValues and secondaryMappedValues, or move it to primaryRegionalParameters and secondaryRegionalParameters`,
        });
      }
    }
  }
}

/** First part of the names of everything that replicates. */
const NAME = 'replicate-parameters';

interface RegionalReplicationProps {
  readonly region: Region;
  readonly peer: Region;
  readonly keyArn?: string;
  readonly peerKeyArn?: string;
  readonly prefix: string;
  readonly excludedPaths: readonly string[];
  /** Names of the roles of both functions. */
  readonly roles: readonly string[];
  readonly pairs: readonly MappedPair[];
  /** Names below the prefix, and values in this region's words. */
  readonly firstValues: readonly MappedPair[];
  readonly logRetentionInDays: number;
  readonly props: ConfigurationProps;
}

/** One region's first values, and the function that copies its changes to the other region. */
class RegionalReplication extends Construct implements RegionalConfiguration {
  public readonly functionName: string;
  public readonly functionArn: string;
  public readonly logGroupName: string;
  public readonly deadLetterQueueName: string;
  public readonly deadLetterQueueArn: string;
  public readonly deadLetterQueueUrl: string;
  public readonly ruleName: string;
  private readonly region: Region;

  constructor(scope: Construct, id: string, half: RegionalReplicationProps) {
    super(scope, id);
    const { region, prefix, props } = half;
    this.region = region;
    const firstValues = this.buildFirstValues(half);
    const queue = this.buildQueue(half);
    const logGroup = this.buildLogGroup(half);
    const lambda = this.buildFunction(half, queue, logGroup);
    new LambdaFunctionEventInvokeConfig(this, 'Invocations', {
      provider: region.provider,
      functionName: lambda.functionName,
      maximumRetryAttempts: props.retryAttempts ?? 2,
      maximumEventAgeInSeconds: EVENT_AGE_SECONDS,
      destinationConfig: { onFailure: { destination: queue.arn } },
    });

    const changes = new CloudwatchEventRule(this, 'Changes', {
      provider: region.provider,
      name: region.resourceName('rule', NAME),
      description: `Changes of parameters below ${prefix} in ${region.name}`,
      // No bus is named: AWS services report to the default bus only (rule R-SSM-1).
      eventPattern: JSON.stringify({
        source: ['aws.ssm'],
        'detail-type': ['Parameter Store Change'],
        detail: {
          name: [{ prefix: `${prefix}/` }],
          operation: ['Create', 'Update', 'Delete', 'LabelParameterVersion'],
        },
      }),
    });
    // First values are no news: both regions have theirs. In this order they cause no invocation when all is created,
    // and destroying them is not replicated. Any other order would do no harm: what is equal is not written.
    this.invoke('Changes', changes, lambda, queue, undefined, firstValues);
    const rules = [changes];
    const minutes = props.reconcileRateMinutes ?? 60;
    if (minutes > 0) {
      const schedule = new CloudwatchEventRule(this, 'Reconciliation', {
        provider: region.provider,
        name: region.resourceName('rule', 'reconcile-parameters'),
        description: `Finds changes below ${prefix} that events missed`,
        scheduleExpression: minutes === 1 ? 'rate(1 minute)' : `rate(${minutes} minutes)`,
      });
      this.invoke('Reconciliation', schedule, lambda, queue, JSON.stringify({ source: 'reconcile' }));
      rules.push(schedule);
    }
    new SqsQueuePolicy(this, 'DeadLetterPolicy', {
      provider: region.provider,
      queueUrl: queue.url,
      policy: policyDocument([
        {
          sid: 'DeadLettersOfTheseRules',
          principals: { Service: 'events.amazonaws.com' },
          actions: ['sqs:SendMessage'],
          resources: [queue.arn],
          conditions: { ArnEquals: { 'aws:SourceArn': rules.map((rule) => rule.arn) } },
        },
        {
          sid: 'EncryptedInTransit',
          effect: 'Deny',
          principals: { AWS: '*' },
          actions: ['sqs:*'],
          resources: [queue.arn],
          conditions: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ]),
    });

    this.functionName = lambda.functionName;
    this.functionArn = lambda.arn;
    this.deadLetterQueueName = queue.name;
    this.deadLetterQueueArn = queue.arn;
    this.deadLetterQueueUrl = queue.url;
    this.ruleName = changes.name;
    this.logGroupName = logGroup.name;
  }

  private buildFirstValues({ region, prefix, firstValues }: RegionalReplicationProps): SsmParameter[] {
    return firstValues.map(
      ([name, value]) =>
        new SsmParameter(this, `Parameter-${name.replace(/\//g, '-')}`, {
          provider: region.provider,
          name: `${prefix}/${name}`,
          type: 'String',
          value,
          // The replicator of the other region may be faster than Terraform when a parameter is added later; it wrote the
          // same value, and without this the apply would fail and go on failing (ParameterAlreadyExists).
          overwrite: true,
          lifecycle: { ignoreChanges: NOT_OF_TERRAFORM },
        }),
    );
  }

  private buildQueue({ region, keyArn }: RegionalReplicationProps): SqsQueue {
    return new SqsQueue(this, 'DeadLetters', {
      provider: region.provider,
      name: region.resourceName('queue', `${NAME}-dlq`),
      messageRetentionSeconds: 14 * 24 * 3600,
      ...(keyArn ? { kmsMasterKeyId: keyArn, kmsDataKeyReusePeriodSeconds: 300 } : { sqsManagedSseEnabled: true }),
    });
  }

  private buildLogGroup({ region, logRetentionInDays, keyArn }: RegionalReplicationProps): CloudwatchLogGroup {
    return new CloudwatchLogGroup(this, 'LogGroup', {
      provider: region.provider,
      name: logGroupNameOf(region.resourceName('function', NAME)),
      retentionInDays: logRetentionInDays,
      kmsKeyId: keyArn,
    });
  }

  private buildFunction(half: RegionalReplicationProps, queue: SqsQueue, logGroup: CloudwatchLogGroup): LambdaFunction {
    const { region, peer, props, pairs } = half;
    const functionName = region.resourceName('function', NAME);
    const role = new ServiceRole(this, 'Role', {
      region,
      name: NAME,
      description: `Replicates parameters from ${region.name} to ${peer.name}`,
      servicePrincipal: 'lambda.amazonaws.com',
      statements: statementsOf(half, queue.arn),
    });
    const code = new CodeAsset(this, 'Code', bundledFunction('parameter-replicator'));
    // Outside the VPC: endpoints in a VPC reach their own region only (rule R-LAM-7).
    return new LambdaFunction(this, 'Replicator', {
      provider: region.provider,
      functionName,
      description: `Replicates parameters below ${half.prefix} to ${peer.name}`,
      role: role.arn,
      filename: code.path,
      sourceCodeHash: code.sha256,
      handler: 'index.handler',
      runtime: 'nodejs22.x',
      architectures: ['arm64'],
      memorySize: props.memorySize ?? 256,
      timeout: props.timeoutSeconds ?? 300,
      environment: {
        variables: {
          TARGET_REGION: peer.name,
          ...(half.peerKeyArn && { TARGET_KEY_ARN: half.peerKeyArn }),
          PREFIX: half.prefix,
          EXCLUDED_PATHS: JSON.stringify(half.excludedPaths),
          REPLICATOR_ROLES: JSON.stringify(half.roles),
          VALUE_MAP: JSON.stringify(pairs),
        },
      },
      loggingConfig: {
        logFormat: 'JSON',
        logGroup: logGroup.name,
        applicationLogLevel: props.logLevel ?? 'INFO',
        systemLogLevel: 'WARN',
      },
      // Without its permissions a function that is invoked at once would fail, and dead-letter what it was told.
      dependsOn: role.policy ? [role.policy, logGroup] : [logGroup],
    });
  }

  private invoke(
    name: string,
    rule: CloudwatchEventRule,
    lambda: LambdaFunction,
    queue: SqsQueue,
    input?: string,
    after: SsmParameter[] = [],
  ): void {
    const { provider } = this.region;
    const permission = new LambdaPermission(this, `${name}Permission`, {
      provider,
      statementId: name,
      action: 'lambda:InvokeFunction',
      functionName: lambda.functionName,
      principal: 'events.amazonaws.com',
      sourceArn: rule.arn,
    });
    new CloudwatchEventTarget(this, `${name}Target`, {
      provider,
      rule: rule.name,
      targetId: 'replicator',
      arn: lambda.arn,
      input,
      deadLetterConfig: { arn: queue.arn },
      retryPolicy: { maximumEventAgeInSeconds: EVENT_AGE_SECONDS, maximumRetryAttempts: 20 },
      dependsOn: [permission, ...after],
    });
  }
}

/** What is older than this is for the next walk. */
const EVENT_AGE_SECONDS = 3600;

/** Reads here, writes there, and touches nothing that belongs to one region. */
function statementsOf(half: RegionalReplicationProps, queueArn: string): PolicyStatement[] {
  const { region, peer, prefix, excludedPaths } = half;
  const below = (one: Region, path = ''): string => one.arn('ssm', `parameter${prefix}${path}/*`);
  const key = (sid: string, one: Region, actions: string[], keyArn?: string): PolicyStatement[] =>
    keyArn === undefined
      ? []
      : [
          {
            sid,
            actions,
            resources: [keyArn],
            conditions: { StringEquals: { 'kms:ViaService': `ssm.${one.name}.amazonaws.com` } },
          },
        ];
  return [
    {
      sid: 'ReadBothRegions',
      actions: ['ssm:GetParameterHistory', 'ssm:ListTagsForResource'],
      resources: [below(region), below(peer)],
    },
    {
      sid: 'WalkBothRegions',
      actions: ['ssm:GetParametersByPath'],
      resources: [region, peer].flatMap((one) => [one.arn('ssm', `parameter${prefix}`), below(one)]),
    },
    {
      sid: 'WriteTheOtherRegion',
      actions: ['ssm:AddTagsToResource', 'ssm:DeleteParameter', 'ssm:LabelParameterVersion', 'ssm:PutParameter'],
      resources: [below(peer)],
    },
    ...(excludedPaths.length === 0
      ? []
      : [
          {
            sid: 'LeaveRegionalParametersAlone',
            effect: 'Deny',
            actions: ['ssm:DeleteParameter', 'ssm:LabelParameterVersion', 'ssm:PutParameter'],
            resources: excludedPaths.map((path) => below(peer, `/${path}`)),
          },
        ]),
    ...key('DecryptHere', region, ['kms:Decrypt'], half.keyArn),
    // Advanced parameters need a data key, standard ones do not; what is there is read to compare it.
    ...key('EncryptThere', peer, ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'], half.peerKeyArn),
    {
      sid: 'DeadLetters',
      actions: ['sqs:SendMessage'],
      resources: [queueArn],
    },
    ...(half.keyArn === undefined
      ? []
      : [
          {
            sid: 'EncryptDeadLetters',
            actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
            resources: [half.keyArn],
            conditions: { StringEquals: { 'kms:ViaService': `sqs.${region.name}.amazonaws.com` } },
          },
        ]),
    {
      sid: 'Log',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [region.arn('logs', `log-group:${logGroupNameOf(region.resourceName('function', NAME))}:*`)],
    },
  ];
}

function logGroupNameOf(functionName: string): string {
  return `/aws/lambda/${functionName}`;
}

/** The value in the words of the secondary region: the same swap the function makes, on references as on text. */
function swapped(value: string, pairs: readonly MappedPair[]): string {
  if (pairs.length === 0) return value;
  return Lazy.stringValue({
    produce: (context) => {
      const other = new Map(
        pairs.flatMap(([a, b]): MappedPair[] => {
          const pair: MappedPair = [context.resolve(a), context.resolve(b)];
          return [pair, [pair[1], pair[0]]];
        }),
      );
      const longestFirst = [...other.keys()].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
      const pattern = longestFirst.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|');
      return String(context.resolve(value)).replace(new RegExp(pattern, 'g'), (match) => other.get(match) ?? match);
    },
  });
}

function byName([a]: MappedPair, [b]: MappedPair): number {
  return a < b ? -1 : 1;
}
