import { CloudwatchCompositeAlarm } from '@cdktf/provider-aws/lib/cloudwatch-composite-alarm';
import { CloudwatchDashboard } from '@cdktf/provider-aws/lib/cloudwatch-dashboard';
import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { DataResource } from 'cdktf';
import { Construct } from 'constructs';
import { z } from 'zod';
import { checkArnRegions } from '../core/arn-region';
import { dashboardBody, SharedGraph } from '../core/dashboard';
import { ConfigurationError } from '../core/errors';
import { bothHalves, Halves, halfOf } from '../core/halves';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import { MonitoringThresholds, RegionalSettings, settingsNamed, warnOfDifferences } from '../core/regional-settings';
import {
  ACCELERATOR_METRICS_REGION,
  acceleratorMetric,
  apiWatches,
  arrivalWatches,
  auroraWatches,
  BucketReplication,
  containerServiceWatches,
  deadLetterWatch,
  deliveryStreamWatch,
  departureWatches,
  eventLatencyGraphs,
  executionGraphs,
  functionWatches,
  healthCheckStatus,
  instanceWatches,
  invocationGraphs,
  loadBalancerWatches,
  logSubscriptionWatches,
  networkLoadBalancerWatches,
  requestGraphs,
  ruleWatches,
  stateMachineWatches,
  tableWatches,
  vaultWatches,
} from '../core/service-watches';
import { resolved } from '../core/resolved';
import { stableId } from '../core/stable-id';
import { arn, flag, instance, integer, text, validateProps } from '../core/validation';
import { Graph, Watch, watchAlarm } from '../core/watch';

export type { MonitoringThresholds } from '../core/regional-settings';

/** A stage of a REST API: one of the halves of `Api` is one. */
export interface WatchedApi {
  /** Dimension `ApiName`. */
  readonly apiName: string;
  /** Dimension `Stage`. */
  readonly stageName: string;
}

/**
 * A service of ECS, in a cluster with Container Insights: the number of running tasks is published there only. One of the
 * halves of `Containers` is one.
 */
export interface WatchedContainerService {
  /** Dimension `ClusterName`. */
  readonly clusterName: string;
  /** Dimension `ServiceName`. */
  readonly serviceName: string;
  /** Tasks it never has fewer of: an alarm fires when it does. */
  readonly minCapacity: number;
}

/** Two buckets of which one replicates to the other, or each to the other. */
export interface WatchedBuckets {
  readonly primaryBucketName: string;
  readonly secondaryBucketName: string;
  /** `id` of the replication rule on the primary's bucket. @default - none */
  readonly primaryReplicationRuleId?: string;
  /** `id` of the replication rule on the secondary's bucket. @default - none */
  readonly secondaryReplicationRuleId?: string;
}

/**
 * Props of `Monitoring`. What is not named is not watched. Names of the two regions come in pairs, in the same order.
 */
export interface MonitoringProps extends MonitoringThresholds {
  /** The two regions. */
  readonly regions: RegionPair;
  /** Topic in the primary region that its alarms notify. */
  readonly primaryTopicArn: string;
  /** The same in the secondary region. */
  readonly secondaryTopicArn: string;
  /** Topic in us-east-1 for the alarm on eventHealthCheckId. @default - none */
  readonly route53MetricsTopicArn?: string;

