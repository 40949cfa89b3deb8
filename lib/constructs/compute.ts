import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { LambdaFunction, LambdaFunctionConfig, LambdaFunctionVpcConfig } from '@cdktf/provider-aws/lib/lambda-function';
import { LambdaFunctionEventInvokeConfig } from '@cdktf/provider-aws/lib/lambda-function-event-invoke-config';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { Token } from 'cdktf';
import { Construct } from 'constructs';
import { z } from 'zod';
import { checkArnRegion } from '../core/arn-region';
import { bundledFunction, CodeAsset } from '../core/code-asset';
import { ConfigurationError } from '../core/errors';
import { Halves } from '../core/halves';
import { PolicyStatement, policyDocument, ServiceRole } from '../core/iam';
import { keyHalves } from '../core/key-pair';
import { RegionalNetwork } from '../core/network';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import { RegionalSettings, warnOfDifferences } from '../core/regional-settings';
import { stableId } from '../core/stable-id';
import { arn, flag, instance, integer, known, oneOf, text, validateProps } from '../core/validation';

/** Props of `Compute`. */
export interface ComputeProps {
  /** The two regions. */
  readonly regions: RegionPair;
  /**
   * Key of the primary region: of the logs, environment and failed events, and the one the table and the bucket are
   * encrypted with. @default - keys that AWS owns
   */
  readonly primaryKeyArn?: string;
  /** Key of the secondary region. @default - keys that AWS owns */
  readonly secondaryKeyArn?: string;
  /** Network of the primary region. @default - the functions run outside a VPC */
  readonly primaryNetwork?: RegionalNetwork;
  /** Network of the secondary region. @default - the functions run outside a VPC */
  readonly secondaryNetwork?: RegionalNetwork;
  /** Name of the global table, the same in both regions, with the key (`transactionId`, `recordType`). */
  readonly tableName: string;
  /** Name of its index on (`customerId`, `createdAt`). */
  readonly customerIndexName: string;
  /** Bucket of the primary region (rule R-S3-21). */
  readonly primaryBucketName: string;
  /** Bucket of the secondary region. */
  readonly secondaryBucketName: string;
  /** `Workflow.stateMachineArn(regions.primary)`. @default - orders are processed within the request */
  readonly primaryStateMachineArn?: string;
  /** `Workflow.stateMachineArn(regions.secondary)`. @default - orders are processed within the request */
  readonly secondaryStateMachineArn?: string;
  /** Path of the parameters, such as `/app/dev`: the functions read what is below it. @default - they read none */
  readonly parameterPrefix?: string;
  /**
   * The endpoint of the Aurora global cluster that follows the writer, never the one of a regional cluster
   * (rule R-AUR-16). Handed over as `DATABASE_ENDPOINT`. @default - no database
   */
  readonly databaseEndpoint?: string;
  /** Reader endpoint of the primary region. Handed over as `READER_ENDPOINT`. @default - none */
  readonly primaryReaderEndpoint?: string;
  /** Reader endpoint of the secondary region. @default - none */
  readonly secondaryReaderEndpoint?: string;
  /**
   * Secret of the database, which has the same name in both regions: each half may read its own region's. Handed over
   * as `DATABASE_SECRET_NAME`. @default - none
   */
  readonly databaseSecretName?: string;
  /** @default 5432 */
  readonly databasePort?: number;
  /** Folder or zip with your own code of the processor. @default - the function `transaction-processor` of this library */
  readonly processorCode?: string;
  /** Folder or zip with your own code of the health endpoint. @default - the function `health` of this library */
  readonly healthCode?: string;
  /** Container image of the processor, in a repository of the primary region. @default - code, not an image */
  readonly primaryProcessorImageUri?: string;
  /** The same image in a repository of the secondary region (rule R-LAM-5). @default - code, not an image */
  readonly secondaryProcessorImageUri?: string;
  /** Handler of your own code. @default 'index.handler' */
  readonly handler?: string;
  /** Runtime of your own code: one that Lambda still lets you create (rule R-LAM-3). @default 'nodejs22.x' */
  readonly runtime?: string;
  /** `arm64` or `x86_64`. @default 'arm64' */
  readonly architecture?: string;
  /** Memory of each function in MB, 128 to 10240. @default 512 */
  readonly memorySize?: number;
  /** How long the processor may run, in seconds, 1 to 900. @default 30 */
  readonly timeoutSeconds?: number;
  /**
   * Instances of the processor that are reserved for it and are also its most, 1 to 900. Lambda keeps 100 of an
   * account's instances unreserved and refuses a deployment that would leave less; new accounts have a lower limit
   * (rule R-LAM-4). @default - none: the processor shares the account's instances
   */
  readonly reservedConcurrency?: number;
  /**
   * `reservedConcurrency` of the secondary region where its account limit is another. A standby that takes over needs
   * what the primary has: a warning says so. @default - the same in both regions
   */
  readonly secondarySettings?: RegionalSettings;
  /** More environment variables of the processor, the same in both regions. @default {} */
  readonly environment?: Record<string, string>;
  /** Level of the functions' logs: TRACE, DEBUG, INFO, WARN, ERROR or FATAL. @default 'INFO' */
  readonly logLevel?: string;
  /** X-Ray traces. @default true */
  readonly tracing?: boolean;
  /**
   * What must work for a region to be healthy: any of `table`, `bucket` and `database`; the rest is reported only.
   * @default ['table', 'bucket']
   */
  readonly healthCritical?: readonly string[];
}

