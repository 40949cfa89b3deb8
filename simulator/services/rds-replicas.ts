import { ACCOUNT_ID } from '../account';
import { Answer, AwsError, succeeded, withBody } from '../answer';
import { Form } from '../aurora-global';
import { Call, inputOf } from '../request';
import { Service, World } from '../world';
import { Element, findAll, textAt, toXml, Xml } from '../xml';

/** What a replica has of its source, by the names of the description. */
const INHERITED = ['Engine', 'EngineVersion', 'AllocatedStorage', 'StorageType', 'StorageEncrypted', 'DBName'];

/** What the creation of a replica says of its source, and that of an instance cannot. */
const OF_THE_SOURCE = ['SourceDBInstanceIdentifier', 'SourceRegion', 'PreSignedUrl'];

/**
 * Read replicas of RDS instances, in the region of their source or in another; moto copies the instance as it is, with
 * the settings of the region it comes from. What is in the database is not modelled.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.XRgn.html
 */
export class ReadReplicas {
  /** ARN of the source, by that of the replica. */
  private readonly sources = new Map<string, string>();

  constructor(private readonly world: World) {}

  public service(): Service {
    return {
      CreateDBInstanceReadReplica: async (call, pass) => {
        const form = inputOf<Form>(call);
        const source = arnOf(call.region, form.SourceDBInstanceIdentifier);
        const body = new URLSearchParams({ ...(await this.settings(call, source, form)), Action: 'CreateDBInstance' });
        const given = await pass({ ...call, operation: 'CreateDBInstance', body: Buffer.from(body.toString()) });
        if (!succeeded(given)) return given;
        this.sources.set(arnOf(call.region, form.DBInstanceIdentifier), source);
        const named = given.body.toString().replace(/CreateDBInstance(Response|Result)/g, `${call.operation}$1`);
        return this.amend(withBody(given, named));
      },
      PromoteReadReplica: async (call, pass) => {
        const { DBInstanceIdentifier, BackupRetentionPeriod, PreferredBackupWindow } = inputOf<Form>(call);
        const replica = arnOf(call.region, DBInstanceIdentifier);
        if (!this.sources.has(replica)) {
          throw new AwsError('InvalidDBInstanceState', `DB Instance ${DBInstanceIdentifier} is not a read replica.`);
        }
        const given = await pass();
        this.sources.delete(replica);
        // A promoted instance is backed up for a day unless more is asked for.
        await this.world.moto.query('rds', call.region, 'ModifyDBInstance', {
          DBInstanceIdentifier,
          BackupRetentionPeriod: BackupRetentionPeriod ?? '1',
          ...(PreferredBackupWindow ? { PreferredBackupWindow } : {}),
          ApplyImmediately: 'true',
        });
        return given;
      },
      DeleteDBInstance: async (call, pass) => {
        const given = await pass();
        const gone = arnOf(call.region, inputOf<Form>(call).DBInstanceIdentifier);
        if (succeeded(given)) this.forget(gone);
        return given;
      },
    };
  }

  /** Adds to descriptions of instances whose replica they are, and which replicas they have. */
  public amend(given: Answer): Answer {
    if (!succeeded(given)) return given;
    const body = given.body.toString().replace(/<DBInstance>[\s\S]*?<\/DBInstance>/g, (instance) => {
      const arn = /<DBInstanceArn>([^<]*)</.exec(instance)?.[1] ?? '';
      const replicas = [...this.sources].filter(([, source]) => source === arn).map(([replica]) => replica);
      const links: Xml = {
        ReadReplicaSourceDBInstanceIdentifier: named(this.sources.get(arn), arn),
        ReadReplicaDBInstanceIdentifiers: {
          ReadReplicaDBInstanceIdentifier: replicas.map((replica) => named(replica, arn)),
        },
      };
      return instance.replace(LINKS, '').replace(/<\/DBInstance>$/, `${toXml(links)}</DBInstance>`);
    });
    return withBody(given, body);
  }

  private forget(arn: string): void {
    this.sources.delete(arn);
    for (const [replica, source] of this.sources) if (source === arn) this.sources.delete(replica);
  }

  /** What `CreateDBInstance` has to be told for the replica. @throws AwsError where RDS refuses one */
  private async settings(call: Call, source: string, form: Form): Promise<Form> {
    const region = source.split(':')[3];
    if (!this.world.faults.connected(region, call.region, 'rds')) {
      throw new AwsError('InvalidDBInstanceState', `The source in ${region} cannot be reached.`);
    }
    const [instance] = findAll(
      await this.world.moto.query('rds', region, 'DescribeDBInstances', { DBInstanceIdentifier: nameOf(source) }),
      'DBInstance',
    );
    const refusal = refusalOf(call, instance, region, form);
    if (refusal) throw refusal;
    const inherited = INHERITED.map((name) => [name, textAt(instance, name) ?? '']).filter(([, value]) => value !== '');
    const own = Object.entries(form).filter(([name]) => !OF_THE_SOURCE.includes(name));
    return {
      ...Object.fromEntries(inherited),
      MasterUsername: textAt(instance, 'MasterUsername') ?? '',
      // Replicas are not backed up until they are told to.
      BackupRetentionPeriod: '0',
      ...Object.fromEntries(own),
    };
  }
}

const LINKS =
  /<(ReadReplicaSourceDBInstanceIdentifier|ReadReplicaDBInstanceIdentifiers)>[\s\S]*?<\/\1>|<ReadReplica(SourceDBInstanceIdentifier|DBInstanceIdentifiers)\s*\/>/g;

function refusalOf(call: Call, source: Element, region: string, form: Form): AwsError | undefined {
  if (textAt(source, 'BackupRetentionPeriod') === '0') {
    return new AwsError(
      'InvalidDBInstanceState',
      'Automated backups are not enabled for this database instance. To enable automated backups, use ModifyDBInstance to set the backup retention period to a non-zero value.',
    );
  }
  const isEncrypted = textAt(source, 'StorageEncrypted') === 'true';
  return isEncrypted && region !== call.region && !form.KmsKeyId
    ? new AwsError(
        'InvalidParameterCombination',
        'For encrypted cross-region replica, kmsKeyId should be explicitly specified',
      )
    : undefined;
}

/** An instance as another names it: by its identifier in the same region, by its ARN in another. */
function named(arn: string | undefined, seenFrom: string): string | undefined {
  return arn?.split(':')[3] === seenFrom.split(':')[3] ? nameOf(arn as string) : arn;
}

function arnOf(region: string, id: string): string {
  return id.startsWith('arn:') ? id : `arn:aws:rds:${region}:${ACCOUNT_ID}:db:${id.toLowerCase()}`;
}

function nameOf(arn: string): string {
  return arn.split(':').pop() ?? arn;
}
