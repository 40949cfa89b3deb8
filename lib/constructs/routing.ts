import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { Route53HealthCheck, Route53HealthCheckConfig } from '@cdktf/provider-aws/lib/route53-health-check';
import { Route53Record } from '@cdktf/provider-aws/lib/route53-record';
import { Fn, Token } from 'cdktf';
import { Construct } from 'constructs';
import { z } from 'zod';
import { checkArnRegion } from '../core/arn-region';
import { domainName } from '../core/domain-name';
import { ConfigurationError } from '../core/errors';
import { bothHalves, halfOf } from '../core/halves';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import { arn, instance, integer, known, oneOf, text, validateProps } from '../core/validation';

/** Props of `Routing`. */
export interface RoutingProps {
  /** The two regions. */
  readonly regions: RegionPair;
  /** Public or private zone that holds the shared name. */
  readonly zoneId: string;
  /** The host name that clients use and that both regions serve, such as `app.dr.your-company.com`. */
  readonly recordName: string;
  /** The primary load balancer's own name, which the internet can reach. */
  readonly primaryTargetDnsName: string;
  /** Hosted zone of that name: the load balancer's, not yours. */
  readonly primaryTargetZoneId: string;
  /** The secondary load balancer's own name, which the internet can reach. */
  readonly secondaryTargetDnsName: string;
  /** Hosted zone of that name: the load balancer's, not yours. */
  readonly secondaryTargetZoneId: string;
  /** Topic in us-east-1, the only region with health-check metrics: hears of every change of health. */
  readonly alarmTopicArn: string;
  /** Topic of the primary region: hears when the database's writer is elsewhere. @default - nobody is told there */
  readonly primaryTopicArn?: string;
  /** Topic of the secondary region: hears when an operator takes the primary out. @default - nobody is told there */
  readonly secondaryTopicArn?: string;
  /** `HTTP` or `HTTPS`. @default 'HTTPS' */
  readonly protocol?: string;
  /** Port of the load balancers' listener. @default - 443 for HTTPS, 80 for HTTP */
  readonly port?: number;
  /** Path that answers 200 to 399 while the region can serve. @default '/health' */
  readonly healthCheckPath?: string;
  /** Seconds between two requests of one health checker: 10, or 30 at a lower price. @default 10 */
  readonly requestInterval?: number;
  /** Requests in a row that must fail before a region is unhealthy (1 to 10). @default 3 */
  readonly failureThreshold?: number;
  /** Identifier of the Aurora cluster in the primary region. @default - traffic returns whatever the database does */
  readonly writerClusterIdentifier?: string;
}

/** Where the operator's switch is: what `PutMetricData` must be called with. */
export interface OperatorSwitch {
  /** The secondary region. */
  readonly region: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensionName: string;
  readonly dimensionValue: string;
  readonly alarmName: string;
}

/** A metric whose being above zero makes a check unhealthy. */
interface WatchedMetric {
  readonly name: string;
  readonly description: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Record<string, string>;
  /** Seconds, a multiple of 60. */
  readonly period: number;
  readonly treatMissingData: string;
  /** What Route 53 makes of no data: `Healthy`, `Unhealthy` or `LastKnownStatus`. */
  readonly withoutData: string;
  readonly topicArn?: string;
}

/** The check of a metric, and the alarm it copied. */
interface Watch {
  readonly check: Route53HealthCheck;
  readonly alarmName: string;
}

const DEFAULT_PORTS: Record<string, number> = { HTTP: 80, HTTPS: 443 };
const OWN_NAME =
  "give the load balancer's own name: a check of the shared name would follow the failover that it decides";

/** Life of an answer for an alias of a load balancer, in seconds. It cannot be chosen. */
const ALIAS_TTL_SECONDS = 60;

const NAMESPACE = 'MultiRegionDR';
const SWITCH_METRIC = 'PrimaryOutOfService';
const SWITCH_DIMENSION = 'EnvironmentSuffix';

/** Of an alarm, what Route 53 copies and does not follow afterwards (rule R-R53-12). */
const COPIED_ATTRIBUTES = [
  'comparison_operator',
  'evaluation_periods',
  'metric_name',
  'namespace',
  'period',
  'statistic',
  'threshold',
  'treat_missing_data',
];

