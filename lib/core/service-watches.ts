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
export function tableWatches(tableName: string, receivingRegion: string, latencyMilliseconds: number): Watch[] {
  const dimensions = { TableName: tableName };
  const throttles = (kind: string): Watch => ({
    id: `Table${kind}Throttles`,
    name: `table-${kind.toLowerCase()}-throttles`,
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
export function arrivalWatches(replication: BucketReplication, latencySeconds: number, pendingBytes: number): Watch[] {
  return [
    {
      id: 'ObjectLatency',
      name: 'bucket-replication-latency',
      title: 'Bucket replication latency (s)',
      description: 'Objects arrive late: the 15 minutes of Replication Time Control are at risk',
      metrics: [metric('AWS/S3', 'ReplicationLatency', 'Maximum', { ...replication })],
      threshold: latencySeconds,
    },
    {
      id: 'ObjectBacklog',
      name: 'bucket-replication-backlog',
      title: 'Bucket replication backlog (bytes)',
      description: 'More bytes wait to be replicated to this region than usual',
      metrics: [metric('AWS/S3', 'BytesPendingReplication', 'Maximum', { ...replication })],
      threshold: pendingBytes,
      evaluationPeriods: 15,
    },
  ];
}

/** What the bucket of this region could not send: failures are published at the source (rule R-CW-4). */
export function departureWatches(replication: BucketReplication): Watch[] {
  return [
    {
      id: 'ObjectFailures',
      name: 'bucket-replication-failures',
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
  index: number,
  { timeout, percent, errors }: { timeout: number; percent: number; errors: number },
): Watch[] {
  const dimensions = { FunctionName: subject };
  return [
    {
      id: `FunctionErrors${index + 1}`,
      name: 'function-errors',
      subject,
      title: 'Function errors',
      description: `Invocations of ${subject} fail`,
      metrics: [metric('AWS/Lambda', 'Errors', 'Sum', dimensions)],
      threshold: errors,
      period: 300,
    },
    {
      id: `FunctionThrottles${index + 1}`,
      name: 'function-throttles',
      subject,
      title: 'Function throttles',
      description: `Invocations of ${subject} are refused: its concurrency or the account's is used up`,
      metrics: [metric('AWS/Lambda', 'Throttles', 'Sum', dimensions)],
      threshold: 0,
      evaluationPeriods: 3,
    },
    {
      id: `FunctionDuration${index + 1}`,
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
  serverErrors: number,
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
    ...targetGroups.map((TargetGroup, index) => ({
      id: `UnhealthyTargets${index + 1}`,
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

export function deadLetterWatch(subject: string, index: number): Watch {
  return {
    id: `DeadLetters${index + 1}`,
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

/** 1 while a health check is healthy. Published in us-east-1 only (rule R-R53-14). */
export function healthCheckStatus(HealthCheckId: string): Metric {
  return metric('AWS/Route53', 'HealthCheckStatus', 'Minimum', { HealthCheckId });
}

function metric(namespace: string, metricName: string, statistic: string, dimensions: Record<string, string>): Metric {
  return { namespace, metricName, statistic, dimensions };
}
