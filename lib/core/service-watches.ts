import { Graph, Metric, Watch } from './watch';

/*
 * What there is to watch in each AWS service: pure functions from names to metrics, with the facts about them.
 */

/**
 * Published in the region of a secondary cluster only. Both clusters are watched, because the roles change: the alarm
 * in the writer's region has no data and stays silent (rule R-CW-3).
 */
export function auroraWatches(clusterIdentifier: string, lagMilliseconds: number): Watch[] {
  return [
    {
      id: 'AuroraLag',
      name: 'aurora-replication-lag',
      title: 'Aurora replication lag (ms)',
      description: 'The Aurora cluster of this region is far behind the writer: a failover now would lose that much',
      metrics: [
        metric('AWS/RDS', 'AuroraGlobalDBReplicationLag', 'Average', { DBClusterIdentifier: clusterIdentifier }),
      ],
      threshold: lagMilliseconds,
      evaluationPeriods: 5,
    },
  ];
}

/** Operations whose system errors are added up: the metric exists per operation only (rule R-CW-6). */
const TABLE_OPERATIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'DeleteItem',
  'GetItem',
  'PutItem',
  'Query',
  'TransactWriteItems',
  'UpdateItem',
];

/** A global table, seen from one region that sends to another. */
export function tableWatches(
  tableName: string,
  receivingRegion: string,
  latencyMilliseconds: number,
  subject?: string,
): Watch[] {
  const dimensions = { TableName: tableName };
  const throttles = (kind: string): Watch => ({
    id: `Table${kind}Throttles`,
    name: `table-${kind.toLowerCase()}-throttles`,
    subject,
    title: 'Table throttles',
    description: `${kind} requests to the table are throttled`,
    metrics: [metric('AWS/DynamoDB', `${kind}ThrottleEvents`, 'Sum', dimensions)],
    threshold: 0,
    evaluationPeriods: 3,
  });
  return [
    {
      id: 'TableReplication',
      name: 'table-replication-latency',
      subject,
      title: 'Table replication latency (ms)',
      description: `Items written here reach ${receivingRegion} late`,
      // Published by the sending region, one direction each (rule R-CW-5).
      metrics: [
        metric('AWS/DynamoDB', 'ReplicationLatency', 'Average', {
          ...dimensions,
          ReceivingRegion: receivingRegion,
        }),
      ],
      threshold: latencyMilliseconds,
      evaluationPeriods: 5,
    },
    throttles('Read'),
    throttles('Write'),
    {
      id: 'TableErrors',
      name: 'table-system-errors',
      subject,
      title: 'Table system errors',
      description: 'DynamoDB answers requests to the table with 5xx',
      metrics: TABLE_OPERATIONS.map((Operation) =>
        metric('AWS/DynamoDB', 'SystemErrors', 'Sum', { ...dimensions, Operation }),
      ),
      threshold: 0,
      evaluationPeriods: 3,
    },
  ];
}

/** One direction of a replication: all three dimensions are needed (rule R-CW-4). */
export interface BucketReplication {
  readonly SourceBucket: string;
  readonly DestinationBucket: string;
  /** The rule's `id`. */
  readonly RuleId: string;
}

/** What the bucket of this region receives: latency and backlog are published at the destination (rule R-CW-4). */
export function arrivalWatches(
  replication: BucketReplication,
  latencySeconds: number,
  pendingBytes: number,
  subject?: string,
): Watch[] {
  return [
    {
      id: 'ObjectLatency',
      name: 'bucket-replication-latency',
      subject,
      title: 'Bucket replication latency (s)',
      description: 'Objects arrive late: the 15 minutes of Replication Time Control are at risk',
      metrics: [metric('AWS/S3', 'ReplicationLatency', 'Maximum', { ...replication })],
      threshold: latencySeconds,
    },
    {
      id: 'ObjectBacklog',
      name: 'bucket-replication-backlog',
      subject,
      title: 'Bucket replication backlog (bytes)',
      description: 'More bytes wait to be replicated to this region than usual',
      metrics: [metric('AWS/S3', 'BytesPendingReplication', 'Maximum', { ...replication })],
      threshold: pendingBytes,
      evaluationPeriods: 15,
    },
  ];
}