  /** Begins the names of alarms and dashboards: a second `Monitoring` of the system needs one. @default - none */
  readonly monitoringName?: string;
  /** Global table, which has one name in both regions. @default - none */
  readonly tableName?: string;
  /** More global tables. @default [] */
  readonly tableNames?: readonly string[];
  /** Aurora cluster of the primary region. @default - none */
  readonly primaryClusterIdentifier?: string;
  /** @default - none */
  readonly secondaryClusterIdentifier?: string;
  /** Bucket of the primary region. @default - none */
  readonly primaryBucketName?: string;
  /** @default - none */
  readonly secondaryBucketName?: string;
  /** `id` of the replication rule on the primary's bucket. @default - none */
  readonly primaryReplicationRuleId?: string;
  /** `id` of the replication rule on the secondary's bucket, if it replicates back. @default - none */
  readonly secondaryReplicationRuleId?: string;
  /** More buckets that replicate. @default [] */
  readonly buckets?: readonly WatchedBuckets[];
  /** RDS instances of the primary region, not of Aurora. @default [] */
  readonly primaryInstanceIdentifiers?: readonly string[];
  /** @default [] */
  readonly secondaryInstanceIdentifiers?: readonly string[];
  /** Lambda functions of the primary region. @default [] */
  readonly primaryFunctionNames?: readonly string[];
  /** @default [] */
  readonly secondaryFunctionNames?: readonly string[];
  /** Their timeouts in seconds, in the order of the names. @default - 30 each */
  readonly functionTimeoutsSeconds?: readonly number[];
  /** State machine of the primary region. @default - none */
  readonly primaryStateMachineArn?: string;
  /** @default - none */
  readonly secondaryStateMachineArn?: string;
  /** `arn_suffix` of the Application Load Balancer of the primary region. @default - none */
  readonly primaryLoadBalancerArnSuffix?: string;
  /** @default - none */
  readonly secondaryLoadBalancerArnSuffix?: string;
  /** `arn_suffix` of its target groups. @default [] */
  readonly primaryTargetGroupArnSuffixes?: readonly string[];
  /** @default [] */
  readonly secondaryTargetGroupArnSuffixes?: readonly string[];
  /** `arn_suffix` of the network load balancer of the primary region. @default - none */
  readonly primaryNetworkLoadBalancerArnSuffix?: string;
  /** @default - none */
  readonly secondaryNetworkLoadBalancerArnSuffix?: string;
  /** `arn_suffix` of its target groups. @default [] */
  readonly primaryNetworkTargetGroupArnSuffixes?: readonly string[];
  /** @default [] */
  readonly secondaryNetworkTargetGroupArnSuffixes?: readonly string[];
  /** REST APIs of the primary region. @default [] */
  readonly primaryApis?: readonly WatchedApi[];
  /** @default [] */
  readonly secondaryApis?: readonly WatchedApi[];
  /** ECS services of the primary region. @default [] */
  readonly primaryContainerServices?: readonly WatchedContainerService[];
  /** @default [] */
  readonly secondaryContainerServices?: readonly WatchedContainerService[];
  /** Firehose streams of the primary region that write to S3, such as those of `LogReplication`. @default [] */
  readonly primaryDeliveryStreamNames?: readonly string[];
  /** @default [] */
  readonly secondaryDeliveryStreamNames?: readonly string[];
  /** Alarms on what the subscription filters of all log groups of both regions cannot deliver. @default false */
  readonly logSubscriptions?: boolean;
  /**
   * A Global Accelerator to draw, by the id at the end of its ARN. Its metrics are in us-west-2 wherever its endpoints
   * are: refused where that is neither region. @default - none
   */
  readonly acceleratorId?: string;
  /** Dead-letter queues of the primary region. @default [] */
  readonly primaryDeadLetterQueueNames?: readonly string[];
  /** @default [] */
  readonly secondaryDeadLetterQueueNames?: readonly string[];
  /** Backup vault of the primary region. @default - none */
  readonly primaryVaultName?: string;
  /** @default - none */
  readonly secondaryVaultName?: string;
  /** Event bus, which has one name in both regions. @default - none */
  readonly busName?: string;
  /** Rule on the bus of the primary region. @default - none */
  readonly primaryRuleName?: string;
  /** @default - none */
  readonly secondaryRuleName?: string;
  /** Route 53 health checks to draw; the alarms on them are where they are made. @default [] */
  readonly healthCheckIds?: readonly string[];
  /** Health check that moves the global event endpoint: an alarm says when it has failed over. @default - none */
  readonly eventHealthCheckId?: string;
  /** A dashboard of each region alone, `region-{role}-{suffix}`, beside the one of both. @default false */
  readonly regionalDashboards?: boolean;
  /**
   * Thresholds of the secondary region where they differ. What wakes people then changes with a failover, so a warning
   * says so. @default - the same in both regions
   */
  readonly secondarySettings?: RegionalSettings;
}

/** What watches one region. */
export interface RegionalMonitoring {
  /** Fires when any alarm of the region does. Undefined where nothing is watched. */
  readonly compositeAlarmName?: string;
  readonly compositeAlarmArn?: string;
  readonly alarmNames: readonly string[];
  readonly dashboardName: string;
}

