import { CloudwatchCompositeAlarm } from '@cdktf/provider-aws/lib/cloudwatch-composite-alarm';
import { CloudwatchDashboard } from '@cdktf/provider-aws/lib/cloudwatch-dashboard';
import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { Construct } from 'constructs';
import { z } from 'zod';
import { checkArnRegions } from '../core/arn-region';
import { dashboardBody, SharedGraph } from '../core/dashboard';
import { ConfigurationError } from '../core/errors';
import { addNotice, bothHalves, Halves, halfOf } from '../core/halves';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import {
  arrivalWatches,
  auroraWatches,
  BucketReplication,
  deadLetterWatch,
  departureWatches,
  eventLatencyGraphs,
  executionGraphs,
  functionWatches,
  healthCheckStatus,
  invocationGraphs,
  loadBalancerWatches,
  requestGraphs,
  ruleWatches,
  stateMachineWatches,
  tableWatches,
  vaultWatches,
} from '../core/service-watches';
import { arn, flag, instance, integer, text, validateProps } from '../core/validation';
import { Graph, Watch, watchAlarm } from '../core/watch';

/** When the alarms of a region fire. */
export interface MonitoringThresholds {
  /** Aurora lag, held for five minutes, in milliseconds. @default 5000 */
  readonly auroraLagMilliseconds?: number;
  /** DynamoDB replication latency, held for five minutes, in milliseconds. @default 30000 */
  readonly dynamoDbLatencyMilliseconds?: number;
  /**
   * S3 replication latency in seconds. The default leaves five minutes before the 15 minutes of Replication Time
   * Control, the RPO of this component, are over. @default 600
   */
  readonly s3LatencySeconds?: number;
  /** S3 replication backlog, held for 15 minutes, in bytes. @default 1073741824 */
  readonly s3PendingBytes?: number;
  /** Errors of a function within five minutes. @default 5 */
  readonly functionErrors?: number;
  /** Share of its timeout that an invocation of a function may take, in percent. @default 80 */
  readonly functionDurationPercent?: number;
  /** Responses 5xx within five minutes. @default 10 */
  readonly serverErrors?: number;
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

  /** Global table, which has one name in both regions. @default - none */
  readonly tableName?: string;
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
   * Limits of the secondary region where they differ. What wakes people then changes with a failover, so a warning says
   * so. @default - the same in both regions
   */
  readonly secondaryThresholds?: MonitoringThresholds;
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
};

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  primaryTopicArn: arn('sns'),
  secondaryTopicArn: arn('sns'),
  route53MetricsTopicArn: arn('sns').optional(),
  tableName: text.optional(),
  primaryClusterIdentifier: text.optional(),
  secondaryClusterIdentifier: text.optional(),
  primaryBucketName: text.optional(),
  secondaryBucketName: text.optional(),
  primaryReplicationRuleId: text.optional(),
  secondaryReplicationRuleId: text.optional(),
  primaryFunctionNames: names,
  secondaryFunctionNames: names,
  functionTimeoutsSeconds: z.array(integer(1, 900, 'seconds'), 'give a list of numbers').optional(),
  primaryStateMachineArn: arn('states').optional(),
  secondaryStateMachineArn: arn('states').optional(),
  primaryLoadBalancerArnSuffix: text.optional(),
  secondaryLoadBalancerArnSuffix: text.optional(),
  primaryTargetGroupArnSuffixes: names,
  secondaryTargetGroupArnSuffixes: names,
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
  secondaryThresholds: z.strictObject(thresholds).optional(),
});

/** Props that come in pairs, without `primary` or `secondary`. A replication rule may be one-way. */
const SINGLE_PAIRS = [
  'ClusterIdentifier',
  'BucketName',
  'StateMachineArn',
  'LoadBalancerArnSuffix',
  'VaultName',
  'RuleName',
] as const;
const LIST_PAIRS = ['FunctionNames', 'TargetGroupArnSuffixes', 'DeadLetterQueueNames'] as const;
const ROLES = ['primary', 'secondary'] as const;