/** What the bucket of this region could not send: failures are published at the source (rule R-CW-4). */
export function departureWatches(replication: BucketReplication, subject?: string): Watch[] {
  return [
    {
      id: 'ObjectFailures',
      name: 'bucket-replication-failures',
      subject,
      title: 'Bucket replication failures',
      description: 'Objects of this region cannot be replicated, and will not be tried again',
      metrics: [metric('AWS/S3', 'OperationsFailedReplication', 'Sum', { ...replication })],
      threshold: 0,
      period: 300,
    },
  ];
}

/** A function with its timeout in seconds, of which an invocation may take a share in percent. */
export function functionWatches(
  subject: string,
  { timeout, percent, errors }: { timeout: number; percent: number; errors: number },
): Watch[] {
  const dimensions = { FunctionName: subject };
  return [
    {
      id: 'FunctionErrors',
      name: 'function-errors',
      subject,
      title: 'Function errors',
      description: `Invocations of ${subject} fail`,
      metrics: [metric('AWS/Lambda', 'Errors', 'Sum', dimensions)],
      threshold: errors,
      period: 300,
    },
    {
      id: 'FunctionThrottles',
      name: 'function-throttles',
      subject,
      title: 'Function throttles',
      description: `Invocations of ${subject} are refused: its concurrency or the account's is used up`,
      metrics: [metric('AWS/Lambda', 'Throttles', 'Sum', dimensions)],
      threshold: 0,
      evaluationPeriods: 3,
    },
    {
      id: 'FunctionDuration',
      name: 'function-duration',
      subject,
      title: 'Function duration (ms)',
      description: `Invocations of ${subject} take more than ${percent} % of their timeout of ${timeout} s`,
      metrics: [metric('AWS/Lambda', 'Duration', 'Maximum', dimensions)],
      threshold: timeout * 10 * percent,
      evaluationPeriods: 3,
    },
  ];
}

export function stateMachineWatches(stateMachineArn: string): Watch[] {
  return ['Failed', 'TimedOut', 'Aborted'].map((outcome) => ({
    id: `Executions${outcome}`,
    name: `executions-${outcome.toLowerCase()}`,
    title: 'Executions that did not succeed',
    description: `Executions of the state machine end as ${outcome}`,
    metrics: [metric('AWS/States', `Executions${outcome}`, 'Sum', { StateMachineArn: stateMachineArn })],
    threshold: 0,
    period: 300,
  }));
}

/**
 * A load balancer with its target groups. A group of Lambda functions without health checks publishes no count of
 * unhealthy targets: its alarm stays silent, and what fails shows in the 5xx of the load balancer.
 */
export function loadBalancerWatches(
  LoadBalancer: string,
  targetGroups: readonly string[],
  { serverErrors, responseTimeMilliseconds }: { serverErrors: number; responseTimeMilliseconds: number },
): Watch[] {
  const errors = (origin: string, description: string): Watch => ({
    id: `${origin}Errors`,
    name: `load-balancer-${origin.toLowerCase()}-errors`,
    title: 'Responses 5xx',
    description,
    metrics: [metric('AWS/ApplicationELB', `HTTPCode_${origin}_5XX_Count`, 'Sum', { LoadBalancer })],
    threshold: serverErrors,
    period: 300,
  });
  return [
    errors('ELB', 'The load balancer answers 5xx: it has no healthy target, or a target breaks off'),
    errors('Target', 'Targets of the load balancer answer 5xx'),
    {
      id: 'ResponseTime',
      name: 'load-balancer-response-time',
      title: 'Response time, 99th percentile (s)',
      description: `One of 100 requests to the load balancer waits more than ${responseTimeMilliseconds} ms`,
      metrics: [metric('AWS/ApplicationELB', 'TargetResponseTime', 'p99', { LoadBalancer })],
      threshold: responseTimeMilliseconds / 1000,
      evaluationPeriods: 5,
    },
    ...targetGroups.map((TargetGroup) => ({
      id: 'UnhealthyTargets',
      name: 'unhealthy-targets',
      subject: TargetGroup,
      title: 'Unhealthy targets',
      description: `Targets of ${TargetGroup} fail their health checks`,
      metrics: [metric('AWS/ApplicationELB', 'UnHealthyHostCount', 'Maximum', { TargetGroup, LoadBalancer })],
      threshold: 0,
      evaluationPeriods: 3,
    })),
  ];
}

