import { Answer, answer, succeeded, withBody } from '../answer';
import { AuroraGlobal, Form } from '../aurora-global';
import { Call, inputOf } from '../request';
import { Service, World } from '../world';
import { toXml } from '../xml';
import { engineVersions } from './rds-engine-versions';
import { ReadReplicas } from './rds-replicas';

/** RDS: global databases, read replicas, engine versions, and settings of instances that moto drops. */
export function rds(world: World, aurora: AuroraGlobal): Service {
  const instances = new Map<string, Form>();
  const replicas = new ReadReplicas(world);
  const keyOf = ({ region }: Call, { DBInstanceIdentifier }: Form): string => `${region} ${DBInstanceIdentifier}`;
  const { CreateDBInstanceReadReplica, ...ofReplicas } = replicas.service();
  return {
    ...aurora.service(),
    ...ofReplicas,
    CreateDBInstance: async (call, pass) => {
      const form = inputOf<Form>(call);
      const refusal = aurora.refusalOf(call, form);
      if (refusal) throw refusal;
      instances.set(keyOf(call, form), form);
      return pass();
    },
    CreateDBInstanceReadReplica: async (call, pass) => {
      const form = inputOf<Form>(call);
      instances.set(keyOf(call, form), form);
      return CreateDBInstanceReadReplica(call, pass);
    },
    ModifyDBInstance: async (call, pass) => {
      const form = inputOf<Form>(call);
      instances.set(keyOf(call, form), { ...instances.get(keyOf(call, form)), ...form });
      return pass();
    },
    DescribeDBInstances: async (call, pass) => replicas.amend(withMonitoring(call, await pass(), instances)),
    // moto keeps the parameters that were set, and forgets that a user has set them.
    DescribeDBParameters: async (_call, pass) =>
      edit(await pass(), '</Parameter>', '<Source>user</Source></Parameter>'),
    DescribeDBEngineVersions: async (call) => answer(call, { DBEngineVersions: engineVersions(inputOf<Form>(call)) }),
  };
}

function edit(given: Answer, from: string, to: string): Answer {
  return succeeded(given) ? withBody(given, given.body.toString().replaceAll(from, to)) : given;
}

/** moto forgets how an instance that belongs to a cluster is monitored. */
function withMonitoring({ region }: Call, given: Answer, instances: ReadonlyMap<string, Form>): Answer {
  if (!succeeded(given)) return given;
  const body = given.body.toString().replace(/<DBInstance>[\s\S]*?<\/DBInstance>/g, (instance) => {
    const id = /<DBInstanceIdentifier>([^<]*)</.exec(instance)?.[1] ?? '';
    const form = instances.get(`${region} ${id}`);
    if (!form) return instance;
    const hasInsights = form.EnablePerformanceInsights === 'true';
    const settings = toXml({
      PerformanceInsightsEnabled: hasInsights,
      PerformanceInsightsKMSKeyId: form.PerformanceInsightsKMSKeyId,
      PerformanceInsightsRetentionPeriod: hasInsights ? (form.PerformanceInsightsRetentionPeriod ?? '7') : undefined,
      MonitoringInterval: form.MonitoringInterval ?? 0,
      MonitoringRoleArn: form.MonitoringRoleArn,
    });
    return instance
      .replace(/<((?:PerformanceInsights|Monitoring)\w+)>[^<]*<\/\1>|<(?:PerformanceInsights|Monitoring)\w+\/>/g, '')
      .replace(/<\/DBInstance>$/, `${settings}</DBInstance>`);
  });
  return withBody(given, body);
}