/** One region's functions. */
export interface RegionalFunctions {
  readonly processorName: string;
  readonly processorArn: string;
  readonly processorLogGroupName: string;
  /** Attach policies to it for what your own code does besides. */
  readonly processorRoleName: string;
  readonly healthName: string;
  readonly healthArn: string;
  readonly healthLogGroupName: string;
  /** Present in a VPC. */
  readonly securityGroupId?: string;
  /** Events the processor gave up on. */
  readonly failureQueueArn: string;
  readonly failureQueueName: string;
  readonly failureQueueUrl: string;
}

/** Runtimes the provider's floor knows and Lambda still creates functions for (rule R-LAM-3). */
const RUNTIMES = [
  'dotnet8',
  'java17',
  'java21',
  'nodejs22.x',
  'provided.al2023',
  'python3.12',
  'python3.13',
  'ruby3.3',
  'ruby3.4',
] as const;

/** What the bundled functions run on. */
const BUNDLED = { runtime: 'nodejs22.x', handler: 'index.handler' };

/** Variables Lambda sets itself and refuses to be given (rule R-LAM-1). */
const RESERVED_BY_LAMBDA =
  /^(AWS_REGION|AWS_DEFAULT_REGION|AWS_ACCESS_KEY|AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|AWS_EXECUTION_ENV|AWS_LAMBDA_.*|_HANDLER|_X_AMZN_TRACE_ID|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR)$/;

/** Variables this construct sets from its props. */
const RESERVED_BY_PROPS = [
  'TABLE_NAME',
  'CUSTOMER_INDEX_NAME',
  'BUCKET_NAME',
  'REGION_ROLE',
  'STATE_MACHINE_ARN',
  'PARAMETER_PREFIX',
  'DATABASE_ENDPOINT',
  'DATABASE_PORT',
  'READER_ENDPOINT',
  'DATABASE_SECRET_NAME',
];

const TWO_WEEKS_IN_SECONDS = 14 * 24 * 3600;

/** What Lambda waits at most before it gives an event up: six hours of a service that throttles or fails. */
const EVENT_AGE_IN_SECONDS = 6 * 3600;

/** Route 53 waits two seconds for an answer; what takes longer has failed anyway. */
const HEALTH_TIMEOUT_IN_SECONDS = 5;

/** Partition key of the item the health endpoint asks for (`lambda/health/probes.ts`). */
const HEALTH_SENTINEL = 'health-sentinel';

const imageUri = known(
  z
    .string('give the URI of an image')
    .regex(
      /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\/[^:@]+(:[\w.-]+|@sha256:[0-9a-f]{64})$/,
      'give the URI of an image in ECR with its tag or digest',
    ),
);

