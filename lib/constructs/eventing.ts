import { CloudwatchEventArchive } from '@cdktf/provider-aws/lib/cloudwatch-event-archive';
import { CloudwatchEventBus } from '@cdktf/provider-aws/lib/cloudwatch-event-bus';
import { CloudwatchEventEndpoint } from '@cdktf/provider-aws/lib/cloudwatch-event-endpoint';
import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission';
import { Route53HealthCheck } from '@cdktf/provider-aws/lib/route53-health-check';
import { SchedulerSchedule } from '@cdktf/provider-aws/lib/scheduler-schedule';
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy';
import { Fn } from 'cdktf';
import { Construct } from 'constructs';
import { z } from 'zod';
import { checkArnRegions } from '../core/arn-region';
import { ConfigurationError } from '../core/errors';
import { bothHalves, halfOf, Halves } from '../core/halves';
import { policyDocument, ServiceRole } from '../core/iam';
import { keyHalves } from '../core/key-pair';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import { arn, flag, instance, integer, text, validateProps } from '../core/validation';

/** Props of `Eventing`. */
export interface EventingProps {
  /** The two regions. */
  readonly regions: RegionPair;
  /** Function in the primary region that receives orders. */
  readonly primaryFunctionArn: string;
  /** Its name, for the permission to invoke it. */
  readonly primaryFunctionName: string;
  /** The same function in the secondary region. */
  readonly secondaryFunctionArn: string;
  /** Its name. */
  readonly secondaryFunctionName: string;
  /** Key for what the dead-letter queue of the primary holds. @default - a key that SQS manages */
  readonly primaryKeyArn?: string;
  /** The same in the secondary region; give both or neither. @default - a key that SQS manages */
  readonly secondaryKeyArn?: string;
  /** Name of the bus, without suffix; the same in both regions. @default 'orders' */
  readonly busName?: string;
  /** `source` of the events that the function receives. @default 'app.orders' */
  readonly orderSource?: string;
  /** `detail-type` of the events that the function receives. @default 'OrderSubmitted' */
  readonly orderDetailType?: string;
  /** Builds the global endpoint. Turn it off in regions that have none. @default true */
  readonly globalEndpoint?: boolean;
  /** Sends every event of the endpoint to both regions. Without it, recovery is by hand (rule R-EB-4). @default true */
  readonly replication?: boolean;
  /**
   * Sends an event through each bus every minute, so that an idle bus is told from a failed one. Without it the
   * endpoint keeps its last state while no data arrives, and so outlives a region that falls silent. @default true
   */
  readonly heartbeat?: boolean;
  /** Days for which the secondary bus keeps events for replay. @default 7 */
  readonly archiveRetentionDays?: number;
  /** Keeps them on the primary bus too. @default false */
  readonly archiveInPrimary?: boolean;
  /** Attempts to deliver an event after the first. @default 185 */
  readonly retryAttempts?: number;
  /** Age in seconds at which an undelivered event goes to the dead-letter queue. @default 86400 */
  readonly maximumEventAgeSeconds?: number;
  /** Latency in milliseconds, held for five minutes, at which the primary is failed. @default 30000 */
  readonly alarmThresholdMilliseconds?: number;
}

/** The bus of one region and what hangs on it. */
export interface RegionalEventing {
  readonly busArn: string;
  readonly ruleArn: string;
  readonly ruleName: string;
  /** Queue with the orders that could not be delivered. */
  readonly deadLetterQueueName: string;
  readonly deadLetterQueueArn: string;
  readonly deadLetterQueueUrl: string;
  /** Undefined where nothing is archived. */
  readonly archiveArn?: string;
}

const ENDPOINT_REGIONS = [
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-south-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'sa-east-1',
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
];

