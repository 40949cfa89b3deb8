import { jsonOf, succeeded } from '../answer';
import { EventBus } from '../event-bus';
import { Json } from '../wire';
import { isDue } from '../schedule';
import { Handler, Service, World } from '../world';

const MINUTE_MS = 60_000;

/** What has a schedule: schedules of EventBridge Scheduler, and rules with a schedule expression. */
export class Schedules {
  private readonly regions = new Map<string, number>();
  private last: number;

  constructor(
    private readonly world: World,
    private readonly bus: EventBus,
  ) {
    this.last = Math.floor(world.clock.now() / MINUTE_MS);
    world.clock.every(MINUTE_MS, () => this.run());
  }

  /** Takes note of a region that has schedules. */
  public readonly watching: Handler = async (call, pass) => {
    const given = await pass();
    if (succeeded(given) && !this.regions.has(call.region)) this.regions.set(call.region, this.world.clock.now());
    return given;
  };

  /** Starts what is due in the minutes that have passed. */
  public async run(): Promise<void> {
    const now = Math.floor(this.world.clock.now() / MINUTE_MS);
    for (let minute = this.last + 1; minute <= now; minute++) {
      for (const [region, since] of this.regions) await this.runMinute(region, since, minute * MINUTE_MS);
    }
    this.last = now;
  }

  private async runMinute(region: string, since: number, minute: number): Promise<void> {
    if (this.world.faults.isServing(region, 'scheduler')) {
      for (const schedule of await this.schedules(region)) {
        if (schedule.State !== 'ENABLED' || !isDue(schedule.ScheduleExpression, since, minute)) continue;
        const { EventBridgeParameters, Input, Arn } = schedule.Target;
        const event = this.bus.toEvent(region, {
          source: EventBridgeParameters?.Source ?? 'aws.scheduler',
          detailType: EventBridgeParameters?.DetailType ?? 'Scheduled Event',
          detail: JSON.parse(Input ?? '{}'),
        });
        const isBus = Arn.split(':')[2] === 'events';
        // A bus gets the event whose detail the input is; every other target gets the input itself.
        this.bus.deliver(
          region,
          schedule.Arn,
          isBus ? { ...schedule.Target, Input: undefined } : schedule.Target,
          event,
        );
      }
    }
    if (this.world.faults.isServing(region, 'events')) await this.runRules(region, since, minute);
  }

  private async runRules(region: string, since: number, minute: number): Promise<void> {
    const { Rules } = await this.world.moto.json('events', region, 'ListRules', {});
    for (const rule of Rules) {
      if (rule.State !== 'ENABLED' || !rule.ScheduleExpression || !isDue(rule.ScheduleExpression, since, minute))
        continue;
      const { Targets } = await this.world.moto.json('events', region, 'ListTargetsByRule', { Rule: rule.Name });
      const event = this.bus.toEvent(region, {
        source: 'aws.events',
        detailType: 'Scheduled Event',
        resources: [rule.Arn],
        detail: {},
      });
      for (const target of Targets) this.bus.deliver(region, rule.Arn, target, event);
    }
  }

  private async schedules(region: string): Promise<Json[]> {
    const get = async (url: string): Promise<Json> => {
      const answer = await this.world.moto.raw('scheduler', region, {
        method: 'GET',
        url,
        headers: {},
        body: Buffer.alloc(0),
      });
      return jsonOf<Json>(answer);
    };
    const { Schedules: summaries = [] } = await get('/schedules');
    return Promise.all(
      summaries.map(({ GroupName, Name }: Json) =>
        get(`/schedules/${Name}?groupName=${encodeURIComponent(GroupName)}`),
      ),
    );
  }
}

/** EventBridge Scheduler: moto keeps schedules, the simulator starts them. */
export function scheduler(schedules: Schedules): Service {
  return { CreateSchedule: schedules.watching, UpdateSchedule: schedules.watching };
}
