import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { Cloudtrail } from '@cdktf/provider-aws/lib/cloudtrail';
import { LambdaEventSourceMapping } from '@cdktf/provider-aws/lib/lambda-event-source-mapping';
import { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function';
import { LambdaFunctionEventInvokeConfig } from '@cdktf/provider-aws/lib/lambda-function-event-invoke-config';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission';
import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret';
import { SecretsmanagerSecretVersion } from '@cdktf/provider-aws/lib/secretsmanager-secret-version';
import { SfnStateMachine } from '@cdktf/provider-aws/lib/sfn-state-machine';
import { SqsQueue, SqsQueueConfig } from '@cdktf/provider-aws/lib/sqs-queue';
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy';
import { Fn, TerraformLocal, Token } from 'cdktf';
import { Construct, IConstruct } from 'constructs';
import { z } from 'zod';
import { checkArnRegion } from '../core/arn-region';
import { bundledFunction, CodeAsset } from '../core/code-asset';
import { ConfigurationError } from '../core/errors';
import { Halves, halfOf } from '../core/halves';
import { DELIVER_LOGS, PolicyStatement, policyDocument, ServiceRole } from '../core/iam';
import { keyHalves } from '../core/key-pair';
import { MappedPair, mappedPairs, mappedValues } from '../core/mapped-values';
import { checkName } from '../core/naming';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import { resolved } from '../core/resolved';
import {
  arnPattern,
  covers,
  DocumentNames,
  OWN_PREFIX,
  ReplicaRules,
  SecretsDocuments,
  secretsDocuments,
  swapOf,
  targetsOf,
  wildcardsIn,
} from '../core/secrets-documents';
import { fanOutDefinition, INLINE_CONCURRENCY, isDistributed } from '../core/secrets-fan-out';
import { secureBucket } from '../core/secure-bucket';
import { deadLetterWatch, functionWatches, stateMachineWatches } from '../core/service-watches';
import { arn, flag, instance, integer, known, oneOf, validateProps } from '../core/validation';
import { Watch, watchAlarm } from '../core/watch';

/** A region, or a region of another account, that secrets are replicated to besides the other region of the pair. */
export interface SecretsDestination {
  /** AWS name, such as `eu-west-1`. */
  readonly region: string;
  /** Lower-case letters, digits and hyphens, unique. @default - the region, with the account of `roleArn` behind it */
  readonly name?: string;
  /** Role of another account that is assumed to write there; it trusts the roles in `roleArns`. @default - this account */
  readonly roleArn?: string;
  /** What the role's trust policy asks for. @default - none */
  readonly externalId?: string;
  /** Key of that region for the copies. @default - the key of AWS */
  readonly kmsKeyArn?: string;
  /** @default - those of the construct */
  readonly includedSecrets?: readonly string[];
  /** @default - those of the construct */
  readonly excludedSecrets?: readonly string[];
  /** @default - those of the construct */
  readonly names?: Record<string, string>;
  /** @default - those of the construct */
  readonly appliedTransformations?: readonly string[];
  /** @default - those of the construct */
  readonly transformedSecrets?: Record<string, readonly string[]>;
  /** @default - that of the construct */
  readonly regionSwap?: boolean;
  /** @default - those of the construct */
  readonly variables?: Record<string, string>;
  /** @default - that of the construct */
  readonly deletion?: string;
  /** @default - that of the construct */
  readonly recoveryWindowDays?: number;
}

/** Props of `SecretsReplication`. Patterns are of names: `*` within one part of a path, `**` across parts, `?` one character. */
export interface SecretsReplicationProps {
  /** The two regions. */
  readonly regions: RegionPair;
  /**
   * ARN of the primary region's key: encrypts the configuration, queues and logs here, and the copies that the secondary
   * writes here. Its policy lets `logs.{region}.amazonaws.com` and `events.amazonaws.com` use it.
   * @default - keys of AWS
   */
  readonly primaryKeyArn?: string;
  /** ARN of the secondary region's key, as `primaryKeyArn`. @default - keys of AWS */
  readonly secondaryKeyArn?: string;
  /** More keys that secrets of the primary are encrypted with. @default [] */
  readonly primaryDecryptionKeyArns?: readonly string[];
  /** More keys that secrets of the secondary are encrypted with. @default [] */
  readonly secondaryDecryptionKeyArns?: readonly string[];
  /** Topic of the primary that its alarms notify; give both. @default - no alarms */
  readonly primaryTopicArn?: string;
  /** Topic of the secondary. @default - no alarms */
  readonly secondaryTopicArn?: string;
  /**
   * `perDestination`: a function, queues and alarms for every destination. `multiDestination`: one function for all, up to
   * 40. `orchestrated`: a state machine that tries every destination by itself.
   * @default 'multiDestination'
   */
  readonly topology?: string;
  /** A replicator in the secondary too, so that what is written after a failover comes home. @default true */
  readonly bidirectional?: boolean;
  /** Destinations besides the other region of the pair. @default [] */
  readonly destinations?: readonly SecretsDestination[];
  /** Patterns of the secrets that are replicated. @default ['app/{environmentSuffix}/**'] */
  readonly includedSecrets?: readonly string[];
  /** Patterns of secrets among them that are kept back: the most specific pattern decides. @default [] */
  readonly excludedSecrets?: readonly string[];
  /** Names of secrets that AWS replicates itself (`replica`): never copied, never written (rule R-SEC-2). @default [] */
  readonly nativelyReplicatedSecrets?: readonly string[];
  /** Pattern of the copy's name by pattern of the name; one way only. @default - copies have the names of their sources */
  readonly names?: Record<string, string>;
  /**
   * Transformations by name: scripts of sed or JSON mappings, with `${NAME}` for variables. They are in the synthesized
   * Terraform, so never a secret.
   * @default {}
   */
  readonly transformations?: Record<string, string>;
  /** Names of the transformations that every secret goes through, in this order. @default [] */
  readonly appliedTransformations?: readonly string[];
  /**
   * Names of the transformations of secrets that go through others, by pattern; with an empty list they are copied as they
   * are.
   * @default {}
   */
  readonly transformedSecrets?: Record<string, readonly string[]>;
  /** Puts the destination's region in the place of the source's in every value, before the transformations. @default false */
  readonly regionSwap?: boolean;
  /** Strings of the primary region that are swapped for their counterparts on the way, before the transformations. @default [] */
  readonly primaryMappedValues?: readonly string[];
  /** What stands for each of them in the secondary region, in the same order. @default [] */
  readonly secondaryMappedValues?: readonly string[];
  /** Values of variables in transformations; names of capitals, digits and underscores. @default {} */
  readonly variables?: Record<string, string>;
  /** `keep`: a copy outlives its source. `delete`: it is deleted with it. @default 'keep' */
  readonly deletion?: string;
  /** Days a copy that was deleted with its source can be restored, 7 to 30. @default 30 */
  readonly recoveryWindowDays?: number;
  /** Copies tags. @default true */
  readonly copyTags?: boolean;
  /** Copies descriptions. @default true */
  readonly copyDescriptions?: boolean;
  /** Minutes between two walks that find what events missed or do not report: 0 (never) to 1440. @default 60 */
  readonly reconcileRateMinutes?: number;
  /** How often a failed destination is tried from the queue before its message goes to the dead-letter queue: 1 to 100. @default 5 */
  readonly retryAttempts?: number;
  /** Memory of the function in MB, 128 to 10240. @default 512 */
  readonly memorySize?: number;
  /** Timeout of the function in seconds, 30 to 900. @default 120 */
  readonly timeoutSeconds?: number;
  /** Invocations at a time, taken from the account's: at least 2. @default - not reserved */
  readonly reservedConcurrency?: number;
  /** `TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR` or `FATAL`. @default 'INFO' */
  readonly logLevel?: string;
  /** An alarm fires when a copy is written later than this after its source, in seconds: 1 to 86400. @default 300 */
  readonly lagAlarmSeconds?: number;
  /**
   * A CloudTrail trail of write management events in each source region. Without any trail, changes of values are reported
   * all the same; descriptions, tags and deletions wait for the walk.
   * @default false
   */
  readonly createTrail?: boolean;
}

/** What replicates the secrets of one region. Lists have one entry, with `perDestination` one for every destination. */
export interface RegionalSecretsReplication {
  readonly functionNames: readonly string[];
  readonly functionArns: readonly string[];
  /** The roles that a destination's role has to trust. */
  readonly roleArns: readonly string[];
  readonly logGroupNames: readonly string[];
  readonly deadLetterQueueNames: readonly string[];
  readonly deadLetterQueueUrls: readonly string[];
  /** A message in one of them is tried again; a dead letter is moved here to replay it. */
  readonly retryQueueUrls: readonly string[];
  readonly retryQueueNames: readonly string[];
  /** The rules on the default bus that report changes. */
  readonly ruleNames: readonly string[];
  /** Name of the secret that lists the destinations. */
  readonly configurationSecretName: string;
  /** With `orchestrated`. */
  readonly stateMachineArn?: string;
}

const TOPOLOGIES = ['perDestination', 'multiDestination', 'orchestrated'] as const;

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const MAX_SECRET_BYTES = 65536;

/** All inline policies of a role together; https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_POLICY_CHARACTERS = 10240;

const patternWay =
  'use letters, digits and any of /_+=.@-, with *, ** and ? as wildcards: Secrets Manager has no other names';
const pattern = z
  .string('give a pattern such as "app/dev/**"')
  .regex(/^[A-Za-z0-9/_+=.@*?-]{1,512}$/, patternWay)
  .refine(
    (value) => !value.startsWith(OWN_PREFIX),
    `choose another one: what is below ${OWN_PREFIX} is the replicator's own and never copied`,
  );
const patterns = z.array(pattern, 'give a list of patterns such as "app/dev/**"');
const secretName = z
  .string('give the name of a secret')
  .regex(/^[A-Za-z0-9/_+=.@-]{1,512}$/, 'give the name of a secret: letters, digits and any of /_+=.@-');
const transformationName = z
  .string('give the name of a transformation')
  .regex(/^[A-Za-z0-9_.-]{1,128}$/, 'use at most 128 letters, digits, underscores, dots and hyphens');
const transformationNames = z.array(transformationName, 'give a list of names of transformations');
const variableName = z
  .string()
  .regex(/^[A-Z_][A-Z0-9_]*$/, 'use capitals, digits and underscores, and no digit at the start');
const keyArns = z.array(arn('kms'), 'give a list of ARNs of keys').optional();

/** What holds for every destination, and what a further one may have of its own. */
const perDestination = {
  includedSecrets: patterns.min(1, 'give at least one pattern: without one nothing is replicated').optional(),
  excludedSecrets: patterns.optional(),
  names: z.record(pattern, pattern, 'give an object of patterns').optional(),
  appliedTransformations: transformationNames.optional(),
  transformedSecrets: z
    .record(pattern, transformationNames, 'give an object of patterns and lists of transformations')
    .optional(),
  regionSwap: flag.optional(),
  variables: z
    .record(variableName, z.string('give every variable a string'), 'give an object of names and values')
    .optional(),
  deletion: oneOf('keep', 'delete').optional(),
  recoveryWindowDays: integer(7, 30, 'days').optional(),
};

const destination = z.strictObject(
  {
    ...perDestination,
    region: z
      .string('give the name of an AWS region, such as "eu-west-1"')
      .regex(/^[a-z]{2,4}(-[a-z]+){1,2}-\d+$/, 'give the name of an AWS region, such as "eu-west-1"'),
    name: z
      .string('give a name such as "audit"')
      .regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, 'use 1 to 40 lower-case letters, digits and hyphens')
      .optional(),
    roleArn: known(
      z
        .string('give the ARN of a role')
        .regex(
          /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/,
          'give the ARN of a role: arn:aws:iam::{account}:role/{name}',
        ),
    ).optional(),
    externalId: z
      .string('give a text')
      .regex(/^[\w+=,.@:/-]{2,1224}$/, 'use 2 to 1224 letters, digits and any of _+=,.@:/-: IAM allows no other')
      .optional(),
    kmsKeyArn: arn('kms').optional(),
  },
  'give an object with a region',
);