const HEARTBEAT_SOURCE = 'dr.heartbeat';

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  primaryFunctionArn: arn('lambda'),
  primaryFunctionName: text,
  secondaryFunctionArn: arn('lambda'),
  secondaryFunctionName: text,
  primaryKeyArn: arn('kms').optional(),
  secondaryKeyArn: arn('kms').optional(),
  busName: z
    .string('give a name such as "orders"')
    .regex(/^[a-z][a-z0-9-]*$/, 'use lower-case letters, digits and hyphens, starting with a letter')
    .optional(),
  orderSource: z
    .string('give a source such as "app.orders"')
    .regex(/^(?!aws\.)[A-Za-z0-9._/-]{1,256}$/, 'give a source such as "app.orders"; AWS reserves the prefix "aws."')
    .refine((source) => source !== HEARTBEAT_SOURCE, `choose another source: "${HEARTBEAT_SOURCE}" is the heartbeat's`)
    .optional(),
  orderDetailType: text.max(128, 'use at most 128 characters').optional(),
  globalEndpoint: flag.optional(),
  replication: flag.optional(),
  heartbeat: flag.optional(),
  archiveRetentionDays: integer(1, 3650, 'days').optional(),
  archiveInPrimary: flag.optional(),
  retryAttempts: integer(0, 185).optional(),
  maximumEventAgeSeconds: integer(60, 86400, 'seconds').optional(),
  alarmThresholdMilliseconds: integer(1000, 300000, 'milliseconds').optional(),
});

/**
 * The same event bus, rule and target in both regions, and a global endpoint that sends events to the primary while it
 * is healthy and to the secondary when it is not (rules R-EB-1 to R-EB-11).
 *
 * Publishers call `PutEvents` with the endpoint id AND the bus name, and must sign with SigV4A: SDKs need the AWS
 * Common Runtime or `@aws-sdk/signature-v4a`, and credentials of a regional STS endpoint. They need `events:PutEvents`
 * on both buses. Only custom events published this way fail over; events of AWS services, of Scheduler, and events
 * published to a bus directly stay in their region.
 *
 * With replication on, BOTH regions process every event, and its `id` differs between them: consumers must be
 * idempotent on a business id. AWS states an RTO and RPO of 360 seconds, 420 at most
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-global-endpoints.html); no claim below that holds.
 *
 * The buses themselves are encrypted with a key that AWS owns, so that neither delivery nor replication depends on a
 * key policy. They need no resource policy: every publisher is of this account.
 *
 * @throws ConfigurationError for malformed props, ARNs of another region, one key of two, and regions without global endpoints
 */
export class Eventing extends Construct {
  /** Name of the bus, the same in both regions. */
  public readonly busName: string;
  public readonly primary: RegionalEventing;
  public readonly secondary: RegionalEventing;
  /** The five below are undefined without a global endpoint. */
  public readonly endpointArn?: string;
  /** What publishers give as `EndpointId`, such as `abcde.veo`. */
  public readonly endpointId?: string;
  public readonly endpointUrl?: string;
  /** Id of the Route 53 health check that moves the endpoint. */
  public readonly healthCheckId?: string;
  /** Alarm in the primary region that the health check follows. */
  public readonly alarmName?: string;

  constructor(scope: Construct, id: string, props: EventingProps) {
    super(scope, id);
    validateProps(this, schema, props);
    const { regions, primaryFunctionArn, secondaryFunctionArn } = props;
    checkArnRegions(this, regions.primary, { primaryFunctionArn });
    checkArnRegions(this, regions.secondary, { secondaryFunctionArn });
    const keys = keyHalves(this, regions, props);
    const withEndpoint = props.globalEndpoint ?? true;
    if (withEndpoint) this.checkRegions(regions);
    this.busName = regions.sharedName('event bus', resourceOf(props));

    const own: Halves<OwnOfRegion> = {
      primary: {
        functionArn: primaryFunctionArn,
        functionName: props.primaryFunctionName,
        keyArn: keys.primary,
        archived: props.archiveInPrimary ?? false,
      },
      secondary: {
        functionArn: secondaryFunctionArn,
        functionName: props.secondaryFunctionName,
        keyArn: keys.secondary,
        archived: true,
      },
    };
    const halves = bothHalves(
      regions,
      (region, name) => new RegionalBus(this, name, { region, own: halfOf(own, region), props, busName: this.busName }),
    );
    this.primary = halves.primary.outputs;
    this.secondary = halves.secondary.outputs;

    if (withEndpoint) {
      const { alarm, healthCheck } = this.buildHealthCheck(props);
      const endpoint = this.buildEndpoint(props, halves, healthCheck);
      this.alarmName = alarm.alarmName;
      this.healthCheckId = healthCheck.id;
      this.endpointArn = endpoint.arn;
      this.endpointUrl = endpoint.endpointUrl;
      // The provider has no attribute for the id: it is what the URL https://{id}.endpoint.events... starts with.
      this.endpointId = Fn.join('.', Fn.slice(Fn.split('.', Fn.trimprefix(endpoint.endpointUrl, 'https://')), 0, 2));
    }
  }