const reservedConcurrency = integer(
  1,
  900,
  'instances: Lambda keeps 100 of an account unreserved, so more would stop its other functions',
).optional();

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  primaryKeyArn: arn('kms').optional(),
  secondaryKeyArn: arn('kms').optional(),
  primaryNetwork: instance('a RegionalNetwork').optional(),
  secondaryNetwork: instance('a RegionalNetwork').optional(),
  tableName: text,
  customerIndexName: text,
  primaryBucketName: text,
  secondaryBucketName: text,
  primaryStateMachineArn: arn('states').optional(),
  secondaryStateMachineArn: arn('states').optional(),
  parameterPrefix: known(
    z
      .string('give a path such as "/app/dev"')
      .regex(/^(\/[A-Za-z0-9._-]+)+$/, 'give a path such as "/app/dev", without a slash at its end'),
  ).optional(),
  databaseEndpoint: known(
    z
      .string('give a host name')
      .regex(
        /^(?!.*\.cluster-)[a-z0-9.-]+$/,
        'give the endpoint of the global cluster, which follows the writer: this one stays in its region when that is lost',
      ),
  ).optional(),
  primaryReaderEndpoint: text.optional(),
  secondaryReaderEndpoint: text.optional(),
  databaseSecretName: text.optional(),
  databasePort: integer(1, 65_535).optional(),
  processorCode: text.optional(),
  healthCode: text.optional(),
  primaryProcessorImageUri: imageUri.optional(),
  secondaryProcessorImageUri: imageUri.optional(),
  handler: text.optional(),
  runtime: oneOf(...RUNTIMES).optional(),
  architecture: oneOf('arm64', 'x86_64').optional(),
  memorySize: integer(128, 10_240, 'MB').optional(),
  timeoutSeconds: integer(1, 900, 'seconds').optional(),
  reservedConcurrency,
  secondarySettings: z.strictObject({ reservedConcurrency }).optional(),
  environment: z
    .record(
      z
        .string()
        .regex(
          /^[A-Za-z_]\w+$/,
          'use letters, digits and underscores in the name of a variable, starting with a letter',
        )
        .refine((name) => !RESERVED_BY_LAMBDA.test(name), 'choose another name: Lambda sets this variable itself')
        .refine((name) => !RESERVED_BY_PROPS.includes(name), 'choose another name: a prop of this construct sets it'),
      z.string('give every variable a string'),
    )
    .optional(),
  logLevel: oneOf('TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL').optional(),
  tracing: flag.optional(),
  healthCritical: z
    .array(oneOf('table', 'bucket', 'database'), 'give a list of names')
    .min(1, 'name what must work for a region to be healthy')
    .optional(),
});

/** What is different in each region. */
interface OwnOfRegion {
  readonly reservedConcurrency?: number;
  readonly keyArn?: string;
  readonly network?: RegionalNetwork;
  readonly peerCidrBlock?: string;
  readonly bucketName: string;
  readonly stateMachineArn?: string;
  readonly readerEndpoint?: string;
  readonly imageUri?: string;
}

/**
 * The functions of the system, identical in both regions but for what is local to each (rule R-LAM-5): the
 * transaction processor, and the health endpoint that says whether its region can do its work.
 *
 * Each has a log group made beforehand, a role that reaches only resources of its own region, and traces. Events the
 * processor gives up on wait two weeks in an encrypted queue. In a VPC, the functions reach AWS through endpoints:
 * give `Networking` the services of `Compute.CALLED_SERVICES`.
 *
 * @throws ConfigurationError for unknown or malformed props, half of a pair, and what contradicts itself
 */
export class Compute extends Construct {
  /**
   * The AWS services the functions call through interface endpoints when their VPC has no NAT; S3 and DynamoDB have
   * gateway endpoints. Your own code that reads the database's secret needs `secretsmanager` besides.
   */
  public static readonly CALLED_SERVICES: readonly string[] = ['ssm', 'states'];

  /** The settings that may differ in the secondary region. */
  public static readonly SETTINGS: readonly string[] = ['reservedConcurrency'];

  public readonly primary: RegionalFunctions;
  public readonly secondary: RegionalFunctions;