/**
 * A network load balancer with its target groups. It counts connections, not requests: it resets what arrives for a
 * connection that it has forgotten, a target what it does not take. Resets by clients are their business.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-cloudwatch-metrics.html
 */
export function networkLoadBalancerWatches(
  LoadBalancer: string,
  targetGroups: readonly string[],
  connectionResets: number,
): Watch[] {
  return [
    {
      id: 'ConnectionResets',
      name: 'connection-resets',
      title: 'Connections reset by load balancer and targets',
      description: 'The network load balancer or its targets reset connections: clients must connect again',
      metrics: ['ELB', 'Target'].map((origin) =>
        metric('AWS/NetworkELB', `TCP_${origin}_Reset_Count`, 'Sum', { LoadBalancer }),
      ),
      threshold: connectionResets,
      period: 300,
    },
    ...targetGroups.map((TargetGroup) => ({
      id: 'UnhealthyNetworkTargets',
      name: 'unhealthy-network-targets',
      subject: TargetGroup,
      title: 'Unhealthy targets of network load balancers',
      description: `Targets of ${TargetGroup} fail their health checks`,
      metrics: [metric('AWS/NetworkELB', 'UnHealthyHostCount', 'Maximum', { TargetGroup, LoadBalancer })],
      threshold: 0,
      evaluationPeriods: 3,
    })),
  ];
}

/** A stage of a REST API: `5XXError` is 0 or 1 for each request, so that its average is the share. */
export function apiWatches(
  { ApiName, Stage }: { ApiName: string; Stage: string },
  { apiErrorPercent, responseTimeMilliseconds }: { apiErrorPercent: number; responseTimeMilliseconds: number },
): Watch[] {
  const dimensions = { ApiName, Stage };
  return [
    {
      id: 'ApiErrors',
      name: 'api-errors',
      subject: ApiName,
      title: 'API responses 5xx (share)',
      description: `More than ${apiErrorPercent} % of the responses of ${ApiName} are 5xx`,
      metrics: [metric('AWS/ApiGateway', '5XXError', 'Average', dimensions)],
      threshold: apiErrorPercent / 100,
      evaluationPeriods: 3,
    },
    {
      id: 'ApiLatency',
      name: 'api-latency',
      subject: ApiName,
      title: 'API latency, 99th percentile (ms)',
      description: `One of 100 requests to ${ApiName} waits more than ${responseTimeMilliseconds} ms`,
      metrics: [metric('AWS/ApiGateway', 'Latency', 'p99', dimensions)],
      threshold: responseTimeMilliseconds,
      evaluationPeriods: 5,
    },
  ];
}

/** Limits of an RDS instance. */
export interface InstanceLimits {
  readonly replicaLagSeconds: number;
  readonly replicationSlotLagBytes: number;
  readonly freeStorageBytes: number;
  readonly databaseCpuPercent: number;
  readonly databaseConnections: number;
}

/**
 * An RDS instance, not of Aurora. The lag is published by a replica and the slot's lag by its source: both are watched on
 * both, because a promotion changes the roles, and the alarm without data stays silent. An instance always reports its
 * CPU: there silence is its loss.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html
 */
