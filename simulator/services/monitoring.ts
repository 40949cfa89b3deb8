import { ACCOUNT_ID } from '../account';
import { Alarms, AlarmState, CompositeAlarm, key } from '../alarms';
import { Answer, answer, AwsError, jsonOf, succeeded, withBody } from '../answer';
import { Call, inputOf, listOf } from '../request';
import { Json } from '../wire';
import { Handler, Service, World } from '../world';
import { toXml, Xml } from '../xml';

type Form = Readonly<Record<string, string>>;

/** CloudWatch: composite alarms, which moto does not have, and alarms whose state changes. */
export function monitoring({ clock }: World, alarms: Alarms): Service {
  return {
    PutCompositeAlarm: async (call) => {
      const form = inputOf<Form>(call);
      const old = alarms.composites.get(key(call.region, form.AlarmName));
      alarms.put({
        name: form.AlarmName,
        region: call.region,
        rule: form.AlarmRule,
        description: form.AlarmDescription,
        actionsEnabled: String(form.ActionsEnabled ?? true) === 'true',
        alarmActions: listOf(form, 'AlarmActions'),
        okActions: listOf(form, 'OKActions'),
        insufficientDataActions: listOf(form, 'InsufficientDataActions'),
        suppressor: Object.fromEntries(Object.entries(form).filter(([name]) => name.startsWith('ActionsSuppressor'))),
        tags: old?.tags ?? tagsIn(form),
        state: old?.state ?? 'INSUFFICIENT_DATA',
        reason: old?.reason ?? 'Unchecked: Initial alarm creation',
        since: old?.since ?? clock.now(),
      });
      return answer(call, {});
    },
    PutMetricAlarm: async (call, pass) => {
      const { AlarmName: name } = inputOf<Form>(call);
      const isNew = (await alarms.stateOf(call.region, name)) === undefined;
      const given = await pass();
      if (!succeeded(given)) return given;
      alarms.watch(call.region);
      // moto calls a new alarm OK before it has seen a value.
      if (isNew) await alarms.change(call.region, name, 'INSUFFICIENT_DATA', 'Unchecked: Initial alarm creation');
      return given;
    },
    SetAlarmState: async (call) => {
      const { AlarmName, StateValue, StateReason } = inputOf<Form>(call);
      await alarms.change(call.region, AlarmName, StateValue as AlarmState, StateReason);
      return answer(call, {});
    },
    DescribeAlarms: async (call, pass) => {
      const given = await pass();
      return succeeded(given) ? withComposites(call, given, wanted(alarms, call)) : given;
    },
    DeleteAlarms: async (call, pass) => {
      const names = listOf(inputOf<Form>(call), 'AlarmNames');
      const parents = alarms.parentsOf(call.region, names);
      if (parents.length > 0) {
        const reason = `there are composite alarm(s) depending on it: ${parents.join(', ')}`;
        throw new AwsError('ValidationError', `Cannot delete ${names.join(', ')} as ${reason}`);
      }
      const composites = names.filter((name) => alarms.composites.delete(key(call.region, name)));
      return composites.length === names.length ? answer(call, {}) : pass();
    },
    ListTagsForResource: onComposite(alarms, (alarm, _form, call) => ({
      Tags: list(
        call,
        Object.entries(alarm.tags).map(([Key, Value]) => ({ Key, Value })),
      ),
    })),
    TagResource: onComposite(alarms, (alarm, form) => {
      alarm.tags = { ...alarm.tags, ...tagsIn(form) };
      return {};
    }),
    UntagResource: onComposite(alarms, (alarm, form) => {
      const gone = listOf(form, 'TagKeys');
      alarm.tags = Object.fromEntries(Object.entries(alarm.tags).filter(([name]) => !gone.includes(name)));
      return {};
    }),
  };
}

function onComposite(alarms: Alarms, answered: (alarm: CompositeAlarm, form: Form, call: Call) => object): Handler {
  return async (call, pass) => {
    const form = inputOf<Form>(call);
    const name = /:alarm:(.+)$/.exec(form.ResourceARN ?? '')?.[1] ?? '';
    const alarm = alarms.composites.get(key(call.region, name));
    return alarm ? answer(call, answered(alarm, form, call)) : pass();
  };
}

function wanted(alarms: Alarms, call: Call): CompositeAlarm[] {
  const form = inputOf<Form>(call);
  const names = listOf(form, 'AlarmNames');
  const types = listOf(form, 'AlarmTypes');
  const isWanted = (alarm: CompositeAlarm): boolean =>
    alarm.region === call.region &&
    (names.length === 0 || names.includes(alarm.name)) &&
    alarm.name.startsWith(form.AlarmNamePrefix ?? '') &&
    (form.StateValue === undefined || form.StateValue === alarm.state);
  // As AWS does, composite alarms are only told of when they are asked for.
  return types.includes('CompositeAlarm') ? [...alarms.composites.values()].filter(isWanted) : [];
}

function withComposites(call: Call, given: Answer, composites: readonly CompositeAlarm[]): Answer {
  const described = composites.map((alarm) => describe(call, alarm));
  if (call.protocol !== 'query') return withBody(given, { ...jsonOf<Json>(given), CompositeAlarms: described });
  const body = given.body.toString().replace(/<CompositeAlarms\s*\/>|<CompositeAlarms>[\s\S]*<\/CompositeAlarms>/, '');
  const xml = toXml({ CompositeAlarms: { member: described } });
  return withBody(given, body.replace('</DescribeAlarmsResult>', `${xml}</DescribeAlarmsResult>`));
}

function describe(call: Call, alarm: CompositeAlarm): Readonly<Record<string, Xml>> {
  return {
    AlarmName: alarm.name,
    AlarmArn: `arn:aws:cloudwatch:${alarm.region}:${ACCOUNT_ID}:alarm:${alarm.name}`,
    AlarmRule: alarm.rule,
    AlarmDescription: alarm.description,
    ActionsEnabled: alarm.actionsEnabled,
    AlarmActions: list(call, alarm.alarmActions),
    OKActions: list(call, alarm.okActions),
    InsufficientDataActions: list(call, alarm.insufficientDataActions),
    ...alarm.suppressor,
    StateValue: alarm.state,
    StateReason: alarm.reason,
    StateUpdatedTimestamp: call.protocol === 'query' ? new Date(alarm.since).toISOString() : alarm.since / 1000,
  };
}

/** A list, as the protocol of the call writes it. */
function list(call: Call, items: readonly Xml[]): Xml {
  return call.protocol === 'query' ? { member: [...items] } : [...items];
}

function tagsIn(form: Form): Record<string, string> {
  const { Tags: given } = form as Json;
  if (Array.isArray(given)) return Object.fromEntries(given.map(({ Key, Value }) => [Key, Value]));
  return Object.fromEntries(
    Object.entries(form)
      .filter(([name]) => /^Tags\.member\.\d+\.Key$/.test(name))
      .map(([name, tag]) => [tag, form[name.replace(/Key$/, 'Value')] ?? '']),
  );
}