/** CloudWatch's limit on the children of a composite alarm. */
const MAX_ALARMS = 100;

const names = z.array(text, 'give a list of strings').optional();

const thresholds = {
  auroraLagMilliseconds: integer(100, 300_000, 'milliseconds').optional(),
  dynamoDbLatencyMilliseconds: integer(100, 300_000, 'milliseconds').optional(),
  s3LatencySeconds: integer(60, 900, 'seconds').optional(),
  s3PendingBytes: integer(1, Number.MAX_SAFE_INTEGER, 'bytes').optional(),
  functionErrors: integer(0, 1_000_000).optional(),
  functionDurationPercent: integer(1, 100, 'percent').optional(),
  serverErrors: integer(0, 1_000_000).optional(),
  responseTimeMilliseconds: integer(1, 300_000, 'milliseconds').optional(),
  apiErrorPercent: integer(0, 99, 'percent').optional(),
  connectionResets: integer(0, 1_000_000_000).optional(),
  replicaLagSeconds: integer(1, 86_400, 'seconds').optional(),
  replicationSlotLagBytes: integer(1, Number.MAX_SAFE_INTEGER, 'bytes').optional(),
  freeStorageBytes: integer(1, Number.MAX_SAFE_INTEGER, 'bytes').optional(),
  databaseCpuPercent: integer(1, 99, 'percent').optional(),
  databaseConnections: integer(1, 1_000_000).optional(),
  taskCpuPercent: integer(1, 99, 'percent').optional(),
  taskMemoryPercent: integer(1, 99, 'percent').optional(),
  deliveryFreshnessSeconds: integer(60, 86_400, 'seconds').optional(),
} satisfies Record<keyof MonitoringThresholds, z.ZodType>;

const DEFAULTS: Required<MonitoringThresholds> = {
  auroraLagMilliseconds: 5000,
  dynamoDbLatencyMilliseconds: 30_000,
  s3LatencySeconds: 600,
  s3PendingBytes: 2 ** 30,
  functionErrors: 5,
  functionDurationPercent: 80,
  serverErrors: 10,
  responseTimeMilliseconds: 3000,
  apiErrorPercent: 5,
  connectionResets: 100,
  replicaLagSeconds: 300,
  replicationSlotLagBytes: 2 ** 30,
  freeStorageBytes: 5 * 2 ** 30,
  databaseCpuPercent: 80,
  databaseConnections: 400,
  taskCpuPercent: 85,
  taskMemoryPercent: 85,
  deliveryFreshnessSeconds: 900,
};

/** Loose: the halves of `Api` and `Containers` have more outputs than are watched. */
const apis = z.array(z.looseObject({ apiName: text, stageName: text }), 'give a list of APIs').optional();
const containerServices = z
  .array(
    z.looseObject({ clusterName: text, serviceName: text, minCapacity: integer(1, 5000, 'tasks') }),
    'give a list of container services',
  )
  .optional();
const buckets = z
  .array(
    z.strictObject({
      primaryBucketName: text,
      secondaryBucketName: text,
      primaryReplicationRuleId: text.optional(),
      secondaryReplicationRuleId: text.optional(),
    }),
    'give a list of pairs of buckets',
  )
  .optional();

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  primaryTopicArn: arn('sns'),
  secondaryTopicArn: arn('sns'),
  route53MetricsTopicArn: arn('sns').optional(),
  monitoringName: text.optional(),
  tableName: text.optional(),
  tableNames: names,
  primaryClusterIdentifier: text.optional(),
  secondaryClusterIdentifier: text.optional(),
  primaryBucketName: text.optional(),
  secondaryBucketName: text.optional(),
  primaryReplicationRuleId: text.optional(),
  secondaryReplicationRuleId: text.optional(),
  buckets,
  primaryInstanceIdentifiers: names,
  secondaryInstanceIdentifiers: names,
  primaryFunctionNames: names,
  secondaryFunctionNames: names,
  functionTimeoutsSeconds: z.array(integer(1, 900, 'seconds'), 'give a list of numbers').optional(),
  primaryStateMachineArn: arn('states').optional(),
  secondaryStateMachineArn: arn('states').optional(),
  primaryLoadBalancerArnSuffix: text.optional(),
  secondaryLoadBalancerArnSuffix: text.optional(),
  primaryTargetGroupArnSuffixes: names,
  secondaryTargetGroupArnSuffixes: names,
  primaryNetworkLoadBalancerArnSuffix: text.optional(),
  secondaryNetworkLoadBalancerArnSuffix: text.optional(),
  primaryNetworkTargetGroupArnSuffixes: names,
  secondaryNetworkTargetGroupArnSuffixes: names,
  primaryApis: apis,
  secondaryApis: apis,
  primaryContainerServices: containerServices,
  secondaryContainerServices: containerServices,
  primaryDeliveryStreamNames: names,
  secondaryDeliveryStreamNames: names,
  logSubscriptions: flag.optional(),
  acceleratorId: text.optional(),
  primaryDeadLetterQueueNames: names,
  secondaryDeadLetterQueueNames: names,
  primaryVaultName: text.optional(),
  secondaryVaultName: text.optional(),
  busName: text.optional(),
  primaryRuleName: text.optional(),
  secondaryRuleName: text.optional(),
  healthCheckIds: names,
  eventHealthCheckId: text.optional(),
  ...thresholds,
  regionalDashboards: flag.optional(),
  secondarySettings: z.strictObject(thresholds).optional(),
});