const schema = z.strictObject({
  ...perDestination,
  regions: instance('a RegionPair'),
  primaryKeyArn: arn('kms').optional(),
  secondaryKeyArn: arn('kms').optional(),
  primaryDecryptionKeyArns: keyArns,
  secondaryDecryptionKeyArns: keyArns,
  primaryTopicArn: arn('sns').optional(),
  secondaryTopicArn: arn('sns').optional(),
  topology: oneOf(...TOPOLOGIES).optional(),
  bidirectional: flag.optional(),
  destinations: z.array(destination, 'give a list of destinations').optional(),
  nativelyReplicatedSecrets: z.array(secretName, 'give a list of names').optional(),
  transformations: z
    .record(
      transformationName,
      z
        .string('give a text')
        .refine(
          (value) => value.trim() !== '',
          'give a text, or leave the transformation out: an empty one changes nothing',
        ),
      'give an object of names and texts',
    )
    .optional(),
  primaryMappedValues: mappedValues,
  secondaryMappedValues: mappedValues,
  copyTags: flag.optional(),
  copyDescriptions: flag.optional(),
  reconcileRateMinutes: integer(0, 1440, 'minutes').optional(),
  retryAttempts: integer(1, 100).optional(),
  memorySize: integer(128, 10240, 'MB').optional(),
  timeoutSeconds: integer(30, 900, 'seconds').optional(),
  // The event source mapping has two invocations at least; with one, events would wait for it.
  reservedConcurrency: integer(2, 900).optional(),
  logLevel: oneOf('TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL').optional(),
  lagAlarmSeconds: integer(1, 86400, 'seconds').optional(),
  createTrail: flag.optional(),
} satisfies Record<keyof SecretsReplicationProps, z.ZodType>);

