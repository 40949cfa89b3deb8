import { ACCOUNT_ID } from './account';
import { alarmValues } from './alarm-values';
import { EventBus } from './event-bus';
import { World } from './world';
import { Element, find, findAll, textAt } from './xml';

/** `OK`, `ALARM`, or `INSUFFICIENT_DATA`. */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** A composite alarm: the simulator keeps it, moto only the metric alarms. */
export interface CompositeAlarm {
  readonly name: string;
  readonly region: string;
  readonly rule: string;
  readonly description: string | undefined;
  readonly actionsEnabled: boolean;
  readonly alarmActions: readonly string[];
  readonly okActions: readonly string[];
  readonly insufficientDataActions: readonly string[];
  /** The alarm that keeps it quiet, and for how long, in the words of the API. */
  readonly suppressor: Readonly<Record<string, string>>;
  tags: Readonly<Record<string, string>>;
  state: AlarmState;
  reason: string;
  /** Simulated milliseconds since 1970. */
  since: number;
}

/** How often alarms are evaluated. */
const EVALUATION_MS = 60_000;

/** Evaluates alarms, and does what follows from a change of their state. */
export class Alarms {
  public readonly composites = new Map<string, CompositeAlarm>();
  private readonly regions = new Set<string>();

  constructor(
    private readonly world: World,
    private readonly bus: EventBus,
  ) {
    world.clock.every(EVALUATION_MS, () => this.evaluate());
  }

  /** Takes note that a region has alarms. */
  public watch(region: string): void {
    this.regions.add(region);
  }

  public put(alarm: CompositeAlarm): void {
    this.watch(alarm.region);
    this.composites.set(key(alarm.region, alarm.name), alarm);
  }

  /** Composite alarms of a region that hang on one of these and are none of them: AWS then refuses to delete it. */
  public parentsOf(region: string, names: readonly string[]): string[] {
    return [...this.composites.values()]
      .filter((one) => one.region === region && !names.includes(one.name))
      .filter(({ rule }) => childrenIn(rule).some((child) => names.includes(child)))
      .map(({ name }) => name);
  }

  /** The state of an alarm; a region that is down has no data. */
  public async stateOf(region: string, name: string): Promise<AlarmState | undefined> {
    if (!this.world.faults.isServing(region, 'monitoring')) return 'INSUFFICIENT_DATA';
    const composite = this.composites.get(key(region, name));
    if (composite) return composite.state;
    const [alarm] = await this.metricAlarms(region, { 'AlarmNames.member.1': name });
    return textAt(alarm, 'StateValue') as AlarmState | undefined;
  }

  /** Evaluates every alarm of the regions that are up, then the composite ones over them. */
  public async evaluate(): Promise<void> {
    for (const region of this.regions) {
      if (!this.world.faults.isServing(region, 'monitoring')) continue;
      for (const alarm of await this.metricAlarms(region)) {
        const state = await this.evaluateMetric(region, alarm);
        if (state && state !== textAt(alarm, 'StateValue')) {
          await this.change(region, textAt(alarm, 'AlarmName') ?? '', state, 'Threshold crossed, or data missing');
        }
      }
      await this.evaluateComposites(region);
    }
  }

  /** Sets the state of an alarm, and notifies whom it concerns. */
  public async change(region: string, name: string, state: AlarmState, reason: string): Promise<void> {
    const composite = this.composites.get(key(region, name));
    const old = await this.stateOf(region, name);
    if (composite) Object.assign(composite, { state, reason, since: this.world.clock.now() });
    else {
      await this.world.moto.query('monitoring', region, 'SetAlarmState', {
        AlarmName: name,
        StateValue: state,
        StateReason: reason,
      });
    }
    if (old === state) return;
    await this.notify(region, name, old ?? 'INSUFFICIENT_DATA', state, reason);
    if (!composite) await this.evaluateComposites(region);
  }

  private async notify(
    region: string,
    name: string,
    old: AlarmState,
    state: AlarmState,
    reason: string,
  ): Promise<void> {
    const arn = `arn:aws:cloudwatch:${region}:${ACCOUNT_ID}:alarm:${name}`;
    const timestamp = new Date(this.world.clock.now()).toISOString();
    const [alarm] = await this.metricAlarms(region, { 'AlarmNames.member.1': name });
    const composite = this.composites.get(key(region, name));
    await this.bus.emit(region, {
      source: 'aws.cloudwatch',
      detailType: 'CloudWatch Alarm State Change',
      resources: [arn],
      detail: {
        alarmName: name,
        state: { value: state, reason, timestamp },
        previousState: { value: old },
        configuration: composite ? { alarmRule: composite.rule } : { metrics: [] },
      },
    });
    for (const topic of actionsFor(state, alarm, composite).filter((action) => action.startsWith('arn:aws:sns:'))) {
      await this.world.aws.query('sns', topic.split(':')[3], 'Publish', {
        TopicArn: topic,
        Subject: `${state}: "${name}" in ${region}`.slice(0, 100),
        Message: JSON.stringify({
          AlarmName: name,
          AlarmArn: arn,
          AWSAccountId: ACCOUNT_ID,
          Region: region,
          NewStateValue: state,
          NewStateReason: reason,
          OldStateValue: old,
          StateChangeTime: timestamp,
        }),
      });
    }
  }