const targetName = known(
  z.string('give the DNS name of a load balancer').superRefine((name, context) => {
    const { error } = domainName.safeParse(name);
    if (error) context.addIssue({ code: 'custom', message: error.issues[0].message });
    else if (name.startsWith('internal-')) {
      const message = 'give an internet-facing load balancer: the health checkers connect from the internet';
      context.addIssue({ code: 'custom', message });
    }
  }),
);
const hostedZone = known(
  z.string('give the id of a zone').regex(/^Z[A-Z0-9]+$/, 'give the id of a zone, such as "Z0123456789ABCDEFGHIJ"'),
);

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  zoneId: hostedZone,
  recordName: domainName,
  primaryTargetDnsName: targetName,
  primaryTargetZoneId: hostedZone,
  secondaryTargetDnsName: targetName,
  secondaryTargetZoneId: hostedZone,
  alarmTopicArn: arn('sns'),
  primaryTopicArn: arn('sns').optional(),
  secondaryTopicArn: arn('sns').optional(),
  protocol: oneOf('HTTP', 'HTTPS').optional(),
  port: integer(1, 65535).optional(),
  healthCheckPath: z
    .string('give a path')
    .regex(/^\/[\x21-\x7e]{0,254}$/, 'give a path that starts with "/", of at most 255 characters without spaces')
    .optional(),
  requestInterval: z.literal([10, 30], 'use 10 or 30 seconds: Route 53 has no other interval').optional(),
  failureThreshold: integer(1, 10, 'requests').optional(),
  writerClusterIdentifier: text.optional(),
});

/**
 * The traffic switch: one name, answered with the primary's address while the primary may serve and with the
 * secondary's otherwise. Records never change; only health does, and health is data plane (rule R-R53-16).
 *
 * **What takes the primary out.** Its record follows one calculated check, healthy while all of these are:
 * 1. the endpoint check: `/health` on the load balancer's own name;
 * 2. the operator's switch;
 * 3. the writer gate, when `writerClusterIdentifier` is given.
 * Its record also follows the target groups of the load balancer (`evaluate_target_health`).
 *
 * **The operator's switch** (rule R-R53-17) watches an alarm in the secondary region on the custom metric
 * `MultiRegionDR/PrimaryOutOfService`, so that failing over and staying there needs nothing of the primary:
 * `PutMetricData` of 1 takes the primary out once its minute is evaluated. Publish 0 in three consecutive minutes to put
 * it back: the alarm takes the maximum of a minute, so a 0 beside the last 1 is not seen. It latches: between data
 * points the check has `LastKnownStatus`, and the alarm treats missing data as `missing`, so that "no data" is no state
 * of its own. With `notBreaching` or `Healthy` the primary would return as soon as no more data came, unasked. AWS means
 * `LastKnownStatus` for gaps of up to a few hours. So publish 1 again at least every hour while the primary is to stay
 * out. Until the first data point the switch is healthy. `SetAlarmState` does not move it: Route 53 reads the metric, not
 * the alarm.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
 *
 * **The writer gate** (rule R-R53-18) watches `AuroraGlobalDBReplicationLag` of the primary region's cluster. Aurora
 * publishes it only for a cluster that is a secondary. So any value says that the writer is elsewhere, and no value
 * (`Healthy`) that it is here, that there is no data yet, or that the region is silent (rule R-R53-13). It keeps traffic
 * from returning before the writer does. It cannot know a writer that moved while the old cluster was still down: in that
 * window the operator's switch is what holds, so a failover turns it first.
 *
 * **The secondary's record has no health check** (rule R-R53-4): with one, and both regions unhealthy, Route 53 answers
 * with the primary, even one that an operator took out. The same happens when its load balancer has no healthy target, so
 * the health function must answer 200 on standby.
 *
 * **Time** (rule R-R53-22): `requestInterval` x `failureThreshold` to notice, then up to 60 s until resolvers ask again,
 * then as long as clients keep connections or answers.
 *
 * In a private zone the checkers still connect from the internet, to names the internet can reach. Routing controls of
 * Application Recovery Controller (rule R-R53-20) would do the switch's job at about 1,800 USD a month.
 *
 * @throws ConfigurationError for a target that is the shared name itself, a private or a reserved name, a protocol on
 * the other's port, topics of the wrong region, and malformed props
 */
export class Routing extends Construct {
  /** The shared name as Route 53 has it. */
  public readonly recordFqdn: string;
  /** Endpoint check of the primary region. */
  public readonly primaryHealthCheckId: string;
  /** Endpoint check of the secondary region. No record follows it. */
  public readonly secondaryHealthCheckId: string;
  /** What the primary's record follows: healthy while the primary may serve. */
  public readonly failoverHealthCheckId: string;
  public readonly operatorSwitchHealthCheckId: string;
  /** Undefined without `writerClusterIdentifier`. */
  public readonly writerGateHealthCheckId?: string;
  /** Healthy while at least one region can serve. */
  public readonly systemHealthCheckId: string;
  /** How to turn the operator's switch. */
  public readonly operatorSwitch: OperatorSwitch;
  /** Alarm behind the writer gate, in the primary region. Undefined without `writerClusterIdentifier`. */
  public readonly writerGateAlarmName?: string;
  /** Alarms in us-east-1, one per health check. */
  public readonly alarmNames: readonly string[];
  /** From the loss of the primary to the last resolver that asks again, in seconds; clients add their own caches. */
  public readonly failoverSeconds: number;
  private readonly regions: RegionPair;

