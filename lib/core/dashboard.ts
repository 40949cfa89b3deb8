import { Region } from './region';
import { Graph, Metric, Watch } from './watch';

/** What one half of a dashboard shows: the metrics and alarms of one region. */
export interface DashboardHalf {
  readonly region: Region;
  readonly graphs: readonly (Graph | Watch)[];
  /** Alarms of the region, the most important first. */
  readonly alarmArns: readonly string[];
}

/** Metrics that exist in one region for both, such as health checks. */
export interface SharedGraph extends Graph {
  readonly region: Region;
}

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: Record<string, unknown>;
}

const COLUMN = 12;
const ROW = 6;

/**
 * The body of a dashboard with one column per region: the primary on the left and the secondary on the right, or one
 * region alone. Every metric widget names its region, so that the dashboard reads the same wherever it is opened (rule R-CW-1).
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export function dashboardBody(
  heading: string,
  columns: readonly DashboardHalf[],
  shared: readonly SharedGraph[],
): string {
  const titles = [...new Set(columns.flatMap(({ graphs }) => graphs.map(({ title }) => title)))];
  const widgets: Widget[] = [
    { type: 'text', x: 0, y: 0, width: 2 * COLUMN, height: 1, properties: { markdown: heading } },
  ];
  let y = 1;
  const row = (cells: readonly (Pick<Widget, 'type' | 'properties'> | undefined)[]): void => {
    widgets.push(
      ...cells.flatMap((cell, column) =>
        cell ? [{ x: column * COLUMN, y, width: COLUMN, height: ROW, ...cell }] : [],
      ),
    );
    if (cells.some(Boolean)) y += ROW;
  };

  row(
    columns.map(({ region, alarmArns }) =>
      alarmArns.length > 0
        ? { type: 'alarm', properties: { title: `Alarms, ${place(region)}`, alarms: alarmArns } }
        : undefined,
    ),
  );
  for (const graph of shared) row([metricWidget(graph.region, graph.title, [graph])]);
  for (const title of titles) {
    row(
      columns.map(({ region, graphs }) => {
        const drawn = graphs.filter((graph) => graph.title === title);
        return drawn.length > 0 ? metricWidget(region, title, drawn) : undefined;
      }),
    );
  }
  return JSON.stringify({ widgets });
}

function metricWidget(
  region: Region,
  title: string,
  graphs: readonly (Graph | Watch)[],
): Pick<Widget, 'type' | 'properties'> {
  const thresholds = graphs.flatMap((graph) => ('threshold' in graph ? [graph.threshold] : []));
  return {
    type: 'metric',
    properties: {
      title: `${title}, ${place(region)}`,
      region: region.name,
      view: 'timeSeries',
      stacked: false,
      period: 60,
      metrics: graphs.flatMap(lines),
      annotations: { horizontal: [...new Set(thresholds)].map((value) => ({ label: 'alarm', value })) },
    },
  };
}

function lines({ metrics, query, title }: Graph): unknown[][] {
  return query === undefined ? metrics.map(line) : [[{ expression: query, label: title }]];
}

function line({ namespace, metricName, dimensions, statistic }: Metric): unknown[] {
  return [namespace, metricName, ...Object.entries(dimensions).flat(), { stat: statistic }];
}

function place(region: Region): string {
  return `${region.role} (${region.name})`;
}