/** Props that come in pairs, without `primary` or `secondary`. A replication rule may be one-way. */
const SINGLE_PAIRS = [
  'ClusterIdentifier',
  'BucketName',
  'StateMachineArn',
  'LoadBalancerArnSuffix',
  'NetworkLoadBalancerArnSuffix',
  'VaultName',
  'RuleName',
] as const;
const LIST_PAIRS = [
  'InstanceIdentifiers',
  'FunctionNames',
  'TargetGroupArnSuffixes',
  'NetworkTargetGroupArnSuffixes',
  'DeliveryStreamNames',
  'DeadLetterQueueNames',
] as const;
const OBJECT_LIST_PAIRS = ['Apis', 'ContainerServices'] as const;
const ROLES = ['primary', 'secondary'] as const;

/** A prop that is of no use without another one. */
const NEEDS: readonly (readonly [keyof MonitoringProps, keyof MonitoringProps])[] = [
  ['primaryReplicationRuleId', 'primaryBucketName'],
  ['secondaryReplicationRuleId', 'primaryBucketName'],
  ['primaryTargetGroupArnSuffixes', 'primaryLoadBalancerArnSuffix'],
  ['primaryNetworkTargetGroupArnSuffixes', 'primaryNetworkLoadBalancerArnSuffix'],
  ['functionTimeoutsSeconds', 'primaryFunctionNames'],
  ['busName', 'primaryRuleName'],
  ['primaryRuleName', 'busName'],
  ['eventHealthCheckId', 'route53MetricsTopicArn'],
];

/**
 * Alarms on everything that a failover depends on, each in the region where its metric exists and with a topic of that
 * region; one composite alarm per region; failed backups to the topic; and a dashboard of both regions side by side
 * (rules R-CW-1 to R-CW-8, R-SNS-1). Both halves are watched in the same way, so that after the roles have changed
 * nothing must be built.
 *
 * Thresholds lie below the recovery point objective of their component (rule R-RPO-1).
 *
 * Names of dashboards are global in the account, and so is their content. There are two with the same content and
 * different names, each managed through the API of its region, so that either can be read and changed while the other
 * region is lost. Health checks report to us-east-1 only: their widgets are empty while that region is.
 *
 * @throws ConfigurationError for malformed props, a topic of another region, half a pair, a name given twice, an accelerator
 * without us-west-2, and more alarms than one composite alarm holds
 */
export class Monitoring extends Construct {
  /** The settings that may differ in the secondary region. */
  public static readonly SETTINGS: readonly string[] = Object.keys(thresholds);

  public readonly primary: RegionalMonitoring;
  public readonly secondary: RegionalMonitoring;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    validateProps(this, schema, props);
    this.checkArns(props);
    this.checkNeeds(props);
    this.checkPairs(props);
    this.checkAccelerator(props);
    const { regions } = props;
    const watched: Halves<Watched> = { primary: watchedOf(props, 'primary'), secondary: watchedOf(props, 'secondary') };
    const halves = bothHalves(
      regions,
      (region, name) => new RegionalAlarms(this, name, region, halfOf(watched, region)),
    );
    this.buildEventAlarm(props);
    warnOfDifferences(
      this,
      { ...DEFAULTS, ...pick(props) },
      pick(props.secondarySettings),
      'what wakes people changes with a failover',
    );