/**
 * Replicates secrets whose values differ between regions: a copy is selected, renamed and transformed on its way, which
 * native replication cannot do (rules R-SEC-1 to R-SEC-6). Each source region has its own replicator, configuration and
 * queues, so that it needs nothing of the other one to copy what is written in it.
 *
 * Copies are known by the id of their version and never copied on, so both directions run at once; of conflicting writes
 * the newest original wins. A destination that fails is tried again by itself; what never succeeds waits in a dead-letter
 * queue as the message that replays it.
 *
 * @throws ConfigurationError for patterns Secrets Manager cannot have, destinations that would write onto themselves,
 * transformations nobody applies or nobody knows, and configuration that is larger than AWS takes
 */
export class SecretsReplication extends Construct {
  public readonly primary: RegionalSecretsReplication;
  /** Undefined when `bidirectional` is false. */
  public readonly secondary?: RegionalSecretsReplication;

  constructor(scope: Construct, id: string, props: SecretsReplicationProps) {
    super(scope, id);
    validateProps(this, schema, props);
    const { regions } = props;
    const keys = keyHalves(this, regions, props);
    const topics = this.topics(props);
    checkArnRegions(this, 'primaryDecryptionKeyArns', props.primaryDecryptionKeyArns, regions.primary);
    checkArnRegions(this, 'secondaryDecryptionKeyArns', props.secondaryDecryptionKeyArns, regions.secondary);
    this.checkMappedValues(props);
    this.checkRules('', props, props);
    (props.destinations ?? []).forEach((one, index) => this.checkDestination(one, index, props));
    this.checkTransformations(props);

    const half = (region: Region, path: string): RegionalSecretsReplication => {
      const destinations = [
        peerRules(regions.peerOf(region), halfOf(keys, regions.peerOf(region)), props),
        ...(props.destinations ?? []).map((one) => furtherRules(one, props)),
      ];
      this.checkNames(destinations, region, props);
      return new RegionalReplication(this, path, {
        region,
        keyArn: halfOf(keys, region),
        topicArn: halfOf(topics, region),
        decryptionKeyArns:
          (region.role === 'primary' ? props.primaryDecryptionKeyArns : props.secondaryDecryptionKeyArns) ?? [],
        destinations,
        props,
      });
    };
    this.primary = half(regions.primary, 'Primary');
    this.secondary = (props.bidirectional ?? true) ? half(regions.secondary, 'Secondary') : undefined;
  }

  private topics({ regions, primaryTopicArn, secondaryTopicArn }: SecretsReplicationProps): Halves<string | undefined> {
    if ((primaryTopicArn === undefined) !== (secondaryTopicArn === undefined)) {
      throw new ConfigurationError(this, {
        prop: primaryTopicArn === undefined ? 'primaryTopicArn' : 'secondaryTopicArn',
        received: undefined,
        wayOut: 'give a topic of each region, or of neither: an alarm notifies topics of its own region only',
      });
    }
    checkArnRegion(this, 'primaryTopicArn', primaryTopicArn, regions.primary);
    checkArnRegion(this, 'secondaryTopicArn', secondaryTopicArn, regions.secondary);
    return { primary: primaryTopicArn, secondary: secondaryTopicArn };
  }

  /** Both would look for the same names of regions. */
  private checkMappedValues(props: SecretsReplicationProps): void {
    const pairs = mappedPairs(this, props);
    if (props.regionSwap && pairs.length > 0) {
      throw new ConfigurationError(this, {
        prop: 'regionSwap',
        received: true,
        wayOut:
          'leave it out, or the mapped values: names of regions are put in place first, and a mapped string that holds one is not found any more',
      });
    }
  }

  /** What the construct and each further destination say of secrets. */
  private checkRules(
    path: string,
    rules: Pick<SecretsDestination, 'names' | 'deletion' | 'recoveryWindowDays'>,
    props: SecretsReplicationProps,
  ): void {
    const seen = new Map<string, string>();
    for (const [from, to] of Object.entries(rules.names ?? {})) {
      const problem = (wayOut: string): ConfigurationError =>
        new ConfigurationError(this, { prop: `${path}names.${from}`, received: to, wayOut });
      if (wildcardsIn(from) !== wildcardsIn(to)) {
        throw problem('use as many wildcards on both sides, or two secrets would become one');
      }
      if (seen.has(to)) throw problem(`choose another name: ${String(seen.get(to))} has this one`);
      if (props.nativelyReplicatedSecrets?.some((name) => covers(to, name))) {
        throw problem('choose another name: AWS itself replicates a secret of this one');
      }
      seen.set(to, from);
    }
    if (rules.recoveryWindowDays !== undefined && (rules.deletion ?? props.deletion) !== 'delete') {
      throw new ConfigurationError(this, {
        prop: `${path}recoveryWindowDays`,
        received: rules.recoveryWindowDays,
        wayOut: 'leave it out, or set deletion to "delete": copies are kept',
      });
    }
  }