  constructor(scope: Construct, id: string, props: ComputeProps) {
    super(scope, id);
    validateProps(this, schema, props);
    const own = this.ownOfRegions(props);
    this.checkCode(props);
    this.checkDatabase(props);
    const { regions, secondarySettings = {} } = props;
    warnOfDifferences(
      this,
      { reservedConcurrency: props.reservedConcurrency },
      secondarySettings,
      'after a failover the processor has that many instances',
    );
    const code: Code = {
      processor: own.primary.imageUri
        ? undefined
        : new CodeAsset(this, 'ProcessorCode', props.processorCode ?? bundledFunction('transaction-processor')),
      health: new CodeAsset(this, 'HealthCode', props.healthCode ?? bundledFunction('health')),
    };
    this.primary = new RegionalCompute(this, 'Primary', regions.primary, own.primary, code, props).outputs;
    this.secondary = new RegionalCompute(this, 'Secondary', regions.secondary, own.secondary, code, props).outputs;
  }

  private ownOfRegions(props: ComputeProps): Halves<OwnOfRegion> {
    const { regions } = props;
    const keys = keyHalves(this, regions, props);
    for (const pair of ['Network', 'StateMachineArn', 'ReaderEndpoint', 'ProcessorImageUri']) {
      this.checkPair(props, `primary${pair}`, `secondary${pair}`);
    }
    for (const [role, region] of [
      ['primary', regions.primary],
      ['secondary', regions.secondary],
    ] as const) {
      checkArnRegion(this, `${role}StateMachineArn`, props[`${role}StateMachineArn`], region);
      this.checkImageRegion(`${role}ProcessorImageUri`, props[`${role}ProcessorImageUri`], region);
    }
    return {
      primary: {
        keyArn: keys.primary,
        network: props.primaryNetwork,
        peerCidrBlock: props.secondaryNetwork?.cidrBlock,
        reservedConcurrency: props.reservedConcurrency,
        bucketName: props.primaryBucketName,
        stateMachineArn: props.primaryStateMachineArn,
        readerEndpoint: props.primaryReaderEndpoint,
        imageUri: props.primaryProcessorImageUri,
      },
      secondary: {
        keyArn: keys.secondary,
        network: props.secondaryNetwork,
        peerCidrBlock: props.primaryNetwork?.cidrBlock,
        reservedConcurrency: props.secondarySettings?.reservedConcurrency ?? props.reservedConcurrency,
        bucketName: props.secondaryBucketName,
        stateMachineArn: props.secondaryStateMachineArn,
        readerEndpoint: props.secondaryReaderEndpoint,
        imageUri: props.secondaryProcessorImageUri,
      },
    };
  }

  private checkPair(props: ComputeProps, ...names: readonly string[]): void {
    const given = props as unknown as Record<string, unknown>;
    const [missing, other] = names.filter((name) => given[name] === undefined);
    if (missing !== undefined && other === undefined) {
      const found = names.find((name) => name !== missing);
      throw this.problem(missing, undefined, `give it, or remove ${found}: both regions are built alike`);
    }
  }

  private checkImageRegion(prop: string, uri: string | undefined, region: Region): void {
    if (uri === undefined || Token.isUnresolved(uri) || uri.includes(`.dkr.ecr.${region.name}.`)) return;
    throw this.problem(prop, uri, `give an image in ${region.name}: Lambda takes images of its own region only`);
  }

  private checkCode(props: ComputeProps): void {
    const { processorCode, healthCode, handler, runtime } = props;
    if (props.primaryProcessorImageUri && processorCode) {
      throw this.problem('processorCode', processorCode, 'give either code or an image, not both');
    }
    if (handler && !processorCode && !healthCode) {
      throw this.problem('handler', handler, 'remove it: it is for code of your own, in processorCode or healthCode');
    }
    if (runtime && !processorCode && !healthCode) {
      throw this.problem('runtime', runtime, 'remove it: it is for code of your own, in processorCode or healthCode');
    }
  }

  private checkDatabase(props: ComputeProps): void {
    const { databaseEndpoint, primaryReaderEndpoint, primaryNetwork, databasePort, healthCritical } = props;
    const endpoint = databaseEndpoint ?? primaryReaderEndpoint;
    if (endpoint && !primaryNetwork) {
      const prop = databaseEndpoint ? 'databaseEndpoint' : 'primaryReaderEndpoint';
      throw this.problem(
        prop,
        endpoint,
        'give primaryNetwork and secondaryNetwork: a database is reached from its VPC',
      );
    }
    if (databasePort !== undefined && !endpoint) {
      throw this.problem('databasePort', databasePort, 'give databaseEndpoint or reader endpoints, or remove it');
    }
    if (healthCritical?.includes('database') && !primaryReaderEndpoint) {
      throw this.problem('healthCritical', healthCritical, 'give reader endpoints, or remove "database"');
    }
  }

