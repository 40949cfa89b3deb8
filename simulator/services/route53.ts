import { randomUUID } from 'crypto';
import { answer, AwsError } from '../answer';
import { Alarms } from '../alarms';
import { canonical, Dns } from '../dns';
import { HealthCheck, HealthChecks } from '../health';
import { Call } from '../request';
import { Service, World } from '../world';
import { Element, find, findAll, readXml, textAt, Xml } from '../xml';

/** Where Route 53's checkers are, unless a check names fewer. */
const CHECKER_REGIONS = [
  'us-east-1',
  'us-west-1',
  'us-west-2',
  'eu-west-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-northeast-1',
  'sa-east-1',
];

/** Route 53: health checks that are evaluated, and answers that follow them. moto keeps zones and records. */
export function route53({ clock }: World, health: HealthChecks, dns: Dns, alarms: Alarms): Service {
  const need = (call: Call): HealthCheck => {
    const check = health.checks.get(call.labels.HealthCheckId);
    if (check) return check;
    throw new AwsError('NoSuchHealthCheck', `A health check with id ${call.labels.HealthCheckId} does not exist.`, 404);
  };
  const told = (check: HealthCheck): Xml => ({ HealthCheck: describe(check) });

  return {
    CreateHealthCheck: async (call) => {
      const request = readXml(call.body.toString()).children[0];
      const config = find(request, 'HealthCheckConfig');
      const reference = textAt(request, 'CallerReference') ?? '';
      if (!config) throw new AwsError('InvalidInput', 'HealthCheckConfig is required');
      const same = [...health.checks.values()].find(({ callerReference }) => callerReference === reference);
      if (same)
        throw new AwsError('HealthCheckAlreadyExists', `A health check with reference ${reference} exists.`, 409);
      const problem = await problemOf(config, alarms);
      if (problem) throw new AwsError('InvalidInput', problem);
      const check = health.add(randomUUID(), reference, config);
      const given = answer(call, { CreateHealthCheckResponse: told(check) }, 201);
      return { ...given, headers: { ...given.headers, location: `/2013-04-01/healthcheck/${check.id}` } };
    },
    GetHealthCheck: async (call) => answer(call, { GetHealthCheckResponse: told(need(call)) }),
    ListHealthChecks: async (call) =>
      answer(call, {
        ListHealthChecksResponse: {
          HealthChecks: { HealthCheck: [...health.checks.values()].map(describe) },
          IsTruncated: false,
          MaxItems: 100,
          Marker: '',
        },
      }),
    UpdateHealthCheck: async (call) => {
      const check = need(call);
      const change = readXml(call.body.toString()).children[0];
      const reset = (find(change, 'ResetElements')?.children ?? []).map(({ text }) => text.trim());
      const changed = change.children.map(({ name }) => name);
      const kept = check.config.children.filter(({ name }) => !changed.includes(name) && !reset.includes(name));
      const settings = change.children.filter(({ name }) => !['ResetElements', 'HealthCheckVersion'].includes(name));
      check.config = { ...check.config, children: [...kept, ...settings] };
      check.version += 1;
      return answer(call, { UpdateHealthCheckResponse: told(check) });
    },
    DeleteHealthCheck: async (call) => {
      health.checks.delete(need(call).id);
      return answer(call, { DeleteHealthCheckResponse: {} });
    },
    GetHealthCheckCount: async (call) =>
      answer(call, { GetHealthCheckCountResponse: { HealthCheckCount: health.checks.size } }),
    GetHealthCheckStatus: async (call) => {
      const check = need(call);
      const named = findAll(find(check.config, 'Regions') ?? check.config, 'Region').map(({ text }) => text.trim());
      const regions = find(check.config, 'Regions') ? named : CHECKER_REGIONS;
      const isKnown = Number.isFinite(check.observedAt);
      const StatusReport = {
        Status: check.observed,
        CheckedTime: new Date(isKnown ? check.observedAt : clock.now()).toISOString(),
      };
      return answer(call, {
        GetHealthCheckStatusResponse: {
          HealthCheckObservations: {
            HealthCheckObservation: regions.map((Region, i) => ({
              Region,
              IPAddress: `192.0.2.${i + 1}`,
              StatusReport,
            })),
          },
        },
      });
    },
    TestDNSAnswer: async (call) => {
      const name = canonical(call.query.get('recordname') ?? '');
      const type = call.query.get('recordtype') ?? 'A';
      if ((await dns.zoneOf(name)) === undefined) {
        throw new AwsError('NoSuchHostedZone', `No hosted zone answers for ${name}`, 404);
      }
      const { code, records } = await dns.resolve(name, type);
      return answer(call, {
        TestDNSAnswerResponse: {
          Nameserver: 'ns-1.simulator',
          RecordName: `${name}.`,
          RecordType: type,
          RecordData: { RecordDataEntry: records.map(({ value }) => value) },
          ResponseCode: code,
          Protocol: 'UDP',
        },
      });
    },
  };
}

/** What AWS refuses. */
async function problemOf(config: Element, alarms: Alarms): Promise<string | undefined> {
  const type = textAt(config, 'Type') ?? '';
  if (type === 'CLOUDWATCH_METRIC') {
    const alarm = find(config, 'AlarmIdentifier');
    const state = await alarms.stateOf(textAt(alarm, 'Region') ?? '', textAt(alarm, 'Name') ?? '');
    return state ? undefined : "The specified CloudWatch alarm doesn't exist";
  }
  if (type === 'CALCULATED') {
    return find(config, 'FailureThreshold') && 'Calculated health checks must not have a failure threshold specified.';
  }
  if (type === 'RECOVERY_CONTROL') return undefined;
  if (type === 'TCP' && textAt(config, 'ResourcePath')) {
    return 'TCP health checks must not have a resource path specified.';
  }
  return textAt(config, 'IPAddress') || textAt(config, 'FullyQualifiedDomainName')
    ? undefined
    : 'IP address and fully qualified domain name can not be both empty.';
}

function describe({ id, callerReference, config, version }: HealthCheck): Xml {
  return {
    Id: id,
    CallerReference: callerReference,
    HealthCheckConfig: toTree(config),
    HealthCheckVersion: version,
  };
}

/** An element that was read, as one that is written. */
function toTree(element: Element): Xml {
  if (element.children.length === 0) return element.text.trim();
  const names = [...new Set(element.children.map(({ name }) => name))];
  return Object.fromEntries(
    names.map((name) => [name, element.children.filter((child) => child.name === name).map(toTree)]),
  );
}
