import { Form } from '../aurora-global';
import { Xml } from '../xml';

/** An engine of RDS, and what its versions can. */
interface Engine {
  readonly name: string;
  readonly description: string;
  /** From the oldest to the newest. */
  readonly versions: readonly string[];
  /** Major version: what names the parameter group family, after the engine. */
  readonly majorOf: (version: string) => string;
  readonly logTypes: readonly string[];
  readonly supportsGlobalDatabases: boolean;
  readonly supportsReadReplica: boolean;
}

const firstPart = (version: string): string => version.split('.')[0];
const firstTwoParts = (version: string): string => version.split('.').slice(0, 2).join('.');

const MYSQL_LOGS = ['audit', 'error', 'general', 'iam-db-auth-error', 'instance', 'slowquery'];

/** https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.Aurora_Fea_Regions_DB-eng.Feature.GlobalDatabase.html */
const ENGINES: readonly Engine[] = [
  {
    name: 'aurora-postgresql',
    description: 'Aurora PostgreSQL',
    versions: ['14.15', '14.17', '15.10', '15.12', '16.4', '16.6', '16.8', '16.9', '17.4', '17.5'],
    majorOf: firstPart,
    logTypes: ['iam-db-auth-error', 'instance', 'postgresql'],
    supportsGlobalDatabases: true,
    supportsReadReplica: false,
  },
  {
    name: 'aurora-mysql',
    description: 'Aurora MySQL',
    versions: ['3.04.4', '3.08.2', '3.10.0', '3.10.3'].map((version) => `8.0.mysql_aurora.${version}`),
    majorOf: firstTwoParts,
    logTypes: MYSQL_LOGS,
    supportsGlobalDatabases: true,
    supportsReadReplica: false,
  },
  {
    name: 'postgres',
    description: 'PostgreSQL',
    versions: ['14.19', '15.14', '16.8', '16.10', '17.4', '17.6'],
    majorOf: firstPart,
    logTypes: ['iam-db-auth-error', 'postgresql', 'upgrade'],
    supportsGlobalDatabases: false,
    supportsReadReplica: true,
  },
];

/** What `DescribeDBEngineVersions` answers: the versions of one engine, or of all that are known here. */
export function engineVersions(form: Form): Xml {
  const found = ENGINES.flatMap((engine) => engine.versions.map((version) => describe(engine, version)));
  const wanted = found.filter(
    (each) =>
      (!form.Engine || each.Engine === form.Engine) &&
      (!form.EngineVersion || `${each.EngineVersion}.`.startsWith(`${form.EngineVersion}.`)) &&
      (!form.DBParameterGroupFamily || each.DBParameterGroupFamily === form.DBParameterGroupFamily),
  );
  return { DBEngineVersion: wanted };
}

function describe(engine: Engine, version: string): Readonly<Record<string, Xml>> {
  const { name, description } = engine;
  const major = engine.majorOf(version);
  return {
    Engine: name,
    EngineVersion: version,
    MajorEngineVersion: major,
    Status: 'available',
    DBParameterGroupFamily: `${name}${major}`,
    DBEngineDescription: description,
    DBEngineVersionDescription: `${description} ${version}`,
    SupportedEngineModes: { member: ['provisioned'] },
    ExportableLogTypes: { member: [...engine.logTypes] },
    SupportsGlobalDatabases: engine.supportsGlobalDatabases,
    SupportsReadReplica: engine.supportsReadReplica,
    SupportsParallelQuery: false,
    SupportsLogExportsToCloudwatchLogs: true,
    SupportsIntegrations: false,
    SupportsLimitlessDatabase: false,
    SupportsLocalWriteForwarding: engine.supportsGlobalDatabases,
    ValidUpgradeTarget: { UpgradeTarget: [] },
  };
}
