import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { SfnStateMachine } from '@cdktf/provider-aws/lib/sfn-state-machine';
import { Construct } from 'constructs';
import { z } from 'zod';
import { checkArnRegion } from '../core/arn-region';
import { ConfigurationError } from '../core/errors';
import { DELIVER_LOGS, PolicyStatement, ServiceRole } from '../core/iam';
import { LAMBDA_ERRORS } from '../core/lambda-errors';
import { keyHalves } from '../core/key-pair';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import { arn, flag, instance, integer, oneOf, text, validateProps } from '../core/validation';

/** Props of `Workflow`. */
export interface WorkflowProps {
  /** The two regions. */
  readonly regions: RegionPair;
  /** Key of the primary region, for the log. @default - keys that AWS owns */
  readonly primaryKeyArn?: string;
  /** Key of the secondary region. @default - keys that AWS owns */
  readonly secondaryKeyArn?: string;
  /** The function that does the work in the primary region. */
  readonly primaryFunctionArn: string;
  /** The same in the secondary region (rule R-SFN-1). */
  readonly secondaryFunctionArn: string;
  /**
   * Your own definition in the Amazon States Language. Write `${functionArn}` wherever the function of the region
   * belongs; there is no other placeholder. @default - validate, pay and fulfil an order, and record what failed
   */
  readonly definition?: string;
  /** How long one attempt of a task may take, in seconds: longer than the function may run. @default 60 */
  readonly taskTimeoutSeconds?: number;
  /** What is logged: ALL, ERROR or FATAL. @default 'ALL' */
  readonly logLevel?: string;
  /** Also logs what goes in and out of every state, which is the orders themselves. @default false */
  readonly includeExecutionData?: boolean;
  /** X-Ray traces. @default true */
  readonly tracing?: boolean;
}

/** One region's state machine. */
export interface RegionalWorkflow {
  readonly stateMachineArn: string;
  readonly stateMachineName: string;
  readonly logGroupName: string;
}

const RESOURCE = 'order-processing';

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  primaryKeyArn: arn('kms').optional(),
  secondaryKeyArn: arn('kms').optional(),
  primaryFunctionArn: arn('lambda'),
  secondaryFunctionArn: arn('lambda'),
  definition: text.optional(),
  taskTimeoutSeconds: integer(1, 1000, 'seconds').optional(),
  logLevel: oneOf('ALL', 'ERROR', 'FATAL').optional(),
  includeExecutionData: flag.optional(),
  tracing: flag.optional(),
});

/**
 * The same state machine in both regions (rules R-SFN-1 to R-SFN-3), of the type STANDARD: an execution is named after
 * its order and runs at most once per name. An execution does not move to the other region when its own is lost; the
 * order is on record in both, and handing it in again in the other region goes on with it (rule R-SFN-4).
 *
 * @throws ConfigurationError for unknown or malformed props, and for a definition that is not one
 */
export class Workflow extends Construct {
  /** The ARN of the state machine of a region, known before it exists: the function that starts it is also its worker. */
  public static stateMachineArn(region: Region): string {
    return region.arn('states', `stateMachine:${region.resourceName('state machine', RESOURCE)}`);
  }

  public readonly primary: RegionalWorkflow;
  public readonly secondary: RegionalWorkflow;

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    validateProps(this, schema, props);
    const { regions, primaryFunctionArn, secondaryFunctionArn } = props;
    checkArnRegion(this, 'primaryFunctionArn', primaryFunctionArn, regions.primary);
    checkArnRegion(this, 'secondaryFunctionArn', secondaryFunctionArn, regions.secondary);
    const keys = keyHalves(this, regions, props);
    if (props.definition !== undefined) this.checkDefinition(props.definition);
    const half = (name: string, region: Region, functionArn: string, keyArn?: string): RegionalWorkflow =>
      buildHalf(new Construct(this, name), region, functionArn, props, keyArn);
    this.primary = half('Primary', regions.primary, primaryFunctionArn, keys.primary);
    this.secondary = half('Secondary', regions.secondary, secondaryFunctionArn, keys.secondary);
  }

  private checkDefinition(definition: string): void {
    const problem = (wayOut: string): ConfigurationError =>
      new ConfigurationError(this, { prop: 'definition', received: definition, wayOut });
    const [other] = definition.replaceAll(PLACEHOLDER, '').match(/\$\{(?!TfToken\[)[^}]*\}?/) ?? [];
    if (other !== undefined) throw problem(`replace ${other}: the only placeholder is ${PLACEHOLDER}`);
    let parsed: unknown;
    try {
      parsed = JSON.parse(definition);
    } catch {
      throw problem('give JSON');
    }
    const shape = z.object({ StartAt: z.string(), States: z.record(z.string(), z.unknown()) }).safeParse(parsed);
    if (!shape.success) throw problem('give a definition with StartAt and States');
    const { StartAt, States } = shape.data;
    if (!(StartAt in States)) throw problem(`start at one of the states: ${Object.keys(States).join(', ')}`);
  }
}