    const body = dashboardBody(
      `# ${regions.environmentSuffix}: ${regions.primary.name} (primary) and ${regions.secondary.name} (secondary)`,
      [halves.primary, halves.secondary],
      [...healthCheckGraphs(props), ...acceleratorGraphs(props)],
    );
    const outputs = bothHalves(regions, (region): RegionalMonitoring => {
      const half = halfOf(halves, region);
      const dashboard = new CloudwatchDashboard(half, 'Dashboard', {
        provider: region.provider,
        dashboardName: region.resourceName('dashboard', props.monitoringName ?? 'multi-region-dr'),
        dashboardBody: body,
      });
      if (props.regionalDashboards) {
        new CloudwatchDashboard(half, 'RegionalDashboard', {
          provider: region.provider,
          dashboardName: region.resourceName('dashboard', named(props, 'region')),
          dashboardBody: dashboardBody(`# ${regions.environmentSuffix}: ${region.name} (${region.role})`, [half], []),
        });
      }
      return {
        compositeAlarmName: half.composite?.alarmName,
        compositeAlarmArn: half.composite?.arn,
        alarmNames: half.alarms.map(({ alarmName }) => alarmName),
        dashboardName: dashboard.dashboardName,
      };
    });
    this.primary = outputs.primary;
    this.secondary = outputs.secondary;
  }

  private checkArns({ regions, ...props }: MonitoringProps): void {
    for (const role of ROLES) {
      checkArnRegions(this, regions[role], {
        [`${role}TopicArn`]: props[`${role}TopicArn`],
        [`${role}StateMachineArn`]: props[`${role}StateMachineArn`],
      });
    }
    checkArnRegions(this, regions.route53Metrics, { route53MetricsTopicArn: props.route53MetricsTopicArn });
  }

  private checkNeeds(props: MonitoringProps): void {
    for (const [prop, needed] of NEEDS) {
      if (props[prop] !== undefined && props[needed] === undefined) {
        throw new ConfigurationError(this, {
          prop: needed,
          received: undefined,
          wayOut: `give it too: ${prop} needs it`,
        });
      }
    }
  }

  private checkPairs(props: MonitoringProps): void {
    for (const pair of [...SINGLE_PAIRS, ...LIST_PAIRS, ...OBJECT_LIST_PAIRS]) {
      const missing = ROLES.filter((role) => props[`${role}${pair}`] === undefined);
      if (missing.length === 1) {
        throw new ConfigurationError(this, {
          prop: `${missing[0]}${pair}`,
          received: undefined,
          wayOut: 'give it for both regions or for neither: what is not watched in a standby fails when it is needed',
        });
      }
    }
    for (const pair of [...LIST_PAIRS, ...OBJECT_LIST_PAIRS]) {
      this.checkLength(`secondary${pair}`, props[`secondary${pair}`], props[`primary${pair}`]);
    }
    const { tableName, tableNames, primaryBucketName, buckets } = props;
    for (const role of ROLES) {
      for (const pair of LIST_PAIRS) this.checkUnique(`${role}${pair}`, props[`${role}${pair}`]);
      this.checkUnique(
        `${role}Apis`,
        props[`${role}Apis`]?.map(({ apiName }) => apiName),
      );
      this.checkUnique(
        `${role}ContainerServices`,
        props[`${role}ContainerServices`]?.map(({ serviceName }) => serviceName),
      );
      this.checkUnique(
        'buckets',
        buckets?.map((pair) => pair[`${role}BucketName`]),
        role === 'primary' ? primaryBucketName : undefined,
      );
    }
    this.checkUnique('tableNames', tableNames, tableName);
    this.checkLength('functionTimeoutsSeconds', props.functionTimeoutsSeconds, props.primaryFunctionNames);
  }

  private checkLength(prop: string, list: readonly unknown[] | undefined, like: readonly unknown[] = []): void {
    if (list === undefined || list.length === like.length) return;
    throw new ConfigurationError(this, {
      prop,
      received: list,
      wayOut: `give ${like.length}, one for each of the primary region, in the same order`,
    });
  }

  /** Alarms have their names and addresses after what they watch. */
  private checkUnique(prop: string, list: readonly string[] = [], other?: string): void {
    const seen = new Set(other === undefined ? [] : [stableId(this, other)]);
    list.forEach((one, index) => {
      const id = stableId(this, one);
      if (seen.has(id)) {
        throw new ConfigurationError(this, {
          prop: `${prop}[${index}]`,
          received: resolved(this, one),
          wayOut: 'give each name once',
        });
      }
      seen.add(id);
    });
  }

  private checkAccelerator({ regions, acceleratorId }: MonitoringProps): void {
    if (acceleratorId === undefined || regions.both.some(({ name }) => name === ACCELERATOR_METRICS_REGION)) return;
    throw new ConfigurationError(this, {
      prop: 'acceleratorId',
      received: acceleratorId,
      wayOut: `remove it, and watch the load balancers behind it: its metrics are in ${ACCELERATOR_METRICS_REGION} only, which is neither region`,
    });
  }

  /** In us-east-1, where health checks report (rules R-CW-2, R-R53-14). */
  private buildEventAlarm(props: MonitoringProps): void {
    const { regions, eventHealthCheckId, route53MetricsTopicArn } = props;
    if (eventHealthCheckId === undefined || route53MetricsTopicArn === undefined) return;
    watchAlarm(this, regions.route53Metrics, route53MetricsTopicArn, {
      id: 'EventEndpoint',
      name: named(props, 'event-endpoint-failed-over'),
      title: 'Event endpoint',
      description: `Events go to ${regions.secondary.name}: EventBridge in ${regions.primary.name} is slow or silent`,
      metrics: [healthCheckStatus(eventHealthCheckId)],
      comparison: 'LessThanThreshold',
      threshold: 1,
      // Route 53 always reports a check that exists.
      treatMissingData: 'breaching',
    });
  }
}