  private checkRegions(regions: RegionPair): void {
    const without = regions.both.map(({ name }) => name).filter((name) => !ENDPOINT_REGIONS.includes(name));
    if (without.length === 0) return;
    throw new ConfigurationError(this, {
      prop: 'globalEndpoint',
      received: true,
      wayOut: `set it to false or choose other regions: EventBridge has no global endpoints in ${without.join(' and ')}`,
    });
  }

  /**
   * Alarm and health check of AWS's own template: the metric has no dimensions, so that it measures EventBridge in the
   * region and not one subscriber (rule R-EB-5).
   * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-ge-cfn.html
   */
  private buildHealthCheck(props: EventingProps): { alarm: CloudwatchMetricAlarm; healthCheck: Route53HealthCheck } {
    const { provider, name: regionName } = props.regions.primary;
    const resource = `${resourceOf(props)}-latency`;
    const heartbeat = props.heartbeat ?? true;
    const alarm = new CloudwatchMetricAlarm(this, 'LatencyAlarm', {
      provider,
      alarmName: props.regions.primary.resourceName('alarm', resource),
      alarmDescription: `EventBridge in ${regionName} is slow or silent: the global endpoint of ${this.busName} fails over`,
      namespace: 'AWS/Events',
      metricName: 'IngestionToInvocationStartLatency',
      statistic: 'Average',
      period: 60,
      evaluationPeriods: 5,
      threshold: props.alarmThresholdMilliseconds ?? 30_000,
      comparisonOperator: 'GreaterThanThreshold',
      treatMissingData: heartbeat ? 'breaching' : 'missing',
    });
    const healthCheck = new Route53HealthCheck(this, 'HealthCheck', {
      provider,
      type: 'CLOUDWATCH_METRIC',
      cloudwatchAlarmName: alarm.alarmName,
      cloudwatchAlarmRegion: regionName,
      insufficientDataHealthStatus: heartbeat ? 'Unhealthy' : 'LastKnownStatus',
      // Route 53 copies the alarm's definition and does not follow later changes (rule R-R53-12).
      triggers: Object.fromEntries(
        ['comparison_operator', 'evaluation_periods', 'period', 'statistic', 'threshold', 'treat_missing_data'].map(
          (attribute) => [attribute, alarm.getStringAttribute(attribute)],
        ),
      ),
      tags: { Name: props.regions.sharedName('alarm', resource) },
    });
    return { alarm, healthCheck };
  }

  private buildEndpoint(
    props: EventingProps,
    halves: Halves<RegionalBus>,
    healthCheck: Route53HealthCheck,
  ): CloudwatchEventEndpoint {
    const { regions, replication = true } = props;
    const buses = [halves.primary.outputs.busArn, halves.secondary.outputs.busArn];
    const role = replication ? this.buildReplicationRole(props, buses) : undefined;
    return new CloudwatchEventEndpoint(this, 'Endpoint', {
      provider: regions.primary.provider,
      name: this.busName,
      description: `Sends events to ${regions.primary.name}, or to ${regions.secondary.name} when that fails`,
      eventBus: buses.map((eventBusArn) => ({ eventBusArn })),
      replicationConfig: { state: replication ? 'ENABLED' : 'DISABLED' },
      roleArn: role?.arn,
      routingConfig: {
        failoverConfig: {
          primary: { healthCheck: healthCheck.arn },
          secondary: { route: regions.secondary.name },
        },
      },
      dependsOn: role?.policy && [role.policy],
    });
  }