/** Stands for the function of the region in a definition. */
const PLACEHOLDER = '${functionArn}';

function buildHalf(
  half: Construct,
  region: Region,
  functionArn: string,
  props: WorkflowProps,
  keyArn?: string,
): RegionalWorkflow {
  const definition = props.definition ?? orderProcessing(region.partition, props.taskTimeoutSeconds ?? 60);
  const name = region.resourceName('state machine', RESOURCE);
  const tracing = props.tracing ?? true;
  const logGroup = new CloudwatchLogGroup(half, 'LogGroup', {
    provider: region.provider,
    // Groups below this path share one resource policy, whose size AWS limits (rule R-SFN-2).
    name: `/aws/vendedlogs/states/${name}`,
    retentionInDays: props.regions.protection.logRetentionInDays,
    kmsKeyId: keyArn,
  });
  const role = new ServiceRole(half, 'Role', {
    region,
    name: RESOURCE,
    description: `Lets the state machine ${name} call its function`,
    servicePrincipal: 'states.amazonaws.com',
    statements: [
      { sid: 'Work', actions: ['lambda:InvokeFunction'], resources: [functionArn, `${functionArn}:*`] },
      DELIVER_LOGS,
      ...(tracing ? [TRACE] : []),
    ],
  });
  const stateMachine = new SfnStateMachine(half, 'StateMachine', {
    provider: region.provider,
    name,
    type: 'STANDARD',
    roleArn: role.arn,
    // Terraform would take the two characters for the start of a directive.
    definition: definition.replaceAll(PLACEHOLDER, functionArn).replaceAll('%{', '%%{'),
    loggingConfiguration: {
      level: props.logLevel ?? 'ALL',
      includeExecutionData: props.includeExecutionData ?? false,
      logDestination: `${logGroup.arn}:*`,
    },
    tracingConfiguration: { enabled: tracing },
    // Step Functions tries the role's permissions on the log when the state machine is made.
    dependsOn: role.policy && [role.policy],
  });
  return { stateMachineArn: stateMachine.arn, stateMachineName: name, logGroupName: logGroup.name };
}

/** X-Ray has no resources to name. */
const TRACE: PolicyStatement = {
  sid: 'Traces',
  actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'],
  resources: ['*'],
};

/**
 * What a call of Lambda may fail with and succeed when it is made again: Lambda's own errors, a function that ran out of
 * time or memory, and the errors by which the function says so. Every task may be repeated, so all are.
 * https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
 */
const TRANSIENT = {
  ErrorEquals: [...LAMBDA_ERRORS, 'ServiceUnavailable'],
  IntervalSeconds: 2,
  MaxAttempts: 6,
  BackoffRate: 2,
  MaxDelaySeconds: 60,
  JitterStrategy: 'FULL',
};

/** A payment provider may be away for longer than a service of AWS: retried for up to a quarter of an hour. */
const PAYMENT = {
  ErrorEquals: ['PaymentUnavailable'],
  IntervalSeconds: 5,
  MaxAttempts: 8,
  BackoffRate: 2,
  MaxDelaySeconds: 300,
  JitterStrategy: 'FULL',
};

/**
 * Validate, pay, fulfil; on the first final error record it and fail with it. A task hands its whole state to the
 * function as `input`, so that an execution without an order ends as a refused order.
 */
function orderProcessing(partition: string, taskTimeoutSeconds: number): string {
  const task = (action: string, next: object): object => ({
    Type: 'Task',
    Resource: `arn:${partition}:states:::lambda:invoke`,
    Parameters: {
      FunctionName: PLACEHOLDER,
      Payload: { action, 'input.$': '$', 'startedAt.$': '$$.Execution.StartTime' },
    },
    TimeoutSeconds: taskTimeoutSeconds,
    ...next,
  });
  const step = (action: string, next: object, ...retriers: object[]): object =>
    task(action, {
      OutputPath: '$.Payload',
      Retry: [TRANSIENT, ...retriers],
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'RecordFailure' }],
      ...next,
    });
  return JSON.stringify({
    Comment: 'Takes an order through validation, payment and fulfilment',
    StartAt: 'Validate',
    States: {
      Validate: step('validate', { Next: 'Pay' }),
      Pay: step('pay', { Next: 'Fulfil' }, PAYMENT),
      Fulfil: step('fulfil', { End: true }),
      RecordFailure: task('recordFailure', {
        ResultPath: null,
        Retry: [TRANSIENT],
        // The execution fails with the first error, recorded or not.
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.recording', Next: 'Failed' }],
        Next: 'Failed',
      }),
      Failed: { Type: 'Fail', ErrorPath: '$.failure.Error', CausePath: '$.failure.Cause' },
    },
  });
}