/** What there is to watch in one region. */
interface Watched {
  readonly topicArn: string;
  /** `any` and `failed-backups`, with the name of this monitoring before them. */
  readonly anyName: string;
  readonly failedBackupsName: string;
  readonly vaultName?: string;
  readonly watches: readonly Watch[];
  readonly graphs: readonly Graph[];
}

/** Alarms, composite alarm and backup notifications of one region. */
class RegionalAlarms extends Construct {
  public readonly alarms: readonly CloudwatchMetricAlarm[];
  public readonly composite?: CloudwatchCompositeAlarm;
  public readonly graphs: readonly (Graph | Watch)[];

  constructor(
    scope: Construct,
    id: string,
    public readonly region: Region,
    { topicArn, anyName, failedBackupsName, vaultName, watches, graphs }: Watched,
  ) {
    super(scope, id);
    if (watches.length > MAX_ALARMS) {
      throw new ConfigurationError(scope, {
        prop: 'props',
        received: `${watches.length} alarms in ${region.name}`,
        wayOut: `name fewer resources, or give some to another Monitoring with a monitoringName: a composite alarm holds ${MAX_ALARMS}`,
      });
    }
    this.graphs = [...watches, ...graphs];
    this.alarms = watches.map((watch) => watchAlarm(this, region, topicArn, { ...watch, id: this.idOf(watch) }));
    if (this.alarms.length > 0) this.composite = this.gather(anyName, topicArn);
    if (vaultName) this.notifyFailedBackups(failedBackupsName, vaultName, topicArn);
  }

  public get alarmArns(): readonly string[] {
    return [...(this.composite ? [this.composite] : []), ...this.alarms].map((alarm) => alarm.arn);
  }

  private idOf({ id, subject }: Watch): string {
    return subject === undefined ? id : `${id}-${stableId(this, subject)}`;
  }