export function instanceWatches(subject: string, limits: InstanceLimits): Watch[] {
  const watch = (
    name: string,
    [title, description]: readonly [string, string],
    [metricName, statistic, threshold]: readonly [string, string, number],
    more: Partial<Watch> = {},
  ): Watch => ({
    id: metricName,
    name,
    subject,
    title,
    description,
    metrics: [metric('AWS/RDS', metricName, statistic, { DBInstanceIdentifier: subject })],
    threshold,
    evaluationPeriods: 5,
    ...more,
  });
  return [
    watch(
      'database-replica-lag',
      ['Database replica lag (s)', `The replica ${subject} is far behind: a promotion now would lose that much`],
      ['ReplicaLag', 'Maximum', limits.replicaLagSeconds],
    ),
    watch(
      'database-slot-lag',
      ['Database replication slot lag (bytes)', `${subject} keeps its log for a replica that does not follow`],
      ['OldestReplicationSlotLag', 'Maximum', limits.replicationSlotLagBytes],
    ),
    watch(
      'database-storage',
      ['Free storage of databases (bytes)', `${subject} runs out of storage`],
      ['FreeStorageSpace', 'Minimum', limits.freeStorageBytes],
      { comparison: 'LessThanThreshold' },
    ),
    watch(
      'database-cpu',
      ['Database CPU (%)', `${subject} is close to what it can do, or gone`],
      ['CPUUtilization', 'Average', limits.databaseCpuPercent],
      { treatMissingData: 'breaching' },
    ),
    watch(
      'database-connections',
      ['Database connections', `${subject} is close to refusing connections`],
      ['DatabaseConnections', 'Maximum', limits.databaseConnections],
    ),
  ];
}

/**
 * A service of ECS. Its CPU and memory are published for every service on Fargate; how many tasks run only with Container
 * Insights, where silence means that none does.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
 */
export function containerServiceWatches(
  { ClusterName, ServiceName, tasks }: { ClusterName: string; ServiceName: string; tasks: number },
  { taskCpuPercent, taskMemoryPercent }: { taskCpuPercent: number; taskMemoryPercent: number },
): Watch[] {
  const dimensions = { ClusterName, ServiceName };
  const share = (what: string, metricName: string, threshold: number): Watch => ({
    id: `Tasks${metricName}`,
    name: `task-${what.toLowerCase()}`,
    subject: ServiceName,
    title: `Task ${what} (%)`,
    description: `The tasks of ${ServiceName} are close to what they can do`,
    metrics: [metric('AWS/ECS', metricName, 'Average', dimensions)],
    threshold,
    evaluationPeriods: 5,
  });
  return [
    {
      id: 'RunningTasks',
      name: 'running-tasks',
      subject: ServiceName,
      title: 'Running tasks',
      description: `Fewer than ${tasks} tasks of ${ServiceName} run: the region cannot carry what it is sized for`,
      metrics: [metric('ECS/ContainerInsights', 'RunningTaskCount', 'Minimum', dimensions)],
      threshold: tasks,
      comparison: 'LessThanThreshold',
      evaluationPeriods: 5,
      treatMissingData: 'breaching',
    },
    share('CPU', 'CPUUtilization', taskCpuPercent),
    share('memory', 'MemoryUtilization', taskMemoryPercent),
  ];
}

/** A Firehose stream to S3. Where nothing arrives it publishes nothing. */
export function deliveryStreamWatch(subject: string, freshnessSeconds: number): Watch {
  return {
    id: 'DeliveryFreshness',
    name: 'delivery-freshness',
    subject,
    title: 'Age of undelivered records (s)',
    description: `${subject} does not write what it has: copies are not there when they are needed`,
    metrics: [metric('AWS/Firehose', 'DeliveryToS3.DataFreshness', 'Maximum', { DeliveryStreamName: subject })],
    threshold: freshnessSeconds,
    evaluationPeriods: 3,
  };
}

/**
 * Subscription filters of all log groups of the region. The metrics carry the log group, the filter and a kind of
 * destination for which AWS lists no values: a query asks for all of them.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
 */