/** A prop that is of no use without another one. */
const NEEDS: readonly (readonly [keyof MonitoringProps, keyof MonitoringProps])[] = [
  ['primaryReplicationRuleId', 'primaryBucketName'],
  ['secondaryReplicationRuleId', 'primaryBucketName'],
  ['primaryTargetGroupArnSuffixes', 'primaryLoadBalancerArnSuffix'],
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
 * @throws ConfigurationError for malformed props, a topic of another region, half a pair, and more alarms than one composite alarm holds
 */
export class Monitoring extends Construct {
  public readonly primary: RegionalMonitoring;
  public readonly secondary: RegionalMonitoring;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    validateProps(this, schema, props);
    this.checkArns(props);
    this.checkNeeds(props);
    this.checkPairs(props);
    const { regions } = props;
    const watched: Halves<Watched> = { primary: watchedOf(props, 'primary'), secondary: watchedOf(props, 'secondary') };
    const halves = bothHalves(
      regions,
      (region, name) => new RegionalAlarms(this, name, region, halfOf(watched, region)),
    );
    this.buildEventAlarm(props);
    if (props.secondaryThresholds) {
      addNotice(
        this,
        'warn',
        `${this.node.path}: the secondary region has thresholds of its own, so that what wakes people changes with a failover`,
      );
    }

    const body = dashboardBody(
      `# ${regions.environmentSuffix}: ${regions.primary.name} (primary) and ${regions.secondary.name} (secondary)`,
      [halves.primary, halves.secondary],
      healthCheckGraphs(props),
    );
    const outputs = bothHalves(regions, (region): RegionalMonitoring => {
      const half = halfOf(halves, region);
      const dashboard = new CloudwatchDashboard(half, 'Dashboard', {
        provider: region.provider,
        dashboardName: region.resourceName('dashboard', 'multi-region-dr'),
        dashboardBody: body,
      });
      if (props.regionalDashboards) {
        new CloudwatchDashboard(half, 'RegionalDashboard', {
          provider: region.provider,
          dashboardName: region.resourceName('dashboard', 'region'),
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
    for (const pair of [...SINGLE_PAIRS, ...LIST_PAIRS]) {
      const missing = ROLES.filter((role) => props[`${role}${pair}`] === undefined);
      if (missing.length === 1) {
        throw new ConfigurationError(this, {
          prop: `${missing[0]}${pair}`,
          received: undefined,
          wayOut: 'give it for both regions or for neither: what is not watched in a standby fails when it is needed',
        });
      }
    }
    for (const pair of LIST_PAIRS) {
      this.checkLength(`secondary${pair}`, props[`secondary${pair}`], props[`primary${pair}`]);
      for (const role of ROLES) this.checkUnique(`${role}${pair}`, props[`${role}${pair}`] ?? []);
    }
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

  private checkUnique(prop: string, list: readonly string[]): void {
    list.forEach((received, index) => {
      if (list.indexOf(received) !== index) {
        throw new ConfigurationError(this, { prop: `${prop}[${index}]`, received, wayOut: 'give each name once' });
      }
    });
  }

  /** In us-east-1, where health checks report (rules R-CW-2, R-R53-14). */
  private buildEventAlarm({ regions, eventHealthCheckId, route53MetricsTopicArn }: MonitoringProps): void {
    if (eventHealthCheckId === undefined || route53MetricsTopicArn === undefined) return;
    watchAlarm(this, regions.route53Metrics, route53MetricsTopicArn, {
      id: 'EventEndpoint',
      name: 'event-endpoint-failed-over',
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
    { topicArn, vaultName, watches, graphs }: Watched,
  ) {
    super(scope, id);
    if (watches.length > MAX_ALARMS) {
      throw new ConfigurationError(scope, {
        prop: 'props',
        received: `${watches.length} alarms in ${region.name}`,
        wayOut: `name fewer resources, or spread them over two Monitoring: a composite alarm holds ${MAX_ALARMS}`,
      });
    }
    this.graphs = [...watches, ...graphs];
    this.alarms = watches.map((watch) => watchAlarm(this, region, topicArn, watch));
    if (this.alarms.length > 0) {
      this.composite = new CloudwatchCompositeAlarm(this, 'Composite', {
        provider: region.provider,
        alarmName: region.resourceName('alarm', 'any'),
        alarmDescription: `Something in ${region.name} (${region.role}) needs attention`,
        // References, so that the composite alarm is deleted before its children (rule R-CW-7).
        alarmRule: this.alarms.map(({ alarmName }) => `ALARM("${alarmName}")`).join(' OR '),
        alarmActions: [topicArn],
        okActions: [topicArn],
      });
    }
    if (vaultName) this.notifyFailedBackups(vaultName, topicArn);
  }

  public get alarmArns(): readonly string[] {
    return [...(this.composite ? [this.composite] : []), ...this.alarms].map((alarm) => alarm.arn);
  }

  /** The event says which job failed and why; the alarm only that one did. */
  private notifyFailedBackups(vaultName: string, topicArn: string): void {
    const { provider } = this.region;
    const vaultArn = this.region.arn('backup', `backup-vault:${vaultName}`);
    const rule = new CloudwatchEventRule(this, 'FailedBackups', {
      provider,
      name: this.region.resourceName('rule', 'failed-backups'),
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

function watchedOf(given: MonitoringProps, role: 'primary' | 'secondary'): Watched {
  const props = role === 'secondary' ? { ...given, ...given.secondaryThresholds } : given;
  const { regions, tableName, busName, functionTimeoutsSeconds = [] } = props;
  const peer = regions.peerOf(regions[role]);
  const functionNames = props[`${role}FunctionNames`] ?? [];
  const targetGroups = props[`${role}TargetGroupArnSuffixes`] ?? [];
  const deadLetterQueues = props[`${role}DeadLetterQueueNames`] ?? [];
  const cluster = props[`${role}ClusterIdentifier`];
  const stateMachine = props[`${role}StateMachineArn`];
  const loadBalancer = props[`${role}LoadBalancerArnSuffix`];
  const vaultName = props[`${role}VaultName`];
  const ruleName = props[`${role}RuleName`];
  const sent = replicationFrom(props, role);
  const received = replicationFrom(props, other(role));
  const limits = { percent: props.functionDurationPercent ?? 80, errors: props.functionErrors ?? 5 };
  return {
    topicArn: props[`${role}TopicArn`],
    vaultName,
    watches: [
      ...ifGiven(cluster, (id) => auroraWatches(id, props.auroraLagMilliseconds ?? 5000)),
      ...ifGiven(tableName, (name) => tableWatches(name, peer.name, props.dynamoDbLatencyMilliseconds ?? 30_000)),
      ...ifGiven(received, (from) =>
        arrivalWatches(from, props.s3LatencySeconds ?? 600, props.s3PendingBytes ?? 1_073_741_824),
      ),
      ...ifGiven(sent, departureWatches),
      ...functionNames.flatMap((name, index) =>
        functionWatches(name, index, { ...limits, timeout: functionTimeoutsSeconds[index] ?? 30 }),
      ),
      ...ifGiven(stateMachine, stateMachineWatches),
      ...ifGiven(loadBalancer, (suffix) => loadBalancerWatches(suffix, targetGroups, props.serverErrors ?? 10)),
      ...deadLetterQueues.map(deadLetterWatch),
      ...ifGiven(vaultName, vaultWatches),
      ...ifGiven(busName, (bus) => ifGiven(ruleName, (rule) => ruleWatches(bus, rule))),
    ],
    graphs: [
      ...ifGiven(loadBalancer, requestGraphs),
      ...ifGiven(functionNames.length > 0 ? functionNames : undefined, invocationGraphs),
      ...ifGiven(stateMachine, executionGraphs),
      ...ifGiven(busName, eventLatencyGraphs),
    ],
  };
}

function ifGiven<T, R>(value: T | undefined, what: (value: T) => R[]): R[] {
  return value === undefined ? [] : what(value);
}

function other(role: 'primary' | 'secondary'): 'primary' | 'secondary' {
  return role === 'primary' ? 'secondary' : 'primary';
}

/** The replication that the bucket of one region sends, if there is one. */
function replicationFrom(props: MonitoringProps, role: 'primary' | 'secondary'): BucketReplication | undefined {
  const RuleId = props[`${role}ReplicationRuleId`];
  const SourceBucket = props[`${role}BucketName`];
  const DestinationBucket = props[`${other(role)}BucketName`];
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