  /**
   * CloudWatch deletes no alarm that a composite alarm names, and Terraform deletes before it updates. So the composite
   * alarm is replaced whenever its children change: it goes first and comes back last (rule R-CW-7).
   * https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/cloudwatch_composite_alarm.html.markdown
   */
  private gather(name: string, topicArn: string): CloudwatchCompositeAlarm {
    const { region } = this;
    // Not in the order of the lists: who reorders one changes nothing.
    const children = [...this.alarms].sort((one, other) => (one.node.id < other.node.id ? -1 : 1));
    const membership = new DataResource(this, 'CompositeChildren', {
      input: Object.fromEntries(children.map(({ node, alarmName }) => [node.id, alarmName])),
    });
    return new CloudwatchCompositeAlarm(this, 'Composite', {
      provider: region.provider,
      alarmName: region.resourceName('alarm', name),
      alarmDescription: `Something in ${region.name} (${region.role}) needs attention`,
      alarmRule: children.map(({ alarmName }) => `ALARM("${alarmName}")`).join(' OR '),
      alarmActions: [topicArn],
      okActions: [topicArn],
      // As text: cdktf writes `${...}` around a resource, which Terraform does not take here.
      lifecycle: { replaceTriggeredBy: [`${membership.terraformResourceType}.${membership.friendlyUniqueId}`] },
    });
  }

  /** The event says which job failed and why; the alarm only that one did. */
  private notifyFailedBackups(name: string, vaultName: string, topicArn: string): void {
    const { provider } = this.region;
    const vaultArn = this.region.arn('backup', `backup-vault:${vaultName}`);
    const rule = new CloudwatchEventRule(this, 'FailedBackups', {
      provider,
      name: this.region.resourceName('rule', name),
      description: `Backups and copies of ${this.region.name} that failed`,
      eventPattern: JSON.stringify({
        source: ['aws.backup'],
        'detail-type': ['Backup Job State Change', 'Copy Job State Change'],
        detail: {
          state: ['ABORTED', 'EXPIRED', 'FAILED', 'PARTIAL'],
          $or: [
            { backupVaultArn: [vaultArn] },
            { sourceBackupVaultArn: [vaultArn] },
            { destinationBackupVaultArn: [vaultArn] },
          ],
        },
      }),
    });
    new CloudwatchEventTarget(this, 'FailedBackupsTarget', {
      provider,
      rule: rule.name,
      targetId: 'topic',
      arn: topicArn,
    });
  }
}

function watchedOf(props: MonitoringProps, role: 'primary' | 'secondary'): Watched {
  const own = role === 'secondary' ? pick(props.secondarySettings) : {};
  const limits: Required<MonitoringThresholds> = { ...DEFAULTS, ...pick(props), ...own };
  const { regions, busName, functionTimeoutsSeconds = [] } = props;
  const peer = regions.peerOf(regions[role]).name;
  const functionNames = props[`${role}FunctionNames`] ?? [];
  const stateMachine = props[`${role}StateMachineArn`];
  const loadBalancer = props[`${role}LoadBalancerArnSuffix`];
  const vaultName = props[`${role}VaultName`];
  const ruleName = props[`${role}RuleName`];
  const watches: readonly Watch[] = [
    ...ifGiven(props[`${role}ClusterIdentifier`], (id) => auroraWatches(id, limits.auroraLagMilliseconds)),
    ...ifGiven(props.tableName, (name) => tableWatches(name, peer, limits.dynamoDbLatencyMilliseconds)),
    ...(props.tableNames ?? []).flatMap((name) => tableWatches(name, peer, limits.dynamoDbLatencyMilliseconds, name)),
    ...bucketWatches(props, role, limits),
    ...(props.buckets ?? []).flatMap((pair) => bucketWatches(pair, role, limits, pair[`${role}BucketName`])),
    ...(props[`${role}InstanceIdentifiers`] ?? []).flatMap((id) => instanceWatches(id, limits)),
    ...functionNames.flatMap((name, index) =>
      functionWatches(name, {
        percent: limits.functionDurationPercent,
        errors: limits.functionErrors,
        timeout: functionTimeoutsSeconds[index] ?? 30,
      }),
    ),
    ...ifGiven(stateMachine, stateMachineWatches),
    ...ifGiven(loadBalancer, (suffix) =>
      loadBalancerWatches(suffix, props[`${role}TargetGroupArnSuffixes`] ?? [], limits),
    ),
    ...ifGiven(props[`${role}NetworkLoadBalancerArnSuffix`], (suffix) =>
      networkLoadBalancerWatches(suffix, props[`${role}NetworkTargetGroupArnSuffixes`] ?? [], limits.connectionResets),
    ),
    ...(props[`${role}Apis`] ?? []).flatMap(({ apiName, stageName }) =>
      apiWatches({ ApiName: apiName, Stage: stageName }, limits),
    ),
    ...(props[`${role}ContainerServices`] ?? []).flatMap(({ clusterName, serviceName, minCapacity }) =>
      containerServiceWatches({ ClusterName: clusterName, ServiceName: serviceName, tasks: minCapacity }, limits),
    ),
    ...(props[`${role}DeliveryStreamNames`] ?? []).map((name) =>
      deliveryStreamWatch(name, limits.deliveryFreshnessSeconds),
    ),
    ...(props.logSubscriptions ? logSubscriptionWatches() : []),
    ...(props[`${role}DeadLetterQueueNames`] ?? []).map(deadLetterWatch),
    ...ifGiven(vaultName, vaultWatches),
    ...ifGiven(busName, (bus) => ifGiven(ruleName, (rule) => ruleWatches(bus, rule))),
  ];
  return {
    topicArn: props[`${role}TopicArn`],
    anyName: named(props, 'any'),
    failedBackupsName: named(props, 'failed-backups'),
    vaultName,
    watches: watches.map((watch) => ({ ...watch, name: named(props, watch.name) })),
    graphs: [
      ...ifGiven(loadBalancer, requestGraphs),
      ...ifGiven(functionNames.length > 0 ? functionNames : undefined, invocationGraphs),
      ...ifGiven(stateMachine, executionGraphs),
      ...ifGiven(busName, eventLatencyGraphs),
    ],
  };
}

