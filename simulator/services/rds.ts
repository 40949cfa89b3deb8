import { Answer, answer, succeeded, withBody } from '../answer';
import { AuroraGlobal, Form } from '../aurora-global';
import { Call, inputOf } from '../request';
import { Service } from '../world';
import { toXml, Xml } from '../xml';

/** Versions of Aurora PostgreSQL that support global databases. */
const ENGINE_VERSIONS = ['14.15', '14.17', '15.10', '15.12', '16.4', '16.6', '16.8', '16.9', '17.4', '17.5'];

/** RDS: global databases, engine versions, and settings of instances that moto drops. */
export function rds(aurora: AuroraGlobal): Service {
  const instances = new Map<string, Form>();
  return {
    ...aurora.service(),
    CreateDBInstance: async (call, pass) => {
      const form = inputOf<Form>(call);
      const refusal = aurora.refusalOf(call, form);
      if (refusal) throw refusal;
      instances.set(`${call.region} ${form.DBInstanceIdentifier}`, form);
      return pass();
    },
    DescribeDBInstances: async (call, pass) => withMonitoring(call, await pass(), instances),
    DescribeDBEngineVersions: async (call) => answer(call, { DBEngineVersions: versions(inputOf<Form>(call)) }),
  };
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

function versions(form: Form): Xml {
  const engine = form.Engine ?? 'aurora-postgresql';
  const wanted = ENGINE_VERSIONS.filter((version) => !form.EngineVersion || version.startsWith(form.EngineVersion));
  return {
    DBEngineVersion: wanted.map((version) => ({
      Engine: engine,
      EngineVersion: version,
      MajorEngineVersion: version.split('.')[0],
      Status: 'available',
      DBParameterGroupFamily: `${engine}${version.split('.')[0]}`,
      DBEngineDescription: 'Aurora PostgreSQL',
      DBEngineVersionDescription: `Aurora PostgreSQL (Compatible with PostgreSQL ${version})`,
      SupportedEngineModes: { member: ['provisioned'] },
      ExportableLogTypes: { member: ['postgresql'] },
      SupportsGlobalDatabases: true,
      SupportsReadReplica: false,
      SupportsParallelQuery: false,
      SupportsLogExportsToCloudwatchLogs: true,
      SupportsIntegrations: false,
      SupportsLimitlessDatabase: false,
      SupportsLocalWriteForwarding: true,
      ValidUpgradeTarget: { UpgradeTarget: [] },
    })),
  };
}