  constructor(scope: Construct, id: string, props: RoutingProps) {
    super(scope, id);
    validateProps(this, schema, props);
    const { regions } = props;
    this.regions = regions;
    const protocol = props.protocol ?? 'HTTPS';
    this.checkTargets(props);
    this.checkPort(protocol, props.port);
    checkArnRegion(this, 'alarmTopicArn', props.alarmTopicArn, regions.route53Metrics);
    checkArnRegion(this, 'primaryTopicArn', props.primaryTopicArn, regions.primary);
    checkArnRegion(this, 'secondaryTopicArn', props.secondaryTopicArn, regions.secondary);

    const protocolPort = props.port ?? DEFAULT_PORTS[protocol];
    const requestInterval = props.requestInterval ?? 10;
    const failureThreshold = props.failureThreshold ?? 3;
    const targets = {
      primary: { name: props.primaryTargetDnsName, zoneId: props.primaryTargetZoneId },
      secondary: { name: props.secondaryTargetDnsName, zoneId: props.secondaryTargetZoneId },
    };
    const halves = bothHalves(regions, (_, half) => new Construct(this, half));
    const endpoints = bothHalves(regions, (region) =>
      this.healthCheck(halfOf(halves, region), 'Endpoint', `endpoint-${region.role}`, {
        type: protocol,
        fqdn: halfOf(targets, region).name,
        port: protocolPort,
        resourcePath: props.healthCheckPath ?? '/health',
        requestInterval,
        failureThreshold,
        enableSni: protocol === 'HTTPS',
      }),
    );
    const operatorSwitch = this.watch('OperatorSwitch', regions.secondary, {
      name: 'operator-switch',
      description: `Published by an operator: 1 takes ${regions.primary.name} out of service, 0 puts it back`,
      namespace: NAMESPACE,
      metricName: SWITCH_METRIC,
      dimensions: { [SWITCH_DIMENSION]: regions.environmentSuffix },
      period: 60,
      treatMissingData: 'missing',
      withoutData: 'LastKnownStatus',
      topicArn: props.secondaryTopicArn,
    });
    const writerGate =
      props.writerClusterIdentifier === undefined
        ? undefined
        : this.watch('WriterGate', regions.primary, {
            name: 'writer-gate',
            description: `The cluster in ${regions.primary.name} receives replication: the writer is elsewhere`,
            namespace: 'AWS/RDS',
            metricName: 'AuroraGlobalDBReplicationLag',
            dimensions: { DBClusterIdentifier: props.writerClusterIdentifier },
            // Longer than a gap in a metric of one minute: a gap would let traffic return to a region without a writer.
            period: 300,
            treatMissingData: 'notBreaching',
            withoutData: 'Healthy',
            topicArn: props.primaryTopicArn,
          });
    const deciding = [endpoints.primary, operatorSwitch.check, ...(writerGate ? [writerGate.check] : [])];
    const failover = this.calculated('Failover', deciding, deciding.length);
    const system = this.calculated('System', [endpoints.primary, endpoints.secondary], 1);

    const records = bothHalves(
      regions,
      (region) =>
        new Route53Record(halfOf(halves, region), 'Record', {
          provider: regions.primary.provider,
          zoneId: props.zoneId,
          name: props.recordName,
          type: 'A',
          setIdentifier: region.role,
          failoverRoutingPolicy: { type: region.role.toUpperCase() },
          healthCheckId: region.role === 'primary' ? failover.id : undefined,
          alias: { ...halfOf(targets, region), evaluateTargetHealth: true },
        }),
    );

    this.alarmNames = this.statusAlarms(props.alarmTopicArn, {
      'endpoint-primary': endpoints.primary,
      'endpoint-secondary': endpoints.secondary,
      'operator-switch': operatorSwitch.check,
      ...(writerGate && { 'writer-gate': writerGate.check }),
      failover,
      system,
    });
    this.recordFqdn = records.primary.fqdn;
    this.primaryHealthCheckId = endpoints.primary.id;
    this.secondaryHealthCheckId = endpoints.secondary.id;
    this.failoverHealthCheckId = failover.id;
    this.operatorSwitchHealthCheckId = operatorSwitch.check.id;
    this.writerGateHealthCheckId = writerGate?.check.id;
    this.writerGateAlarmName = writerGate?.alarmName;
    this.systemHealthCheckId = system.id;
    this.failoverSeconds = requestInterval * failureThreshold + ALIAS_TTL_SECONDS;
    this.operatorSwitch = {
      region: regions.secondary.name,
      namespace: NAMESPACE,
      metricName: SWITCH_METRIC,
      dimensionName: SWITCH_DIMENSION,
      dimensionValue: regions.environmentSuffix,
      alarmName: operatorSwitch.alarmName,
    };
  }