/** The thresholds among the props, or among the settings of a region. */
function pick(props?: RegionalSettings): MonitoringThresholds {
  return settingsNamed(props, Monitoring.SETTINGS) ?? {};
}

/** The name of something of this monitoring, different from those of another. */
function named({ monitoringName }: MonitoringProps, name: string): string {
  return monitoringName === undefined ? name : `${monitoringName}-${name}`;
}

/** What one region receives from the other's bucket, and what its own cannot send. */
function bucketWatches(
  pair: Partial<WatchedBuckets>,
  role: 'primary' | 'secondary',
  { s3LatencySeconds, s3PendingBytes }: Required<MonitoringThresholds>,
  subject?: string,
): Watch[] {
  return [
    ...ifGiven(replicationFrom(pair, other(role)), (received) =>
      arrivalWatches(received, s3LatencySeconds, s3PendingBytes, subject),
    ),
    ...ifGiven(replicationFrom(pair, role), (sent) => departureWatches(sent, subject)),
  ];
}

function ifGiven<T, R>(value: T | undefined, what: (value: T) => R[]): R[] {
  return value === undefined ? [] : what(value);
}

function other(role: 'primary' | 'secondary'): 'primary' | 'secondary' {
  return role === 'primary' ? 'secondary' : 'primary';
}

/** The replication that the bucket of one region sends, if there is one. */
function replicationFrom(pair: Partial<WatchedBuckets>, role: 'primary' | 'secondary'): BucketReplication | undefined {
  const RuleId = pair[`${role}ReplicationRuleId`];
  const SourceBucket = pair[`${role}BucketName`];
  const DestinationBucket = pair[`${other(role)}BucketName`];
  if (RuleId === undefined || SourceBucket === undefined || DestinationBucket === undefined) return undefined;
  return { SourceBucket, DestinationBucket, RuleId };
}

function healthCheckGraphs({ regions, healthCheckIds = [], eventHealthCheckId }: MonitoringProps): SharedGraph[] {
  const ids = [...healthCheckIds, ...(eventHealthCheckId ? [eventHealthCheckId] : [])];
  if (ids.length === 0) return [];
  return [
    { region: regions.route53Metrics, title: 'Health checks (1 is healthy)', metrics: ids.map(healthCheckStatus) },
  ];
}

function acceleratorGraphs({ regions, acceleratorId }: MonitoringProps): SharedGraph[] {
  const region = regions.both.find(({ name }) => name === ACCELERATOR_METRICS_REGION);
  if (acceleratorId === undefined || region === undefined) return [];
  return [{ region, title: 'Connections through the accelerator', metrics: [acceleratorMetric(acceleratorId)] }];
}