  /** The state that the metric says; undefined where it is kept, or the alarm is of a kind that is not evaluated. */
  private async evaluateMetric(region: string, alarm: Element): Promise<AlarmState | undefined> {
    const compare = COMPARISONS[textAt(alarm, 'ComparisonOperator') ?? ''];
    const measured = compare && (await alarmValues(this.world, region, alarm));
    if (!measured) return undefined;
    const { values, periods } = measured;
    const needed = Number(textAt(alarm, 'DatapointsToAlarm') || periods);
    const threshold = Number(textAt(alarm, 'Threshold'));
    return verdict(values, periods, needed, textAt(alarm, 'TreatMissingData') ?? 'missing', (value) =>
      compare(value, threshold),
    );
  }

  private async evaluateComposites(region: string): Promise<void> {
    for (const composite of [...this.composites.values()].filter((alarm) => alarm.region === region)) {
      const holds = await this.holds(region, composite.rule);
      const state = holds ? 'ALARM' : 'OK';
      if (state !== composite.state) await this.change(region, composite.name, state, `${composite.rule} is ${holds}`);
    }
  }

  /** Whether a rule such as `ALARM("a") AND NOT (OK("b") OR FALSE)` holds. */
  private async holds(region: string, rule: string): Promise<boolean> {
    const tokens = rule.match(
      /\(|\)|\bAND\b|\bOR\b|\bNOT\b|\bTRUE\b|\bFALSE\b|(?:ALARM|OK|INSUFFICIENT_DATA)\s*\([^)]*\)/g,
    );
    const left = [...(tokens ?? [])];
    const either = async (): Promise<boolean> => {
      let value = await both();
      while (left[0] === 'OR') {
        left.shift();
        value = (await both()) || value;
      }
      return value;
    };
    const both = async (): Promise<boolean> => {
      let value = await single();
      while (left[0] === 'AND') {
        left.shift();
        value = (await single()) && value;
      }
      return value;
    };
    const single = async (): Promise<boolean> => {
      const token = left.shift() ?? 'FALSE';
      if (token === 'NOT') return !(await single());
      if (token === '(') {
        const value = await either();
        left.shift();
        return value;
      }
      if (token === 'TRUE' || token === 'FALSE') return token === 'TRUE';
      const [, state, name] = /^(\w+)\s*\(\s*["']?(?:arn:[^)]*:alarm:)?(.*?)["']?\s*\)$/.exec(token) ?? [];
      return (await this.stateOf(region, name)) === state;
    };
    return either();
  }

  private async metricAlarms(region: string, form: Readonly<Record<string, string>> = {}): Promise<Element[]> {
    const result = await this.world.moto.query('monitoring', region, 'DescribeAlarms', form);
    return findAll(result, 'MetricAlarms').flatMap(({ children }) => children);
  }
}

export function key(region: string, name: string): string {
  return `${region} ${name}`;
}

/** The state that values give, where some may be missing: the rules of `TreatMissingData`. */
function verdict(
  values: readonly number[],
  periods: number,
  needed: number,
  missing: string,
  breaches: (value: number) => boolean,
): AlarmState | undefined {
  const absent = Math.max(0, periods - values.length);
  const breaching = values.filter(breaches).length + (missing === 'breaching' ? absent : 0);
  if (breaching >= needed) return 'ALARM';
  if (values.length > 0 || missing === 'breaching' || missing === 'notBreaching') return 'OK';
  return missing === 'ignore' ? undefined : 'INSUFFICIENT_DATA';
}

const COMPARISONS: Readonly<Partial<Record<string, (value: number, threshold: number) => boolean>>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
};

function actionsFor(
  state: AlarmState,
  alarm: Element | undefined,
  composite: CompositeAlarm | undefined,
): readonly string[] {
  if (composite) {
    const { actionsEnabled, alarmActions, okActions, insufficientDataActions } = composite;
    if (!actionsEnabled) return [];
    return { ALARM: alarmActions, OK: okActions, INSUFFICIENT_DATA: insufficientDataActions }[state];
  }
  if (textAt(alarm, 'ActionsEnabled') === 'false') return [];
  const element = { ALARM: 'AlarmActions', OK: 'OKActions', INSUFFICIENT_DATA: 'InsufficientDataActions' }[state];
  return (find(alarm, element)?.children ?? []).map(({ text }) => text.trim());
}

/** Names of the alarms in a rule, where they may stand as ARNs and in quotes. */
function childrenIn(rule: string): string[] {
  const terms = rule.matchAll(/\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*"?([^")]+?)"?\s*\)/g);
  return [...terms].map(([, name]) => name.replace(/^arn:.*:alarm:/, ''));
}