  private checkDestination(one: SecretsDestination, index: number, props: SecretsReplicationProps): void {
    const path = `destinations[${index}].`;
    this.checkRules(path, one, props);
    const { kmsKeyArn, region } = one;
    const keyRegion = /^arn:[^:]+:kms:([a-z0-9-]+):/.exec(kmsKeyArn ?? '')?.[1];
    if (keyRegion !== undefined && keyRegion !== region) {
      throw new ConfigurationError(this, {
        prop: `${path}kmsKeyArn`,
        received: kmsKeyArn,
        wayOut: `give a key of ${region}`,
      });
    }
    if (one.externalId !== undefined && one.roleArn === undefined) {
      throw new ConfigurationError(this, {
        prop: `${path}externalId`,
        received: one.externalId,
        wayOut: 'leave it out, or give the roleArn it is for',
      });
    }
    const accountId = one.roleArn?.split(':')[4];
    const sources = props.bidirectional === false ? [props.regions.primary] : props.regions.both;
    const onto = sources.find((source) => source.name === region && [undefined, source.accountId].includes(accountId));
    if (onto && Object.keys(one.names ?? props.names ?? {}).length === 0) {
      throw new ConfigurationError(this, {
        prop: `${path}region`,
        received: region,
        wayOut: 'choose another region, or give names: secrets of this region would be written onto themselves',
      });
    }
  }

  /** A transformation that is forgotten would let pass what it is to take out. */
  private checkTransformations(props: SecretsReplicationProps): void {
    const { transformations = {}, destinations = [] } = props;
    const applied = [props, ...destinations].flatMap((one) => [
      ...(one.appliedTransformations ?? []),
      ...Object.values(one.transformedSecrets ?? {}).flat(),
    ]);
    const unknown = applied.find((name) => !(name in transformations));
    if (unknown !== undefined) {
      throw new ConfigurationError(this, {
        prop: 'appliedTransformations or transformedSecrets',
        received: unknown,
        wayOut: `give it in transformations, which has ${Object.keys(transformations).join(', ') || 'none'}`,
      });
    }
    const idle = Object.keys(transformations).find((name) => !applied.includes(name));
    if (idle !== undefined) {
      throw new ConfigurationError(this, {
        prop: `transformations.${idle}`,
        received: 'not applied',
        wayOut: 'name it in appliedTransformations or transformedSecrets, or leave it out',
      });
    }
    if ((props.bidirectional ?? true) && Object.keys(props.names ?? {}).length > 0) {
      throw new ConfigurationError(this, {
        prop: 'names',
        received: props.names,
        wayOut:
          'set bidirectional to false, or give them to further destinations: a copy of another name has no way home',
      });
    }
  }

  /** What depends on all destinations of a source, with everything they inherit. */
  private checkNames(destinations: readonly ReplicaRules[], source: Region, props: SecretsReplicationProps): void {
    const limit = props.topology === 'orchestrated' ? Infinity : INLINE_CONCURRENCY;
    if (destinations.length > limit) {
      throw new ConfigurationError(this, {
        prop: 'destinations',
        received: `${destinations.length} with the other region of the pair`,
        wayOut: `give at most ${limit}, or set topology to "orchestrated"`,
      });
    }
    const names = destinations.map(({ name }) => name);
    destinations.forEach((rules, index) => {
      const path = index === 0 ? '' : `destinations[${index - 1}].`;
      const problem = (prop: string, received: unknown, wayOut: string): ConfigurationError =>
        new ConfigurationError(this, { prop: `${path}${prop}`, received, wayOut });
      if (names.indexOf(rules.name) < index || (index > 0 && rules.name === source.name)) {
        throw problem('name', rules.name, 'give every destination a name of its own');
      }
      if (swapOf(rules.name) in (props.transformations ?? {})) {
        throw new ConfigurationError(this, {
          prop: 'transformations',
          received: swapOf(rules.name),
          wayOut: 'choose another name: this is the one of the mapped values of a destination',
        });
      }
      const { includedSecrets, transformedSecrets, deniedSecrets } = rules;
      for (const special of Object.keys(transformedSecrets)) {
        if (includedSecrets.some((included) => covers(included, special))) continue;
        throw problem('transformedSecrets', special, 'add it to includedSecrets, none of which has these secrets');
      }
      for (const denied of deniedSecrets) {
        const stronger = [...includedSecrets, ...Object.keys(transformedSecrets)].find((one) => covers(denied, one));
        if (stronger === undefined) continue;
        throw problem(
          props.nativelyReplicatedSecrets?.includes(denied) ? 'nativelyReplicatedSecrets' : 'excludedSecrets',
          denied,
          `remove ${stronger}, which is as specific or more so and decides: it would be replicated`,
        );
      }
    });
  }
}

function peerRules(peer: Region, kmsKeyArn: string | undefined, props: SecretsReplicationProps): ReplicaRules {
  const secondary = props.secondaryMappedValues ?? [];
  const mappedValues = (props.primaryMappedValues ?? []).map((value, index): MappedPair => [value, secondary[index]]);
  return { ...rulesOf({}, props), name: peer.name, region: peer.name, kmsKeyArn, mappedValues };
}

function furtherRules(one: SecretsDestination, props: SecretsReplicationProps): ReplicaRules {
  const { region, roleArn, externalId, kmsKeyArn } = one;
  const account = roleArn === undefined || Token.isUnresolved(roleArn) ? [] : [roleArn.split(':')[4]];
  const name = one.name ?? [region, ...account].join('-');
  return { ...rulesOf(one, props), name, region, roleArn, externalId, kmsKeyArn, mappedValues: [] };
}

/** What a destination does not say holds as the construct says it, and what that does not say by default. */
function rulesOf(
  own: Partial<SecretsDestination>,
  props: SecretsReplicationProps,
): Omit<ReplicaRules, 'name' | 'region' | 'mappedValues'> {
  return {
    includedSecrets: own.includedSecrets ?? props.includedSecrets ?? [`app/${props.regions.environmentSuffix}/**`],
    deniedSecrets: [
      ...(own.excludedSecrets ?? props.excludedSecrets ?? []),
      ...(props.nativelyReplicatedSecrets ?? []),
    ],
    names: own.names ?? props.names ?? {},
    appliedTransformations: own.appliedTransformations ?? props.appliedTransformations ?? [],
    transformedSecrets: own.transformedSecrets ?? props.transformedSecrets ?? {},
    regionSwap: own.regionSwap ?? props.regionSwap ?? false,
    variables: own.variables ?? props.variables ?? {},
    deletion: own.deletion ?? props.deletion ?? 'keep',
    recoveryWindowDays: own.recoveryWindowDays ?? props.recoveryWindowDays ?? 30,
    copyTags: props.copyTags ?? true,
    copyDescriptions: props.copyDescriptions ?? true,
  };
}

/** First part of the names of everything that replicates. */
const NAME = 'replicate-secrets';