export function logSubscriptionWatches(): Watch[] {
  const deliveries = (kind: string, description: string): Watch => ({
    id: `LogDelivery${kind}`,
    name: `log-delivery-${kind.toLowerCase()}`,
    title: `Log events: delivery ${kind.toLowerCase()}`,
    description,
    metrics: [],
    query: `SELECT SUM(Delivery${kind}) FROM SCHEMA("AWS/Logs", DestinationType, FilterName, LogGroupName)`,
    threshold: 0,
    period: 300,
  });
  return [
    deliveries(
      'Errors',
      'Destinations refuse log events: after 24 hours, or at once without permission, they are lost',
    ),
    deliveries('Throttling', 'Destinations take log events more slowly than they come'),
  ];
}

export function deadLetterWatch(subject: string): Watch {
  return {
    id: 'DeadLetterMessages',
    name: 'dead-letters',
    subject,
    title: 'Messages in dead-letter queues',
    description: `Messages in ${subject} wait for a person`,
    metrics: [metric('AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'Maximum', { QueueName: subject })],
    threshold: 0,
  };
}

export function vaultWatches(vaultName: string): Watch[] {
  return ['Backup', 'Copy'].map((job) => ({
    id: `${job}Jobs`,
    name: `${job.toLowerCase()}-jobs-failed`,
    title: 'Failed backup and copy jobs',
    description: `${job} jobs of the vault fail: the last good recovery point grows older`,
    metrics: [metric('AWS/Backup', `NumberOf${job}JobsFailed`, 'Sum', { BackupVaultName: vaultName })],
    threshold: 0,
    period: 3600,
  }));
}

/** Metrics of a rule on a bus of one's own carry both dimensions. */
export function ruleWatches(EventBusName: string, RuleName: string): Watch[] {
  return [
    {
      id: 'FailedInvocations',
      name: 'failed-event-deliveries',
      title: 'Failed event deliveries',
      description: 'EventBridge gives up delivering events to their target',
      metrics: [metric('AWS/Events', 'FailedInvocations', 'Sum', { EventBusName, RuleName })],
      threshold: 0,
      period: 300,
    },
  ];
}

export function requestGraphs(LoadBalancer: string): Graph[] {
  return [
    {
      title: 'Requests',
      metrics: [metric('AWS/ApplicationELB', 'RequestCount', 'Sum', { LoadBalancer })],
    },
  ];
}

export function invocationGraphs(functionNames: readonly string[]): Graph[] {
  return [
    {
      title: 'Function invocations',
      metrics: functionNames.map((FunctionName) => metric('AWS/Lambda', 'Invocations', 'Sum', { FunctionName })),
    },
  ];
}

export function executionGraphs(StateMachineArn: string): Graph[] {
  return [
    {
      title: 'Executions that succeeded',
      metrics: [metric('AWS/States', 'ExecutionsSucceeded', 'Sum', { StateMachineArn })],
    },
  ];
}

/** Of all buses of the region: the metric that moves the global endpoint (rule R-EB-5). */
export function eventLatencyGraphs(): Graph[] {
  return [
    {
      title: 'Event latency (ms)',
      metrics: [metric('AWS/Events', 'IngestionToInvocationStartLatency', 'Average', {})],
    },
  ];
}

/** A Global Accelerator publishes in this region only, wherever its endpoints are. */
export const ACCELERATOR_METRICS_REGION = 'us-west-2';

export function acceleratorMetric(Accelerator: string): Metric {
  return metric('AWS/GlobalAccelerator', 'NewFlowCount', 'Sum', { Accelerator });
}

/** 1 while a health check is healthy. Published in us-east-1 only (rule R-R53-14). */
export function healthCheckStatus(HealthCheckId: string): Metric {
  return metric('AWS/Route53', 'HealthCheckStatus', 'Minimum', { HealthCheckId });
}

function metric(namespace: string, metricName: string, statistic: string, dimensions: Record<string, string>): Metric {
  return { namespace, metricName, statistic, dimensions };
}
