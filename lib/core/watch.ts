import { CloudwatchMetricAlarm, CloudwatchMetricAlarmConfig } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { Construct } from 'constructs';
import { Region } from './region';

/** One CloudWatch metric. It exists only in the region that publishes it. */
export interface Metric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Record<string, string>;
  /** Such as `Sum`, or a percentile such as `p99`. */
  readonly statistic: string;
}

/** Metrics of one kind, drawn in one graph per region. */
export interface Graph {
  /** Title of the graph, with the unit. Graphs of the same title stand side by side. */
  readonly title: string;
  readonly metrics: readonly Metric[];
  /** A Metrics Insights query for one line, instead of metrics: for those whose dimensions are not known beforehand. */
  readonly query?: string;
}

/** A graph with a threshold: there is an alarm on it. Several metrics are added up. */
export interface Watch extends Graph {
  /** Id of the construct, where one subject is watched; where there may be several, its first part. */
  readonly id: string;
  /** First part of the alarm's name. */
  readonly name: string;
  /** Name of what is watched, where there may be several: last part of the alarm's name. */
  readonly subject?: string;
  /** What an alarm means, for the person who is woken by it. */
  readonly description: string;
  readonly threshold: number;
  /** @default 'GreaterThanThreshold' */
  readonly comparison?: string;
  /** Seconds. @default 60 */
  readonly period?: number;
  /** @default 1 */
  readonly evaluationPeriods?: number;
  /** @default 'notBreaching' */
  readonly treatMissingData?: string;
}

/**
 * An alarm in the region of its metric, with a topic of that region (rules R-CW-1, R-CW-8, R-SNS-1). Missing data is
 * "not breaching" unless the watch says otherwise: most metrics appear only while something happens, and in a standby
 * nothing does.
 */
export function watchAlarm(scope: Construct, region: Region, topicArn: string, watch: Watch): CloudwatchMetricAlarm {
  const base = region.resourceName('alarm', watch.name);
  return new CloudwatchMetricAlarm(scope, watch.id, {
    provider: region.provider,
    alarmName: watch.subject ? `${base}-${watch.subject}` : base,
    alarmDescription: watch.description,
    ...measure(watch),
    comparisonOperator: watch.comparison ?? 'GreaterThanThreshold',
    threshold: watch.threshold,
    evaluationPeriods: watch.evaluationPeriods ?? 1,
    treatMissingData: watch.treatMissingData ?? 'notBreaching',
    alarmActions: [topicArn],
    okActions: [topicArn],
  });
}

type Measure = Pick<
  CloudwatchMetricAlarmConfig,
  'namespace' | 'metricName' | 'dimensions' | 'statistic' | 'extendedStatistic' | 'period' | 'metricQuery'
>;

function measure({ metrics, query, title, period = 60 }: Watch): Measure {
  if (query !== undefined) {
    return { metricQuery: [{ id: 'total', expression: query, label: title, period, returnData: true }] };
  }
  if (metrics.length === 1) {
    const [{ statistic, ...metric }] = metrics;
    return { ...metric, ...(isPercentile(statistic) ? { extendedStatistic: statistic } : { statistic }), period };
  }
  return {
    metricQuery: [
      { id: 'total', expression: 'SUM(METRICS())', label: 'Total', returnData: true },
      ...metrics.map(({ statistic, ...metric }, index) => ({
        id: `m${index + 1}`,
        metric: { ...metric, stat: statistic, period },
      })),
    ],
  };
}

function isPercentile(statistic: string): boolean {
  return /^p\d/.test(statistic);
}
