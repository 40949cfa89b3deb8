import { evaluate, Series } from './metric-math';
import { World } from './world';
import { Element, find, findAll, textAt } from './xml';

/** The values that an alarm compares with its threshold, where there are any. */
export interface AlarmValues {
  readonly values: readonly number[];
  readonly periods: number;
}

/**
 * What the metric of an alarm was, or its expression over metrics, in the periods that it evaluates.
 *
 * @returns undefined for an alarm of a kind that is not evaluated
 */
export function alarmValues(world: World, region: string, alarm: Element): Promise<AlarmValues | undefined> {
  const queries = find(alarm, 'Metrics')?.children ?? [];
  return queries.length > 0 ? ofQueries(world, region, alarm, queries) : ofMetric(world, region, alarm);
}

async function ofMetric(world: World, region: string, alarm: Element): Promise<AlarmValues | undefined> {
  const statistic = textAt(alarm, 'Statistic');
  const periods = Number(textAt(alarm, 'EvaluationPeriods'));
  if (!textAt(alarm, 'MetricName') || !statistic) return undefined;
  const period = Number(textAt(alarm, 'Period'));
  const result = await world.moto.query('monitoring', region, 'GetMetricStatistics', {
    ...timesOf(world, period, periods),
    ...metricForm('', alarm),
    Period: String(period),
    'Statistics.member.1': statistic,
  });
  const values = findAll(result, 'Datapoints')
    .flatMap(({ children }) => children)
    .map((point) => Number(textAt(point, statistic)));
  return { values, periods };
}

async function ofQueries(
  world: World,
  region: string,
  alarm: Element,
  queries: readonly Element[],
): Promise<AlarmValues | undefined> {
  const periods = Number(textAt(alarm, 'EvaluationPeriods'));
  const stats = queries.filter((query) => find(query, 'MetricStat'));
  const period = Number(textAt(stats[0], 'MetricStat', 'Period'));
  // Metrics of different periods do not fit together, and a query of Metrics Insights has none.
  if (stats.length === 0 || stats.some((query) => Number(textAt(query, 'MetricStat', 'Period')) !== period)) {
    return undefined;
  }
  const times = timesOf(world, period, periods);
  const form = stats.flatMap((query, i) => {
    const prefix = `MetricDataQueries.member.${i + 1}.`;
    return Object.entries({
      [`${prefix}Id`]: idOf(query),
      [`${prefix}MetricStat.Period`]: String(period),
      [`${prefix}MetricStat.Stat`]: textAt(query, 'MetricStat', 'Stat') ?? '',
      ...metricForm(`${prefix}MetricStat.Metric.`, find(query, 'MetricStat', 'Metric')),
    });
  });
  const result = await world.moto.query('monitoring', region, 'GetMetricData', {
    ...times,
    ...Object.fromEntries(form),
  });
  const results = find(result, 'GetMetricDataResult', 'MetricDataResults')?.children ?? [];
  const start = Date.parse(times.StartTime);
  const metrics = new Map(
    results.map((data) => [textAt(data, 'Id') ?? '', seriesOf(data, start, period * 1000, periods)] as const),
  );
  const expressions = new Map(
    queries.flatMap((query) => {
      const expression = textAt(query, 'Expression');
      return expression === undefined ? [] : [[idOf(query), expression] as const];
    }),
  );
  const wanted = queries.find((query) => textAt(query, 'ReturnData') === 'true') ?? queries[0];
  const series = evaluate(idOf(wanted), { metrics, expressions, periodSeconds: period, periods });
  return series && { values: series.filter((value) => value !== undefined), periods };
}

/** The last whole periods. */
function timesOf(world: World, periodSeconds: number, periods: number): { StartTime: string; EndTime: string } {
  const period = periodSeconds * 1000;
  const end = Math.floor(world.clock.now() / period) * period;
  return { StartTime: new Date(end - periods * period).toISOString(), EndTime: new Date(end).toISOString() };
}

/** Which metric it is, in the words of a call. */
function metricForm(prefix: string, metric: Element | undefined): Record<string, string> {
  const dimensions = (find(metric, 'Dimensions')?.children ?? []).flatMap((dimension, i) => [
    [`${prefix}Dimensions.member.${i + 1}.Name`, textAt(dimension, 'Name') ?? ''],
    [`${prefix}Dimensions.member.${i + 1}.Value`, textAt(dimension, 'Value') ?? ''],
  ]);
  return {
    [`${prefix}Namespace`]: textAt(metric, 'Namespace') ?? '',
    [`${prefix}MetricName`]: textAt(metric, 'MetricName') ?? '',
    ...Object.fromEntries(dimensions),
  };
}

function seriesOf(data: Element, start: number, period: number, periods: number): Series {
  const series = new Array<number | undefined>(periods).fill(undefined);
  const values = find(data, 'Values')?.children ?? [];
  (find(data, 'Timestamps')?.children ?? []).forEach(({ text }, i) => {
    series[Math.floor((Date.parse(text.trim()) - start) / period)] = Number(values[i].text);
  });
  return series;
}

function idOf(query: Element): string {
  return textAt(query, 'Id') ?? '';
}