  private problem(prop: string, received: unknown, wayOut: string): ConfigurationError {
    return new ConfigurationError(this, { prop, received, wayOut });
  }
}

/** The code of both regions: the same object, so the same bytes and hash. */
interface Code {
  /** Absent where the processor is an image. */
  readonly processor?: CodeAsset;
  readonly health: CodeAsset;
}

interface FunctionParts {
  readonly name: string;
  readonly description: string;
  readonly statements: readonly PolicyStatement[];
  readonly code: Partial<LambdaFunctionConfig>;
  readonly environment: Record<string, string>;
  readonly timeout: number;
  readonly reservedConcurrency?: number;
}

interface BuiltFunction {
  readonly function: LambdaFunction;
  readonly logGroup: CloudwatchLogGroup;
  readonly role: ServiceRole;
}

/** The functions of one region, with everything that is theirs. */
class RegionalCompute extends Construct {
  public readonly outputs: RegionalFunctions;
  private readonly vpcConfig?: LambdaFunctionVpcConfig;

  constructor(
    scope: Construct,
    id: string,
    private readonly region: Region,
    private readonly own: OwnOfRegion,
    private readonly code: Code,
    private readonly props: ComputeProps,
  ) {
    super(scope, id);
    const securityGroup = own.network && this.buildSecurityGroup(own.network);
    this.vpcConfig = own.network &&
      securityGroup && { subnetIds: [...own.network.privateSubnetIds], securityGroupIds: [securityGroup.id] };
    const failures = this.buildFailureQueue();
    const processor = this.buildProcessor(failures);
    const health = this.buildHealth();
    new LambdaFunctionEventInvokeConfig(this, 'ProcessorEvents', {
      provider: region.provider,
      functionName: processor.function.functionName,
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: EVENT_AGE_IN_SECONDS,
      destinationConfig: { onFailure: { destination: failures.arn } },
      // Lambda checks that the role may send to the queue.
      dependsOn: processor.role.policy && [processor.role.policy],
    });
    this.outputs = {
      processorName: processor.function.functionName,
      processorArn: processor.function.arn,
      processorLogGroupName: processor.logGroup.name,
      processorRoleName: processor.role.role.name,
      healthName: health.function.functionName,
      healthArn: health.function.arn,
      healthLogGroupName: health.logGroup.name,
      securityGroupId: securityGroup?.id,
      failureQueueArn: failures.arn,
      failureQueueName: failures.name,
      failureQueueUrl: failures.url,
    };
  }

  private buildProcessor(failures: SqsQueue): BuiltFunction {
    const { props, region, own } = this;
    const { tableName, customerIndexName, parameterPrefix } = props;
    const table = region.arn('dynamodb', `table/${tableName}`);
    const code = this.code.processor;
    return this.buildFunction('Processor', {
      name: 'transaction-processor',
      description: `Takes, pays and fulfils orders in ${region.name}`,
      timeout: props.timeoutSeconds ?? 30,
      reservedConcurrency: own.reservedConcurrency,
      code: code ? this.zip(code, props.processorCode) : { packageType: 'Image', imageUri: own.imageUri },
      environment: defined({
        ...props.environment,
        TABLE_NAME: tableName,
        CUSTOMER_INDEX_NAME: customerIndexName,
        BUCKET_NAME: own.bucketName,
        REGION_ROLE: region.role,
        STATE_MACHINE_ARN: own.stateMachineArn,
        PARAMETER_PREFIX: parameterPrefix,
        DATABASE_ENDPOINT: props.databaseEndpoint,
        DATABASE_PORT: this.databasePort?.toString(),
        READER_ENDPOINT: own.readerEndpoint,
        DATABASE_SECRET_NAME: props.databaseSecretName,
      }),
      statements: [
        {
          sid: 'Records',
          actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
          resources: [table],
        },
        { sid: 'OrdersOfCustomer', actions: ['dynamodb:Query'], resources: [`${table}/index/${customerIndexName}`] },
        {
          sid: 'Archive',
          actions: ['s3:PutObject'],
          resources: [`arn:${region.partition}:s3:::${own.bucketName}/transactions/*`],
        },
        { sid: 'FailedEvents', actions: ['sqs:SendMessage'], resources: [failures.arn] },
        ...this.grant('StartWorkflow', 'states:StartExecution', own.stateMachineArn),
        ...this.grant(
          'Parameters',
          'ssm:GetParameter',
          parameterPrefix && region.arn('ssm', `parameter${parameterPrefix}/*`),
        ),
        ...this.grant(
          'DatabaseSecret',
          'secretsmanager:GetSecretValue',
          // Secrets Manager ends the ARN with six characters of its own.
          props.databaseSecretName && region.arn('secretsmanager', `secret:${props.databaseSecretName}-??????`),
        ),
        ...this.keyStatements('kms:Decrypt', 'kms:GenerateDataKey'),
      ],
    });
  }