interface RegionalReplicationProps {
  readonly region: Region;
  readonly keyArn?: string;
  readonly topicArn?: string;
  readonly decryptionKeyArns: readonly string[];
  readonly destinations: readonly ReplicaRules[];
  readonly props: SecretsReplicationProps;
}

/** One source region: its configuration, and the replicators that read it. */
class RegionalReplication extends Construct implements RegionalSecretsReplication {
  public readonly functionNames: readonly string[];
  public readonly functionArns: readonly string[];
  public readonly roleArns: readonly string[];
  public readonly logGroupNames: readonly string[];
  public readonly deadLetterQueueNames: readonly string[];
  public readonly deadLetterQueueUrls: readonly string[];
  public readonly retryQueueUrls: readonly string[];
  public readonly retryQueueNames: readonly string[];
  public readonly ruleNames: readonly string[];
  public readonly configurationSecretName: string;
  public readonly stateMachineArn?: string;

  constructor(scope: Construct, id: string, half: RegionalReplicationProps) {
    super(scope, id);
    const { region, destinations, props } = half;
    const documents = secretsDocuments(region.environmentSuffix, destinations, props.transformations ?? {});
    const configuration = this.buildConfiguration(half, documents);
    if (props.createTrail) buildTrail(new Construct(this, 'Trail'), region, props.regions);

    const code = new CodeAsset(this, 'Code', bundledFunction('secrets-replicator'));
    const replicator = (served: readonly ReplicaRules[], path: string, name: string): Replicator =>
      new Replicator(this, path, { ...half, destinations: served, name, code, configuration });
    const replicators =
      props.topology === 'perDestination'
        ? destinations.map((one) => replicator([one], `To-${one.name}`, `${NAME}-${one.name}`))
        : [replicator(destinations, 'All', NAME)];

    this.configurationSecretName = documents.entry;
    this.functionNames = replicators.map(({ lambda }) => lambda.functionName);
    this.functionArns = replicators.map(({ lambda }) => lambda.arn);
    this.roleArns = replicators.map(({ role }) => role.arn);
    this.logGroupNames = replicators.map(({ logGroup }) => logGroup.name);
    this.deadLetterQueueNames = replicators.map(({ deadLetters }) => deadLetters.name);
    this.deadLetterQueueUrls = replicators.map(({ deadLetters }) => deadLetters.url);
    this.retryQueueUrls = replicators.map(({ retries }) => retries.url);
    this.retryQueueNames = replicators.map(({ retries }) => retries.name);
    this.ruleNames = replicators.map(({ changes }) => changes.name);
    this.stateMachineArn = replicators[0].stateMachine?.arn;
  }