  /** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-global-endpoints.html, "Event replication" */
  private buildReplicationRole(props: EventingProps, buses: readonly string[]): ServiceRole {
    const { regions } = props;
    const region = regions.primary;
    const name = `${resourceOf(props)}-replication`;
    return new ServiceRole(this, 'ReplicationRole', {
      region,
      name,
      description: `Replicates events of ${this.busName} between ${regions.primary.name} and ${regions.secondary.name}`,
      servicePrincipal: 'events.amazonaws.com',
      // AWS documents the trust of this role without a condition; with one, the endpoint could not make its rules.
      restrictToAccount: false,
      statements: [
        {
          sid: 'ManagedRules',
          actions: ['events:PutRule', 'events:PutTargets', 'events:DeleteRule', 'events:RemoveTargets'],
          resources: regions.both.map((each) => each.arn('events', `rule/${this.busName}/GlobalEndpointManagedRule-*`)),
        },
        { sid: 'Replicate', actions: ['events:PutEvents'], resources: buses },
        {
          sid: 'TargetsOfManagedRules',
          actions: ['iam:PassRole'],
          resources: [`arn:${region.partition}:iam::${region.accountId}:role/${region.resourceName('role', name)}`],
          conditions: { StringLike: { 'iam:PassedToService': 'events.amazonaws.com' } },
        },
      ],
    });
  }
}

/** What differs between the halves. */
interface OwnOfRegion {
  readonly functionArn: string;
  readonly functionName: string;
  readonly keyArn?: string;
  readonly archived: boolean;
}

interface RegionalBusProps {
  readonly region: Region;
  readonly own: OwnOfRegion;
  readonly busName: string;
  readonly props: EventingProps;
}

/** Bus, order rule with its target and dead-letter queue, heartbeat and archive of one region. */
class RegionalBus extends Construct {
  public readonly outputs: RegionalEventing;
  private readonly region: Region;
  private readonly resource: string;
  private readonly busName: string;

  constructor(scope: Construct, id: string, { region, own, busName, props }: RegionalBusProps) {
    super(scope, id);
    this.region = region;
    this.resource = resourceOf(props);
    const bus = new CloudwatchEventBus(this, 'Bus', { provider: region.provider, name: busName });
    this.busName = bus.name;

    const deadLetters = new SqsQueue(this, 'DeadLetters', {
      provider: region.provider,
      name: region.resourceName('queue', `${this.resource}-dead-letters`),
      messageRetentionSeconds: 14 * 24 * 3600,
      ...encryption(own.keyArn),
    });
    const rule = this.buildOrderRule(own, props, deadLetters);
    if (props.heartbeat ?? true) this.buildHeartbeat(bus);
    const archive = own.archived ? this.buildArchive(bus, props) : undefined;

    this.outputs = {
      busArn: bus.arn,
      ruleArn: rule.arn,
      ruleName: rule.name,
      deadLetterQueueName: deadLetters.name,
      deadLetterQueueArn: deadLetters.arn,
      deadLetterQueueUrl: deadLetters.url,
      archiveArn: archive?.arn,
    };
  }

  private buildOrderRule(own: OwnOfRegion, props: EventingProps, deadLetters: SqsQueue): CloudwatchEventRule {
    const { provider } = this.region;
    const name = this.region.resourceName('rule', `${this.resource}-submitted`);
    const rule = new CloudwatchEventRule(this, 'OrderRule', {
      provider,
      name,
      description: `Orders for the function in ${this.region.name}`,
      eventBusName: this.busName,
      eventPattern: JSON.stringify({
        source: [props.orderSource ?? 'app.orders'],
        'detail-type': [props.orderDetailType ?? 'OrderSubmitted'],
      }),
    });
    new LambdaPermission(this, 'OrderPermission', {
      provider,
      statementId: name,
      action: 'lambda:InvokeFunction',
      functionName: own.functionName,
      principal: 'events.amazonaws.com',
      sourceArn: rule.arn,
    });
    this.buildQueuePolicy('DeadLettersPolicy', deadLetters, rule);
    new CloudwatchEventTarget(this, 'OrderTarget', {
      provider,
      rule: rule.name,
      eventBusName: this.busName,
      targetId: 'function',
      arn: own.functionArn,
      deadLetterConfig: { arn: deadLetters.arn },
      retryPolicy: {
        maximumRetryAttempts: props.retryAttempts ?? 185,
        maximumEventAgeInSeconds: props.maximumEventAgeSeconds ?? 86_400,
      },
    });
    return rule;
  }