  private buildHealth(): BuiltFunction {
    const { props, region, own } = this;
    return this.buildFunction('Health', {
      name: 'health',
      description: `Says whether ${region.name} can do its work`,
      timeout: HEALTH_TIMEOUT_IN_SECONDS,
      code: this.zip(this.code.health, props.healthCode),
      environment: defined({
        TABLE_NAME: props.tableName,
        BUCKET_NAME: own.bucketName,
        REGION_ROLE: region.role,
        READER_ENDPOINT: own.readerEndpoint,
        DATABASE_PORT: own.readerEndpoint && this.databasePort?.toString(),
        HEALTH_CRITICAL: (props.healthCritical ?? ['table', 'bucket']).join(','),
      }),
      statements: [
        {
          sid: 'Sentinel',
          actions: ['dynamodb:GetItem'],
          resources: [region.arn('dynamodb', `table/${props.tableName}`)],
          conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [HEALTH_SENTINEL] } },
        },
        { sid: 'Bucket', actions: ['s3:ListBucket'], resources: [`arn:${region.partition}:s3:::${own.bucketName}`] },
        ...this.keyStatements('kms:Decrypt'),
      ],
    });
  }

  private buildFunction(id: string, parts: FunctionParts): BuiltFunction {
    const { region, own, props } = this;
    const half = new Construct(this, id);
    const functionName = region.resourceName('function', parts.name);
    const logGroup = new CloudwatchLogGroup(half, 'LogGroup', {
      provider: region.provider,
      name: `/aws/lambda/${functionName}`,
      retentionInDays: props.regions.protection.logRetentionInDays,
      kmsKeyId: own.keyArn,
    });
    const role = new ServiceRole(half, 'Role', {
      region,
      name: parts.name,
      description: parts.description,
      servicePrincipal: 'lambda.amazonaws.com',
      statements: [
        { sid: 'Logs', actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [`${logGroup.arn}:*`] },
        ...parts.statements,
        ...this.tracingStatements(),
        ...this.networkStatements(functionName),
      ],
    });
    const built = new LambdaFunction(half, 'Function', {
      provider: region.provider,
      functionName,
      description: parts.description,
      role: role.arn,
      ...parts.code,
      architectures: [props.architecture ?? 'arm64'],
      memorySize: props.memorySize ?? 512,
      timeout: parts.timeout,
      reservedConcurrentExecutions: parts.reservedConcurrency,
      environment: { variables: parts.environment },
      kmsKeyArn: own.keyArn,
      loggingConfig: {
        logFormat: 'JSON',
        logGroup: logGroup.name,
        applicationLogLevel: props.logLevel ?? 'INFO',
        // Health checkers invoke a function millions of times a month: Lambda's own lines about each are not worth theirs.
        systemLogLevel: 'WARN',
      },
      tracingConfig: { mode: (props.tracing ?? true) ? 'Active' : 'PassThrough' },
      vpcConfig: this.vpcConfig,
      // The interfaces of a VPC function are made with its role, and its first line is written to the group.
      dependsOn: role.policy && [logGroup, role.policy],
    });
    return { function: built, logGroup, role };
  }

  private zip(code: CodeAsset, own?: string): Partial<LambdaFunctionConfig> {
    const { handler, runtime } = this.props;
    return {
      filename: code.path,
      sourceCodeHash: code.sha256,
      handler: (own && handler) || BUNDLED.handler,
      runtime: (own && runtime) || BUNDLED.runtime,
    };
  }

  /** What Lambda could not do with an event, encrypted, for two weeks: the longest SQS keeps anything (rule R-LAM-8). */
  private buildFailureQueue(): SqsQueue {
    const { region, own } = this;
    const queue = new SqsQueue(this, 'Failures', {
      provider: region.provider,
      name: region.resourceName('queue', 'transaction-failures'),
      messageRetentionSeconds: TWO_WEEKS_IN_SECONDS,
      ...(own.keyArn ? { kmsMasterKeyId: own.keyArn } : { sqsManagedSseEnabled: true }),
    });
    new SqsQueuePolicy(this, 'FailuresPolicy', {
      provider: region.provider,
      queueUrl: queue.url,
      policy: policyDocument([
        {
          sid: 'OnlyOverTls',
          effect: 'Deny',
          principals: { AWS: '*' },
          actions: ['sqs:*'],
          resources: [queue.arn],
          conditions: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ]),
    });
    return queue;
  }

  private buildSecurityGroup(network: RegionalNetwork): SecurityGroup {
    const { region, own } = this;
    const name = region.resourceName('security group', 'functions');
    const group = new SecurityGroup(this, 'SecurityGroup', {
      provider: region.provider,
      name,
      description: 'What the functions may talk to',
      vpcId: network.vpcId,
      tags: { Name: name },
    });
    const egress = (id: string, port: number, description: string, to: Record<string, string>): void => {
      new VpcSecurityGroupEgressRule(this, id, {
        provider: region.provider,
        securityGroupId: group.id,
        description,
        ipProtocol: 'tcp',
        fromPort: port,
        toPort: port,
        ...to,
        tags: { Name: name },
      });
    };
    egress('ToEndpoints', 443, 'AWS through interface endpoints', { cidrIpv4: network.cidrBlock });
    network.gatewayPrefixListIds.forEach((prefixListId) =>
      egress(`ToGateway-${stableId(this, prefixListId)}`, 443, 'S3 and DynamoDB through gateway endpoints', {
        prefixListId,
      }),
    );
    if (this.databasePort !== undefined && own.peerCidrBlock !== undefined) {
      egress('ToDatabase', this.databasePort, 'The database in this VPC', { cidrIpv4: network.cidrBlock });
      // The global writer may be in the other region; groups cannot be named across regions (rule R-NET-5).
      egress('ToPeerDatabase', this.databasePort, 'The database in the other region', { cidrIpv4: own.peerCidrBlock });
    }
    if (network.internetEgress) egress('ToInternet', 443, 'HTTPS through NAT', { cidrIpv4: '0.0.0.0/0' });
    return group;
  }

  private get databasePort(): number | undefined {
    const hasDatabase = this.props.databaseEndpoint ?? this.own.readerEndpoint;
    return hasDatabase === undefined ? undefined : (this.props.databasePort ?? 5432);
  }

  private grant(sid: string, action: string, resource?: string): PolicyStatement[] {
    return resource === undefined ? [] : [{ sid, actions: [action], resources: [resource] }];
  }

  private keyStatements(...actions: string[]): PolicyStatement[] {
    return this.own.keyArn ? [{ sid: 'Key', actions, resources: [this.own.keyArn] }] : [];
  }

  /** X-Ray has no resources to name. */
  private tracingStatements(): PolicyStatement[] {
    if (this.props.tracing === false) return [];
    return [{ sid: 'Traces', actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], resources: ['*'] }];
  }

  /**
   * Lambda makes the network interfaces with this role and takes no narrower resource; the second statement keeps the
   * function's own code from using the permission.
   * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-best-practice
   */
  private networkStatements(functionName: string): PolicyStatement[] {
    if (!this.own.network) return [];
    const actions = [
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ];
    return [
      { sid: 'NetworkInterfaces', actions, resources: ['*'] },
      {
        sid: 'NotForTheCode',
        effect: 'Deny',
        actions,
        resources: ['*'],
        conditions: {
          ArnEquals: { 'lambda:SourceFunctionArn': this.region.arn('lambda', `function:${functionName}`) },
        },
      },
    ];
  }
}

function defined(variables: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