  /**
   * Contents are write-only, so no state holds them; a number made of them tells Terraform when to write again. References
   * in them are known at apply only, so Terraform makes it.
   */
  private buildConfiguration(
    { region, keyArn, props }: RegionalReplicationProps,
    documents: SecretsDocuments,
  ): SecretsmanagerSecretVersion[] {
    const { provider } = region;
    return Object.entries(documents.contents).map(([name, content]) => {
      const bytes = Buffer.byteLength(resolved(this, content));
      if (bytes > MAX_SECRET_BYTES) {
        throw new ConfigurationError(this, {
          prop: name,
          received: `${bytes} bytes`,
          wayOut: `shorten what it is made of, or spread the destinations over two SecretsReplication: a secret holds ${MAX_SECRET_BYTES} bytes`,
        });
      }
      const scope = new Construct(this, name.slice(OWN_PREFIX.length).replace(/\//g, '-'));
      const secret = new SecretsmanagerSecret(scope, 'Secret', {
        provider,
        name: checkName(this, 'secret', name),
        description: 'Configuration of the replication of secrets',
        kmsKeyId: keyArn,
        recoveryWindowInDays: props.regions.protection.secretRecoveryWindowInDays,
        tags: { Name: name },
      });
      const { asString: written } = new TerraformLocal(scope, 'Content', content);
      return new SecretsmanagerSecretVersion(scope, 'Version', {
        provider,
        secretId: secret.id,
        secretStringWo: written,
        secretStringWoVersion: Token.asNumber(Fn.parseint(Fn.substr(Fn.sha256(written), 0, HASH_DIGITS), 16)),
      });
    });
  }
}

/** 48 bits: Terraform's state keeps whole numbers exactly up to 53. */
const HASH_DIGITS = 12;

interface ReplicatorProps extends RegionalReplicationProps {
  /** First part of the names. */
  readonly name: string;
  readonly code: CodeAsset;
  readonly configuration: SecretsmanagerSecretVersion[];
}

/** What is older than this is for the next walk. */
const EVENT_AGE_SECONDS = 3600;

/** What fails at once is not tried again at once. */
const RETRY_DELAY_SECONDS = 60;

/** A function with its queues, what invokes it, and the alarms about it. */
class Replicator extends Construct {
  public readonly lambda: LambdaFunction;
  public readonly role: ServiceRole;
  public readonly logGroup: CloudwatchLogGroup;
  public readonly retries: SqsQueue;
  public readonly deadLetters: SqsQueue;
  public readonly changes: CloudwatchEventRule;
  public readonly stateMachine?: SfnStateMachine;
  private readonly region: Region;
  private readonly timeoutSeconds: number;

  constructor(
    scope: Construct,
    id: string,
    private readonly own: ReplicatorProps,
  ) {
    super(scope, id);
    const { region, name, props } = own;
    this.region = region;
    this.timeoutSeconds = props.timeoutSeconds ?? 120;
    this.logGroup = new CloudwatchLogGroup(this, 'LogGroup', {
      provider: region.provider,
      name: logGroupNameOf(region, name),
      retentionInDays: props.regions.protection.logRetentionInDays,
      kmsKeyId: own.keyArn,
    });
    this.deadLetters = this.queue('DeadLetters', 'dlq', { messageRetentionSeconds: 14 * 24 * 3600 });
    this.retries = this.queue('Retries', 'retry', {
      delaySeconds: RETRY_DELAY_SECONDS,
      messageRetentionSeconds: 4 * 24 * 3600,
      // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
      visibilityTimeoutSeconds: 6 * this.timeoutSeconds,
      redrivePolicy: JSON.stringify({
        deadLetterTargetArn: this.deadLetters.arn,
        maxReceiveCount: props.retryAttempts ?? 5,
      }),
    });
    this.role = this.buildRole();
    this.lambda = this.buildFunction();
    this.buildRetries();
    this.stateMachine = props.topology === 'orchestrated' ? this.buildStateMachine() : undefined;

    this.changes = new CloudwatchEventRule(this, 'Changes', {
      provider: region.provider,
      name: region.resourceName('rule', name),
      description: `Changes of secrets in ${region.name}`,
      // No bus is named: AWS services report to the default bus only.
      eventPattern: JSON.stringify(CHANGES),
    });
    const rules = [this.changes, ...this.buildWalk()];
    if (this.stateMachine) this.start(this.stateMachine, this.changes);
    else this.invoke('Changes', this.changes);
    this.buildQueuePolicies(rules);
    if (own.topicArn) {
      for (const watch of this.watches()) watchAlarm(this, region, own.topicArn, watch);
    }
  }

  private queue(id: string, role: string, config: Partial<SqsQueueConfig>): SqsQueue {
    const { region, name, keyArn } = this.own;
    return new SqsQueue(this, id, {
      provider: region.provider,
      name: region.resourceName('queue', `${name}-${role}`),
      ...config,
      ...(keyArn ? { kmsMasterKeyId: keyArn, kmsDataKeyReusePeriodSeconds: 300 } : { sqsManagedSseEnabled: true }),
    });
  }

  private buildRole(): ServiceRole {
    const { region, name } = this.own;
    const statements = statementsOf(this.own, this.retries, this.deadLetters);
    const characters = policyCharacters(this, statements);
    if (characters > MAX_POLICY_CHARACTERS) {
      throw new ConfigurationError(this, {
        prop: 'destinations',
        received: `a policy of about ${characters} characters`,
        wayOut: `give fewer patterns and destinations, or spread them over two SecretsReplication: a role's policies hold ${MAX_POLICY_CHARACTERS}`,
      });
    }
    return new ServiceRole(this, 'Role', {
      region,
      name,
      description: `Replicates secrets of ${region.name}`,
      servicePrincipal: 'lambda.amazonaws.com',
      statements,
    });
  }

  private buildFunction(): LambdaFunction {
    const { region, name, code, configuration, destinations, props } = this.own;
    const { provider } = region;
    const functionName = region.resourceName('function', name);
    // Outside the VPC: endpoints in a VPC reach their own region only (rule R-LAM-7).
    const lambda = new LambdaFunction(this, 'Replicator', {
      provider,
      functionName,
      description: `Replicates secrets of ${region.name}`,
      role: this.role.arn,
      filename: code.path,
      sourceCodeHash: code.sha256,
      handler: 'index.handler',
      runtime: 'nodejs22.x',
      architectures: ['arm64'],
      memorySize: props.memorySize ?? 512,
      timeout: this.timeoutSeconds,
      reservedConcurrentExecutions: props.reservedConcurrency,
      environment: {
        variables: {
          CONFIG_SECRET: new DocumentNames(region.environmentSuffix).entry,
          ...(props.topology === 'perDestination' && { DESTINATION: destinations[0].name }),
          RETRY_QUEUE_URL: this.retries.url,
          DEAD_LETTER_QUEUE_URL: this.deadLetters.url,
          METRIC_NAMESPACE,
          REPLICATOR: functionName,
        },
      },
      loggingConfig: {
        logFormat: 'JSON',
        logGroup: this.logGroup.name,
        applicationLogLevel: props.logLevel ?? 'INFO',
        systemLogLevel: 'WARN',
      },
      // Without permissions or configuration a function that is invoked at once would fail.
      dependsOn: [...(this.role.policy ? [this.role.policy] : []), this.logGroup, ...configuration],
    });
    new LambdaFunctionEventInvokeConfig(this, 'Invocations', {
      provider,
      functionName: lambda.functionName,
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: EVENT_AGE_SECONDS,
      destinationConfig: { onFailure: { destination: this.deadLetters.arn } },
    });
    return lambda;
  }

  private buildRetries(): void {
    new LambdaEventSourceMapping(this, 'RetryMapping', {
      provider: this.region.provider,
      eventSourceArn: this.retries.arn,
      functionName: this.lambda.arn,
      batchSize: 10,
      functionResponseTypes: ['ReportBatchItemFailures'],
      // The smallest there is: retries leave the invocations to what is new.
      scalingConfig: { maximumConcurrency: 2 },
    });
  }

  /** The walk goes to the function in every topology: its list may be longer than what an execution may hold. */
  private buildWalk(): CloudwatchEventRule[] {
    const { region, name, props } = this.own;
    const minutes = props.reconcileRateMinutes ?? 60;
    if (minutes === 0) return [];
    const schedule = new CloudwatchEventRule(this, 'Walk', {
      provider: region.provider,
      name: region.resourceName('rule', name.replace(NAME, 'reconcile-secrets')),
      description: `Finds changes of secrets in ${region.name} that events missed or do not report`,
      scheduleExpression: minutes === 1 ? 'rate(1 minute)' : `rate(${minutes} minutes)`,
    });
    this.invoke('Walk', schedule, JSON.stringify({ source: 'schedule' }));
    return [schedule];
  }

  private invoke(name: string, rule: CloudwatchEventRule, input?: string): void {
    const { provider } = this.region;
    const permission = new LambdaPermission(this, `${name}Permission`, {
      provider,
      statementId: name,
      action: 'lambda:InvokeFunction',
      functionName: this.lambda.functionName,
      principal: 'events.amazonaws.com',
      sourceArn: rule.arn,
    });
    new CloudwatchEventTarget(this, `${name}Target`, {
      ...this.target(rule),
      arn: this.lambda.arn,
      input,
      dependsOn: [permission],
    });
  }

  private start(stateMachine: SfnStateMachine, rule: CloudwatchEventRule): void {
    const role = new ServiceRole(this, 'StarterRole', {
      region: this.region,
      name: `${this.own.name}-start`,
      description: 'Lets EventBridge start the replication of secrets',
      servicePrincipal: 'events.amazonaws.com',
      statements: [{ sid: 'Start', actions: ['states:StartExecution'], resources: [stateMachine.arn] }],
    });
    new CloudwatchEventTarget(this, 'ChangesTarget', {
      ...this.target(rule),
      arn: stateMachine.arn,
      roleArn: role.arn,
      dependsOn: role.policy && [role.policy],
    });
  }

  private target(rule: CloudwatchEventRule) {
    return {
      provider: this.region.provider,
      rule: rule.name,
      targetId: 'replicator',
      deadLetterConfig: { arn: this.deadLetters.arn },
      retryPolicy: { maximumEventAgeInSeconds: EVENT_AGE_SECONDS, maximumRetryAttempts: 20 },
    };
  }

  private buildStateMachine(): SfnStateMachine {
    const { region, name, keyArn, destinations, props } = this.own;
    const { provider } = region;
    const machineName = region.resourceName('state machine', name);
    const logGroup = new CloudwatchLogGroup(this, 'ExecutionLogs', {
      provider,
      // Groups below this path share one resource policy, whose size AWS limits (rule R-SFN-2).
      name: `/aws/vendedlogs/states/${machineName}`,
      retentionInDays: props.regions.protection.logRetentionInDays,
      kmsKeyId: keyArn,
    });
    const role = new ServiceRole(this, 'FanOutRole', {
      region,
      name: `${name}-fan-out`,
      description: `Lets the state machine ${machineName} call its function`,
      servicePrincipal: 'states.amazonaws.com',
      statements: [
        { sid: 'Work', actions: ['lambda:InvokeFunction'], resources: [this.lambda.arn] },
        DELIVER_LOGS,
        ...(isDistributed(destinations.length) ? distributedStatements(region, machineName) : []),
      ],
    });
    return new SfnStateMachine(this, 'StateMachine', {
      provider,
      name: machineName,
      type: 'STANDARD',
      roleArn: role.arn,
      definition: fanOutDefinition({
        partition: region.partition,
        functionArn: this.lambda.arn,
        taskTimeoutSeconds: this.timeoutSeconds + 30,
        destinationCount: destinations.length,
      }),
      loggingConfiguration: {
        level: 'ALL',
        includeExecutionData: false,
        logDestination: `${logGroup.arn}:*`,
      },
      // Step Functions tries the role's permissions on the log when the state machine is made.
      dependsOn: role.policy && [role.policy],
    });
  }

  private buildQueuePolicies(rules: readonly CloudwatchEventRule[]): void {
    const { provider } = this.region;
    new SqsQueuePolicy(this, 'DeadLetterPolicy', {
      provider,
      queueUrl: this.deadLetters.url,
      policy: policyDocument([
        {
          sid: 'DeadLettersOfTheseRules',
          principals: { Service: 'events.amazonaws.com' },
          actions: ['sqs:SendMessage'],
          resources: [this.deadLetters.arn],
          conditions: { ArnEquals: { 'aws:SourceArn': rules.map((rule) => rule.arn) } },
        },
        encryptedInTransit(this.deadLetters),
      ]),
    });
    new SqsQueuePolicy(this, 'RetryPolicy', {
      provider,
      queueUrl: this.retries.url,
      policy: policyDocument([encryptedInTransit(this.retries)]),
    });
  }

  private watches(): Watch[] {
    const { props } = this.own;
    const { functionName } = this.lambda;
    const measured = (
      id: string,
      name: string,
      metricName: string,
      statistic: string,
      rest: ReplicatorWatch,
    ): Watch => ({
      id,
      name,
      subject: functionName,
      metrics: [{ namespace: METRIC_NAMESPACE, metricName, statistic, dimensions: { Replicator: functionName } }],
      ...rest,
    });
    return [
      measured('Failures', 'secret-replication-failures', 'Failed', 'Sum', {
        title: 'Secrets not replicated',
        description: 'Secrets of this region do not arrive at a destination: see the log, then the dead-letter queue',
        threshold: 0,
        period: 300,
      }),
      measured('Lag', 'secret-replication-lag', 'Lag', 'Maximum', {
        title: 'Lag of replicated secrets (ms)',
        description: 'Copies of secrets are written late: until then a failover finds the old ones',
        threshold: (props.lagAlarmSeconds ?? 300) * 1000,
        period: 300,
      }),
      deadLetterWatch(this.deadLetters.name),
      ...functionWatches(functionName, { timeout: this.timeoutSeconds, percent: 90, errors: 0 }),
      ...(this.stateMachine ? stateMachineWatches(this.stateMachine.arn) : []).map((watch) => ({
        ...watch,
        subject: this.stateMachine?.name,
      })),
    ];
  }
}

type ReplicatorWatch = Pick<Watch, 'title' | 'description' | 'threshold' | 'period'>;

/** Metrics are written into the log, which CloudWatch reads them from. */
const METRIC_NAMESPACE = 'SecretsReplicator';

/**
 * What is reported of secrets (rule R-SEC-3). The first needs no CloudTrail and tells of every new current version; the
 * others come when a trail of the region logs management events, and tell of everything else.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/secret-event-notifications.html
 */
const CHANGES = {
  source: ['aws.secretsmanager'],
  $or: [
    // A copy is put under a label of its own before it is made current: that is no news.
    { 'detail-type': ['Secret Label Updated'], detail: { labelUpdated: ['AWSCURRENT'] } },
    {
      'detail-type': ['AWS API Call via CloudTrail'],
      detail: {
        eventSource: ['secretsmanager.amazonaws.com'],
        eventName: [
          'CreateSecret',
          'DeleteSecret',
          'PutSecretValue',
          'RestoreSecret',
          'TagResource',
          'UntagResource',
          'UpdateSecret',
          'UpdateSecretVersionStage',
        ],
      },
    },
    {
      'detail-type': ['AWS Service Event via CloudTrail'],
      detail: { eventSource: ['secretsmanager.amazonaws.com'], eventName: ['RotationSucceeded'] },
    },
  ],
};

function logGroupNameOf(region: Region, name: string): string {
  return `/aws/lambda/${region.resourceName('function', name)}`;
}

const READ = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'];
const WRITE = [
  'secretsmanager:CreateSecret',
  'secretsmanager:PutSecretValue',
  'secretsmanager:RestoreSecret',
  'secretsmanager:TagResource',
  'secretsmanager:UntagResource',
  'secretsmanager:UpdateSecret',
  'secretsmanager:UpdateSecretVersionStage',
];
const DELETE = 'secretsmanager:DeleteSecret';

/** Reads the included secrets here, writes their copies there, and touches nothing else. */
function statementsOf(
  { region, name: replicator, keyArn, decryptionKeyArns, destinations, props }: ReplicatorProps,
  retries: SqsQueue,
  deadLetters: SqsQueue,
): PolicyStatement[] {
  const secret = (at: string, resource: string): string =>
    `arn:${region.partition}:secretsmanager:${at}:${region.accountId}:secret:${resource}`;
  const keys = (sid: string, service: string, at: string, actions: string[], arns: readonly (string | undefined)[]) =>
    statement(sid, actions, unique(arns.filter((one) => one !== undefined)), {
      StringEquals: { 'kms:ViaService': `${service}.${at}.amazonaws.com` },
    });
  // A role of another account has its own permissions there.
  const here = destinations.filter(({ roleArn }) => roleArn === undefined);
  const places = unique(here.map((one) => one.region));
  const targets = (rules: readonly ReplicaRules[]): string[] =>
    unique(rules.flatMap((one) => targetsOf(one).map((name) => secret(one.region, arnPattern(name)))));
  const natives = props.nativelyReplicatedSecrets ?? [];
  return [
    ...statement(
      'ReadConfiguration',
      ['secretsmanager:GetSecretValue'],
      new DocumentNames(region.environmentSuffix).patterns.map((name) => secret(region.name, name)),
    ),
    // Listing knows no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
    ...statement('ListSecrets', ['secretsmanager:ListSecrets'], ['*']),
    ...statement(
      'ReadSources',
      READ,
      unique(destinations.flatMap((one) => one.includedSecrets)).map((name) => secret(region.name, arnPattern(name))),
    ),
    ...statement('WriteCopies', [...READ, ...WRITE], targets(here)),
    ...statement('DeleteCopies', [DELETE], targets(here.filter(({ deletion }) => deletion === 'delete'))),
    ...deny('NeverWriteConfiguration', [secret('*', `${OWN_PREFIX}*`)]),
    ...deny(
      'NeverWriteNativeReplicas',
      natives.map((name) => secret('*', arnPattern(name))),
    ),
    ...statement(
      'AssumeDestinationRoles',
      ['sts:AssumeRole'],
      unique(destinations.flatMap(({ roleArn }) => roleArn ?? [])),
    ),
    ...keys('DecryptHere', 'secretsmanager', region.name, ['kms:Decrypt'], [keyArn, ...decryptionKeyArns]),
    ...places.flatMap((place, index) =>
      keys(
        `EncryptThere${index + 1}`,
        'secretsmanager',
        place,
        ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
        here.filter((one) => one.region === place).map((one) => one.kmsKeyArn),
      ),
    ),
    ...statement('Queue', ['sqs:SendMessage'], [retries.arn, deadLetters.arn]),
    ...statement('Retry', ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'], [retries.arn]),
    ...keys('EncryptQueues', 'sqs', region.name, ['kms:Decrypt', 'kms:GenerateDataKey'], [keyArn]),
    ...statement(
      'Log',
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
      [region.arn('logs', `log-group:${logGroupNameOf(region, replicator)}:*`)],
    ),
  ];
}

/** One statement, or none without resources. */
function statement(
  sid: string,
  actions: readonly string[],
  resources: readonly string[],
  conditions?: PolicyStatement['conditions'],
): PolicyStatement[] {
  return resources.length === 0 ? [] : [{ sid, actions, resources, conditions }];
}

function deny(sid: string, resources: readonly string[]): PolicyStatement[] {
  return statement(sid, [...WRITE, DELETE], resources).map((one) => ({ ...one, effect: 'Deny' }));
}

/** A distributed map starts executions of its own state machine. https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html */
function distributedStatements(region: Region, machineName: string): PolicyStatement[] {
  return [
    {
      sid: 'StartItems',
      actions: ['states:StartExecution'],
      resources: [region.arn('states', `stateMachine:${machineName}`)],
    },
    {
      sid: 'FollowItems',
      actions: ['states:DescribeExecution', 'states:RedriveExecution', 'states:StopExecution'],
      resources: [':', '/'].map((separator) => region.arn('states', `execution:${machineName}${separator}*`)),
    },
  ];
}

function encryptedInTransit(queue: SqsQueue): PolicyStatement {
  return {
    sid: 'EncryptedInTransit',
    effect: 'Deny',
    principals: { AWS: '*' },
    actions: ['sqs:*'],
    resources: [queue.arn],
    conditions: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}

/**
 * Write management events of this region alone, kept as long as logs are. Values of secrets are not in them.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
 */
function buildTrail(scope: Construct, region: Region, { protection }: RegionPair): void {
  const { provider } = region;
  const trailName = region.resourceName('trail', 'secrets');
  const bucket = new S3Bucket(scope, 'Bucket', {
    provider,
    bucket: region.bucketName('secrets-trail'),
    forceDestroy: protection.forceDestroy,
  });
  const ofThisTrail = { 'aws:SourceArn': region.arn('cloudtrail', `trail/${trailName}`) };
  const principals = { Service: 'cloudtrail.amazonaws.com' };
  const policy = secureBucket(scope, region, bucket, [
    {
      sid: 'TrailChecks',
      principals,
      actions: ['s3:GetBucketAcl'],
      resources: [bucket.arn],
      conditions: { StringEquals: ofThisTrail },
    },
    {
      sid: 'TrailWrites',
      principals,
      actions: ['s3:PutObject'],
      resources: [`${bucket.arn}/AWSLogs/${region.accountId}/*`],
      conditions: { StringEquals: { ...ofThisTrail, 's3:x-amz-acl': 'bucket-owner-full-control' } },
    },
  ]);
  new S3BucketLifecycleConfiguration(scope, 'Lifecycle', {
    provider,
    bucket: bucket.id,
    rule: [
      {
        id: 'expire',
        status: 'Enabled',
        filter: [{ prefix: '' }],
        expiration: [{ days: protection.logRetentionInDays }],
      },
    ],
  });
  new Cloudtrail(scope, 'Trail', {
    provider,
    name: trailName,
    s3BucketName: bucket.id,
    includeGlobalServiceEvents: false,
    isMultiRegionTrail: false,
    enableLogFileValidation: true,
    eventSelector: [{ readWriteType: 'WriteOnly', includeManagementEvents: true }],
    dependsOn: [policy],
  });
}

function checkArnRegions(scope: IConstruct, prop: string, arns: readonly string[] = [], region: Region): void {
  arns.forEach((one, index) => checkArnRegion(scope, `${prop}[${index}]`, one, region));
}

/** As IAM counts them; references stand for an account id or for about as much as an ARN. */
function policyCharacters(scope: IConstruct, statements: readonly PolicyStatement[]): number {
  return resolved(scope, policyDocument(statements))
    .replace(/\$\{[^}]*account_id\}/g, '0'.repeat(12))
    .replace(/\$\{[^}]*\}/g, 'x'.repeat(100)).length;
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