  /**
   * An event a minute, from Scheduler over the bus into a queue that forgets it after a minute. The latency metric
   * exists only where a rule invokes a target, so the target must be a real one; a queue is the cheapest: no code to
   * fail, no log to store, and 44,000 requests a month lie within the free tier. Its key is SQS's own, so that the
   * measure of EventBridge depends on no other service.
   */
  private buildHeartbeat(bus: CloudwatchEventBus): void {
    const { provider } = this.region;
    const queue = new SqsQueue(this, 'HeartbeatQueue', {
      provider,
      name: this.region.resourceName('queue', `${this.resource}-heartbeat`),
      messageRetentionSeconds: 60,
      ...encryption(),
    });
    const rule = new CloudwatchEventRule(this, 'HeartbeatRule', {
      provider,
      name: this.region.resourceName('rule', `${this.resource}-heartbeat`),
      description: 'Keeps the latency metric of an idle bus alive',
      eventBusName: this.busName,
      eventPattern: JSON.stringify({ source: [HEARTBEAT_SOURCE] }),
    });
    this.buildQueuePolicy('HeartbeatQueuePolicy', queue, rule);
    new CloudwatchEventTarget(this, 'HeartbeatTarget', {
      provider,
      rule: rule.name,
      eventBusName: this.busName,
      targetId: 'queue',
      arn: queue.arn,
      // A late heartbeat says nothing about now.
      retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
    });
    const role = new ServiceRole(this, 'HeartbeatRole', {
      region: this.region,
      name: `${this.resource}-heartbeat`,
      description: `Lets Scheduler publish heartbeats to ${this.region.name}`,
      servicePrincipal: 'scheduler.amazonaws.com',
      statements: [{ actions: ['events:PutEvents'], resources: [bus.arn] }],
    });
    new SchedulerSchedule(this, 'Heartbeat', {
      provider,
      name: this.region.resourceName('schedule', `${this.resource}-heartbeat`),
      description: 'A heartbeat every minute',
      scheduleExpression: 'rate(1 minute)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: bus.arn,
        roleArn: role.arn,
        eventbridgeParameters: { source: HEARTBEAT_SOURCE, detailType: 'Heartbeat' },
        input: JSON.stringify({ region: this.region.name }),
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
      },
      dependsOn: role.policy && [role.policy],
    });
  }

  /** Everything but heartbeats. An archive replays to its own bus only, hence one where events are needed after a loss. */
  private buildArchive(bus: CloudwatchEventBus, props: EventingProps): CloudwatchEventArchive {
    return new CloudwatchEventArchive(this, 'Archive', {
      provider: this.region.provider,
      name: this.region.resourceName('archive', this.resource),
      description: `Events of the last days for replay in ${this.region.name}`,
      eventSourceArn: bus.arn,
      eventPattern: JSON.stringify({ source: [{ 'anything-but': [HEARTBEAT_SOURCE] }] }),
      retentionDays: props.archiveRetentionDays ?? 7,
    });
  }

  private buildQueuePolicy(id: string, queue: SqsQueue, rule: CloudwatchEventRule): void {
    new SqsQueuePolicy(this, id, {
      provider: this.region.provider,
      queueUrl: queue.url,
      policy: policyDocument([
        {
          sid: 'TheRuleSends',
          principals: { Service: 'events.amazonaws.com' },
          actions: ['sqs:SendMessage'],
          resources: [queue.arn],
          conditions: { ArnEquals: { 'aws:SourceArn': rule.arn } },
        },
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
  }
}

function encryption(keyArn?: string): { kmsMasterKeyId: string } | { sqsManagedSseEnabled: boolean } {
  return keyArn ? { kmsMasterKeyId: keyArn } : { sqsManagedSseEnabled: true };
}

/** What the names of everything here begin with. */
function resourceOf({ busName = 'orders' }: EventingProps): string {
  return busName;
}