  /** Health checks belong to no region; the name tells them apart in an account (rule R-TF-4). */
  private healthCheck(
    scope: Construct,
    id: string,
    name: string,
    config: Route53HealthCheckConfig,
  ): Route53HealthCheck {
    return new Route53HealthCheck(scope, id, {
      ...config,
      provider: this.regions.primary.provider,
      tags: { Name: this.regions.sharedName('health check', name) },
    });
  }

  /** AWS allows no calculated check among the children. */
  private calculated(id: string, children: readonly Route53HealthCheck[], threshold: number): Route53HealthCheck {
    return this.healthCheck(this, id, id.toLowerCase(), {
      type: 'CALCULATED',
      childHealthchecks: children.map((child) => child.id),
      childHealthThreshold: threshold,
    });
  }

  /** A check that is unhealthy while a metric of a region is above zero. */
  private watch(id: string, region: Region, metric: WatchedMetric): Watch {
    const half = new Construct(this, id);
    const alarmName = region.resourceName('alarm', metric.name);
    const actions = metric.topicArn === undefined ? undefined : [metric.topicArn];
    // Route 53 takes plain alarms only: no metric math, no percentile, no M of N, periods from 60 s (rule R-R53-10).
    const alarm = new CloudwatchMetricAlarm(half, 'Alarm', {
      provider: region.provider,
      alarmName,
      alarmDescription: metric.description,
      namespace: metric.namespace,
      metricName: metric.metricName,
      dimensions: metric.dimensions,
      statistic: 'Maximum',
      period: metric.period,
      evaluationPeriods: 1,
      comparisonOperator: 'GreaterThanThreshold',
      threshold: 0,
      treatMissingData: metric.treatMissingData,
      alarmActions: actions,
      okActions: actions,
    });
    const copied = COPIED_ATTRIBUTES.map((name) => [name, Token.asString(alarm.interpolationForAttribute(name))]);
    const check = this.healthCheck(half, 'HealthCheck', metric.name, {
      type: 'CLOUDWATCH_METRIC',
      cloudwatchAlarmName: Token.asString(alarm.interpolationForAttribute('alarm_name')),
      cloudwatchAlarmRegion: region.name,
      insufficientDataHealthStatus: metric.withoutData,
      triggers: {
        ...Object.fromEntries(copied),
        dimensions: Fn.jsonencode(alarm.interpolationForAttribute('dimensions')),
      },
    });
    return { check, alarmName };
  }

  /**
   * One alarm per check, in us-east-1 (rule R-R53-14). No data is an alarm: a check that somebody disabled publishes none
   * and counts as healthy for ever (rule R-R53-9).
   */
  private statusAlarms(topicArn: string, checks: Record<string, Route53HealthCheck>): string[] {
    const half = new Construct(this, 'Alarms');
    return Object.entries(checks).map(([name, check]) => {
      const alarmName = this.regions.sharedName('alarm', `health-check-${name}`);
      new CloudwatchMetricAlarm(half, name, {
        provider: this.regions.route53Metrics.provider,
        alarmName,
        alarmDescription: `The Route 53 health check ${name} is unhealthy or disabled`,
        namespace: 'AWS/Route53',
        metricName: 'HealthCheckStatus',
        dimensions: { HealthCheckId: check.id },
        statistic: 'Minimum',
        period: 60,
        evaluationPeriods: 1,
        comparisonOperator: 'LessThanThreshold',
        threshold: 1,
        treatMissingData: 'breaching',
        alarmActions: [topicArn],
        okActions: [topicArn],
      });
      return alarmName;
    });
  }

  private checkTargets({ recordName, primaryTargetDnsName, secondaryTargetDnsName }: RoutingProps): void {
    for (const [prop, received, other, wayOut] of [
      ['primaryTargetDnsName', primaryTargetDnsName, recordName, OWN_NAME],
      ['secondaryTargetDnsName', secondaryTargetDnsName, recordName, OWN_NAME],
      ['secondaryTargetDnsName', secondaryTargetDnsName, primaryTargetDnsName, 'give the target of the other region'],
    ]) {
      if (received === other) throw new ConfigurationError(this, { prop, received, wayOut });
    }
  }

  private checkPort(protocol: string, port: number | undefined): void {
    const other = protocol === 'HTTPS' ? 'HTTP' : 'HTTPS';
    if (port !== DEFAULT_PORTS[other]) return;
    throw new ConfigurationError(this, {
      prop: 'port',
      received: port,
      wayOut: `set protocol to "${other}" or give the port of the ${protocol} listener: this one speaks ${other}`,
    });
  }
}
