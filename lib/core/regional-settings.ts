import { IConstruct } from 'constructs';
import { addNotice } from './halves';

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
  /** Responses 5xx of a load balancer within five minutes. @default 10 */
  readonly serverErrors?: number;
  /** Time that 99 of 100 requests to a load balancer or an API stay under, for five minutes, in milliseconds. @default 3000 */
  readonly responseTimeMilliseconds?: number;
  /** Share of an API's responses that are 5xx, for three minutes, in percent. @default 5 */
  readonly apiErrorPercent?: number;
  /** Connections that a network load balancer resets within five minutes. @default 100 */
  readonly connectionResets?: number;
  /**
   * Lag of an RDS replica, held for five minutes, in seconds. PostgreSQL reports up to 300 where nobody writes.
   * @default 300
   */
  readonly replicaLagSeconds?: number;
  /** Log that an RDS source keeps for a replica which lags behind, held for five minutes, in bytes. @default 1073741824 */
  readonly replicationSlotLagBytes?: number;
  /** Free storage of an RDS instance, in bytes. @default 5368709120 */
  readonly freeStorageBytes?: number;
  /** CPU of an RDS instance, held for five minutes, in percent. @default 80 */
  readonly databaseCpuPercent?: number;
  /** Connections to an RDS instance. What it takes grows with its memory. @default 400 */
  readonly databaseConnections?: number;
  /** CPU of the tasks of a container service, held for five minutes, in percent. @default 85 */
  readonly taskCpuPercent?: number;
  /** Memory of the tasks of a container service, held for five minutes, in percent. @default 85 */
  readonly taskMemoryPercent?: number;
  /** Age of the oldest record that Firehose has not delivered, in seconds; above its buffering interval. @default 900 */
  readonly deliveryFreshnessSeconds?: number;
}

/** Who may send what: the part of a web ACL that could differ between regions, and should not. */
export interface WebAclSettings {
  /** Requests that one address may send within 5 minutes (10 to 2,000,000,000). More are answered with 429. @default 2000 */
  readonly rateLimit?: number;
  /** Countries that are refused, as ISO 3166 codes of two capital letters, such as `KP`. @default [] */
  readonly blockedCountries?: readonly string[];
  /** The only countries that are served, as ISO 3166 codes. Not together with `blockedCountries`. @default - all */
  readonly allowedCountries?: readonly string[];
  /** IPv4 and IPv6 ranges that no rule inspects, such as those of your monitoring. @default [] */
  readonly trustedCidrBlocks?: readonly string[];
  /** IPv4 and IPv6 ranges that are refused everything, `healthCheckPaths` included. @default [] */
  readonly blockedCidrBlocks?: readonly string[];
}

/** How much a region can carry. */
export interface CapacitySettings {
  /** `Containers`: tasks the region starts with. @default - as the construct says */
  readonly desiredCount?: number;
  /** `Containers`: tasks the region never has fewer of. @default - as the construct says */
  readonly minCapacity?: number;
  /** `Containers`: tasks the region never has more of. @default - as the construct says */
  readonly maxCapacity?: number;
  /** `Compute`: instances of the processor that are reserved. @default - as the construct says */
  readonly reservedConcurrency?: number;
  /** `AuroraGlobalDatabase`: class of the instances, of the same family as the other region's. @default - as the construct says */
  readonly instanceClass?: string;
  /** `AuroraGlobalDatabase`: smallest capacity with `db.serverless`, in ACU. @default - as the construct says */
  readonly serverlessMinCapacity?: number;
  /** `AuroraGlobalDatabase`: largest capacity with `db.serverless`, in ACU. @default - as the construct says */
  readonly serverlessMaxCapacity?: number;
}

/**
 * Everything in which the secondary region may differ from the primary: `secondarySettings` of a construct. Each setting
 * has the name of the prop that both regions follow without it. A construct refuses the settings that it does not have;
 * `MultiRegionDRStack` gives each to the construct that has it. After a failover the secondary is what users have, so a
 * warning names what is different.
 */
export interface RegionalSettings extends MonitoringThresholds, WebAclSettings, CapacitySettings {}

/** The part of the settings that a construct has, by the names of its props; undefined when none of them is given. */
export function settingsNamed(
  settings: RegionalSettings | undefined,
  names: readonly string[],
): RegionalSettings | undefined {
  const given = Object.entries(settings ?? {}).filter(([name, value]) => names.includes(name) && value !== undefined);
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}

/**
 * Warns of what the secondary has otherwise than the primary. Lists are given in one order.
 *
 * @param consequence what a failover then changes, as half a sentence
 */
export function warnOfDifferences(
  scope: IConstruct,
  primary: RegionalSettings,
  secondary: RegionalSettings,
  consequence: string,
): void {
  const text = (value: unknown): string | undefined => JSON.stringify(value);
  const [one, other] = [new Map(Object.entries(primary)), new Map(Object.entries(secondary))];
  const different = [...other.keys()].filter((name) => text(one.get(name)) !== text(other.get(name)));
  if (different.length === 0) return;
  addNotice(
    scope,
    'warn',
    `${scope.node.path}: the regions differ in ${different.join(', ')}: ${consequence}. Remove it from secondarySettings unless it must be so.`,
  );
}
