import { answer, AwsError, succeeded, withBody } from './answer';
import { ACCOUNT_ID } from './account';
import { publish } from './metrics';
import { Call, inputOf } from './request';
import { Handler, Service, World } from './world';
import { Xml } from './xml';

/** How long a change of the writer takes; AWS says "typically within a few minutes". */
const ROLE_CHANGE_MS = 60_000;

/** How often Aurora publishes its lag. */
const LAG_PERIOD_MS = 60_000;

/** A cluster that belongs to a global cluster. */
interface Member {
  readonly arn: string;
  readonly region: string;
  readonly forwardsWrites: boolean;
  isWriter: boolean;
  /** How many writes this cluster has: the writer's own, or those that have arrived. */
  position: number;
}

interface GlobalCluster {
  id: string;
  readonly endpointHash: string;
  readonly engine: string;
  version: string;
  readonly database: string | undefined;
  readonly isEncrypted: boolean;
  readonly lifecycleSupport: string | undefined;
  isProtected: boolean;
  members: Member[];
  tags: Record<string, string>;
  roleChange: RoleChange | undefined;
}

interface RoleChange {
  readonly status: 'failing-over' | 'switching-over';
  readonly from: string;
  readonly to: string;
}

/** The fields of a call in the query protocol. */
export type Form = Readonly<Record<string, string>>;

/**
 * Aurora global databases. moto keeps the clusters, the simulator what binds them together; writes are modelled as
 * positions in the log, which the Data API advances (`services/rds-data.ts`).
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html
 */
export class AuroraGlobal {
  private readonly clusters = new Map<string, GlobalCluster>();
  private readonly lifecycles = new Map<string, string>();

  constructor(private readonly world: World) {
    world.clock.every(LAG_PERIOD_MS, () => this.publishLag());
  }

  public service(): Service {
    const answering =
      (answered: (form: Form) => GlobalCluster | Promise<GlobalCluster>): Handler =>
      async (call) => {
        const cluster = await answered(inputOf<Form>(call));
        return answer(call, { GlobalCluster: describe(cluster) });
      };
    return {
      CreateGlobalCluster: answering((form) => this.create(form)),
      ModifyGlobalCluster: answering((form) => this.modify(form)),
      DeleteGlobalCluster: answering((form) => this.delete(form)),
      RemoveFromGlobalCluster: answering((form) => this.remove(form)),
      FailoverGlobalCluster: answering((form) =>
        this.changeWriter(form, form.AllowDataLoss === 'true' ? 'failing-over' : 'switching-over'),
      ),
      SwitchoverGlobalCluster: answering((form) => this.changeWriter(form, 'switching-over')),
      DescribeGlobalClusters: async (call) => answer(call, { GlobalClusters: this.list(inputOf<Form>(call)) }),
      CreateDBCluster: (call, pass) => this.join(call, pass),
      DeleteDBCluster: async (call, pass) => {
        const member = this.memberOf(call, inputOf<Form>(call).DBClusterIdentifier);
        if (member) {
          throw new AwsError(
            'InvalidDBClusterStateFault',
            'This cluster is a part of a global cluster, please remove it from globalcluster first',
          );
        }
        return pass();
      },
      DescribeDBClusters: (_call, pass) => this.amend(pass),
      ListTagsForResource: this.onTags(({ tags }) => ({ TagList: tagList(tags) })),
      AddTagsToResource: this.onTags((cluster, form) => {
        cluster.tags = { ...cluster.tags, ...tagsIn(form) };
        return {};
      }),
      RemoveTagsFromResource: this.onTags((cluster, form) => {
        const gone = Object.entries(form).filter(([key]) => key.startsWith('TagKeys.'));
        const names = gone.map(([, name]) => name);
        cluster.tags = Object.fromEntries(Object.entries(cluster.tags).filter(([name]) => !names.includes(name)));
        return {};
      }),
    };
  }

  /** Why an instance cannot be created in a cluster; undefined when it can. */
  public refusalOf(call: Call, { DBClusterIdentifier = '', DBInstanceClass }: Form): AwsError | undefined {
    const isTooSmall = /^db\.t/.test(DBInstanceClass) && this.memberOf(call, DBClusterIdentifier) !== undefined;
    const message = `The requested instance class is not supported by global databases: ${DBInstanceClass}`;
    return isTooSmall ? new AwsError('InvalidParameterCombination', message) : undefined;
  }

  /** Writes to a cluster: only the writer of a global cluster takes them. @returns its position after it */
  public write(arn: string): number {
    const { cluster, member } = this.find(arn);
    if (!member.isWriter) {
      throw new AwsError('DatabaseErrorException', 'ERROR: cannot execute INSERT in a read-only transaction');
    }
    member.position += 1;
    const { position, region: from } = member;
    for (const other of cluster.members.filter(({ isWriter }) => !isWriter)) {
      this.world.replication.submit({
        service: 'aurora',
        from,
        to: other.region,
        resource: cluster.id,
        apply: () => (other.position = Math.max(other.position, position)),
      });
    }
    return position;
  }

  /** How many writes a cluster has. */
  public read(arn: string): number {
    return this.find(arn).member.position;
  }

  private find(arn: string): { cluster: GlobalCluster; member: Member } {
    for (const cluster of this.clusters.values()) {
      const member = cluster.members.find((each) => each.arn === arn);
      if (member) return { cluster, member };
    }
    throw new AwsError('BadRequestException', `HttpEndpoint is not enabled for cluster ${arn}`);
  }

  private need(id: string): GlobalCluster {
    const found = this.clusters.get(id.toLowerCase());
    if (!found) throw new AwsError('GlobalClusterNotFoundFault', `Global cluster ${id} not found`, 404);
    return found;
  }

  private async create(form: Form): Promise<GlobalCluster> {
    const id = form.GlobalClusterIdentifier.toLowerCase();
    if (this.clusters.has(id)) {
      throw new AwsError('GlobalClusterAlreadyExistsFault', `Global cluster ${id} already exists`);
    }
    const cluster: GlobalCluster = {
      id,
      endpointHash: [...id].reduce((sum, c) => (Math.imul(sum, 31) + c.charCodeAt(0)) >>> 0, 7).toString(36),
      engine: form.Engine ?? 'aurora-postgresql',
      version: form.EngineVersion ?? '16.6',
      database: form.DatabaseName,
      isEncrypted: form.StorageEncrypted === 'true',
      lifecycleSupport: form.EngineLifecycleSupport ?? 'open-source-rds-extended-support',
      isProtected: form.DeletionProtection === 'true',
      members: [],
      tags: tagsIn(form),
      roleChange: undefined,
    };
    const source = form.SourceDBClusterIdentifier;
    if (source) {
      const region = source.split(':')[3];
      cluster.members.push({ arn: source, region, forwardsWrites: false, isWriter: true, position: 0 });
    }
    this.clusters.set(id, cluster);
    return cluster;
  }

  private async modify(form: Form): Promise<GlobalCluster> {
    const cluster = this.need(form.GlobalClusterIdentifier);
    if (form.DeletionProtection) cluster.isProtected = form.DeletionProtection === 'true';
    if (form.EngineVersion) {
      cluster.version = form.EngineVersion;
      for (const { arn, region } of cluster.members) {
        await this.world.moto.query('rds', region, 'ModifyDBCluster', {
          DBClusterIdentifier: nameOf(arn),
          EngineVersion: form.EngineVersion,
          ApplyImmediately: 'true',
        });
      }
    }
    if (form.NewGlobalClusterIdentifier) {
      this.clusters.delete(cluster.id);
      cluster.id = form.NewGlobalClusterIdentifier.toLowerCase();
      this.clusters.set(cluster.id, cluster);
    }
    return cluster;
  }

  private async delete(form: Form): Promise<GlobalCluster> {
    const cluster = this.need(form.GlobalClusterIdentifier);
    if (cluster.isProtected) {
      throw new AwsError(
        'InvalidParameterCombination',
        'Cannot delete protected Cluster, please disable deletion protection and try again.',
      );
    }
    if (cluster.members.length > 0) {
      throw new AwsError('InvalidGlobalClusterStateFault', `Global Cluster ${cluster.id} is not empty`);
    }
    this.clusters.delete(cluster.id);
    return cluster;
  }

  private async remove(form: Form): Promise<GlobalCluster> {
    const cluster = this.need(form.GlobalClusterIdentifier);
    const leaving = cluster.members.find(({ arn }) => arn === form.DbClusterIdentifier);
    if (!leaving) {
      throw new AwsError('DBClusterNotFoundFault', `${form.DbClusterIdentifier} is not in ${cluster.id}`, 404);
    }
    if (leaving.isWriter && cluster.members.length > 1) {
      throw new AwsError(
        'InvalidGlobalClusterStateFault',
        'The writer cannot leave while the global cluster has readers',
      );
    }
    cluster.members = cluster.members.filter((member) => member !== leaving);
    return cluster;
  }

  /** Lets a cluster that is created into the global cluster it names, by the rules that AWS has for secondaries. */
  private async join(call: Call, pass: () => ReturnType<Handler>): ReturnType<Handler> {
    const form = inputOf<Form>(call);
    if (form.EngineLifecycleSupport) {
      this.lifecycles.set(clusterArn(call.region, form.DBClusterIdentifier), form.EngineLifecycleSupport);
    }
    if (!form.GlobalClusterIdentifier) return pass();
    const cluster = this.need(form.GlobalClusterIdentifier);
    const problem = await this.problemOf(cluster, call.region, form);
    if (problem) throw problem;
    const given = await pass();
    if (!succeeded(given)) return given;
    cluster.members.push({
      arn: clusterArn(call.region, form.DBClusterIdentifier),
      region: call.region,
      forwardsWrites: form.EnableGlobalWriteForwarding === 'true',
      isWriter: cluster.members.length === 0,
      position: cluster.members.find(({ isWriter }) => isWriter)?.position ?? 0,
    });
    return given;
  }

  private async problemOf(cluster: GlobalCluster, region: string, form: Form): Promise<AwsError | undefined> {
    const refuse = (message: string): AwsError => new AwsError('InvalidParameterCombination', message);
    if ((form.StorageEncrypted === 'true') !== cluster.isEncrypted) {
      return refuse('Value for storageEncrypted should match setting for global cluster');
    }
    if (form.EngineVersion && form.EngineVersion !== cluster.version) {
      return refuse('The engine version of the cluster must be that of the global cluster');
    }
    const writer = cluster.members.find(({ isWriter }) => isWriter);
    if (!writer) return undefined;
    if (cluster.members.some((member) => member.region === region)) {
      return refuse('A global cluster has one cluster per region');
    }
    if (form.MasterUsername || form.MasterUserPassword) {
      return refuse('Cannot specify user name / password for cross region replication cluster');
    }
    if (cluster.isEncrypted && !form.KmsKeyId) {
      return refuse('For encrypted cross-region replica, kmsKeyId should be explicitly specified');
    }
    const source = await this.world.moto.query('rds', writer.region, 'DescribeDBClusters', {
      DBClusterIdentifier: nameOf(writer.arn),
    });
    return JSON.stringify(source).includes('"DBClusterMember"')
      ? undefined
      : new AwsError(
          'InvalidDBClusterStateFault',
          'Source cluster is in a state which is not valid for physical replication',
        );
  }

  private async changeWriter(form: Form, status: RoleChange['status']): Promise<GlobalCluster> {
    const cluster = this.need(form.GlobalClusterIdentifier);
    const target = cluster.members.find(({ arn }) => arn === form.TargetDbClusterIdentifier);
    const writer = cluster.members.find(({ isWriter }) => isWriter);
    if (!target || !writer) {
      throw new AwsError('DBClusterNotFoundFault', `${form.TargetDbClusterIdentifier} is not in ${cluster.id}`, 404);
    }
    if (cluster.roleChange || target.isWriter) {
      throw new AwsError('InvalidGlobalClusterStateFault', `Global cluster ${cluster.id} cannot change its writer now`);
    }
    if (status === 'switching-over' && !this.world.faults.connected(writer.region, target.region, 'rds')) {
      throw new AwsError(
        'InvalidGlobalClusterStateFault',
        'A switchover needs both regions; the primary does not answer',
      );
    }
    if (!this.world.faults.isServing(target.region, 'rds')) {
      throw new AwsError('InvalidDBClusterStateFault', `The target in ${target.region} is not available`);
    }
    cluster.roleChange = { status, from: writer.arn, to: target.arn };
    this.world.clock.after(ROLE_CHANGE_MS, async () => {
      if (status === 'switching-over') await this.world.replication.drain(writer.region, 'aurora', cluster.id);
      else this.world.replication.lose(writer.region, 'aurora', cluster.id);
      writer.isWriter = false;
      target.isWriter = true;
      // The old writer is rebuilt from the new one.
      writer.position = target.position;
      cluster.roleChange = undefined;
    });
    return cluster;
  }

  private list(form: Form): Xml {
    const filter = Object.entries(form)
      .filter(([key]) => /^Filters\.Filter\.\d+\.Values\.Value\.\d+$/.test(key))
      .map(([, value]) => value);
    const found = form.GlobalClusterIdentifier
      ? [this.need(form.GlobalClusterIdentifier)]
      : [...this.clusters.values()].filter(
          ({ members }) => filter.length === 0 || members.some(({ arn }) => filter.includes(arn)),
        );
    return { GlobalClusterMember: found.map(describe) };
  }

  private memberOf(call: Call, id: string): Member | undefined {
    const arn = id.startsWith('arn:') ? id : clusterArn(call.region, id);
    return [...this.clusters.values()].flatMap(({ members }) => members).find((member) => member.arn === arn);
  }

  /** Adds to descriptions of clusters what they are in their global cluster. */
  private async amend(pass: () => ReturnType<Handler>): ReturnType<Handler> {
    const given = await pass();
    if (!succeeded(given)) return given;
    const body = given.body.toString().replace(/<DBCluster>[\s\S]*?<\/DBCluster>/g, (cluster) => {
      const arn = /<DBClusterArn>([^<]*)</.exec(cluster)?.[1] ?? '';
      const lifecycle = this.lifecycles.get(arn);
      if (lifecycle)
        cluster = cluster.replace(
          /<\/DBCluster>$/,
          `<EngineLifecycleSupport>${lifecycle}</EngineLifecycleSupport></DBCluster>`,
        );
      // moto gives clusters that are not serverless (v1) the settings of those that are.
      cluster = cluster.replace(
        /<ScalingConfigurationInfo>[\s\S]*?<\/ScalingConfigurationInfo>|<ScalingConfigurationInfo\/>/,
        '',
      );
      const global = [...this.clusters.values()].find(({ members }) => members.some((member) => member.arn === arn));
      const own = global?.members.find((member) => member.arn === arn);
      if (!global || !own) return cluster;
      const writer = global.members.find(({ isWriter }) => isWriter);
      const replication = own.isWriter
        ? ''
        : `<ReplicationSourceIdentifier>${writer?.arn}</ReplicationSourceIdentifier>`;
      const forwarding = own.forwardsWrites
        ? '<GlobalWriteForwardingStatus>enabled</GlobalWriteForwardingStatus><GlobalWriteForwardingRequested>true</GlobalWriteForwardingRequested>'
        : '';
      return cluster
        .replace(
          /<(ReplicationSourceIdentifier|GlobalWriteForwarding\w+)>[^<]*<\/\1>|<ReplicationSourceIdentifier\/>/g,
          '',
        )
        .replace(/<\/DBCluster>$/, `${replication}${forwarding}</DBCluster>`);
    });
    return withBody(given, body);
  }

  private onTags(answered: (cluster: GlobalCluster, form: Form) => object): Handler {
    return async (call, pass) => {
      const form = inputOf<Form>(call);
      const name = /:global-cluster:(.+)$/.exec(form.ResourceName ?? '')?.[1];
      return name ? answer(call, answered(this.need(name), form)) : pass();
    };
  }

  private async publishLag(): Promise<void> {
    const { replication, faults } = this.world;
    for (const { id, members } of this.clusters.values()) {
      const writer = members.find(({ isWriter }) => isWriter);
      for (const member of members.filter(({ isWriter, region }) => !isWriter && faults.isUp(region))) {
        const waiting = replication
          .status()
          .find((link) => link.service === 'aurora' && link.resource === id && link.to === member.region);
        await publish(this.world, {
          region: member.region,
          namespace: 'AWS/RDS',
          metric: 'AuroraGlobalDBReplicationLag',
          dimensions: { DBClusterIdentifier: nameOf(member.arn), SourceRegion: writer?.region ?? '' },
          value: Math.max(waiting?.recoveryPointAge ?? 0, replication.lagOf('aurora').milliseconds),
        });
      }
    }
  }
}

function describe(cluster: GlobalCluster): Xml {
  const { id, members, roleChange } = cluster;
  const readers = members.filter(({ isWriter }) => !isWriter).map(({ arn }) => arn);
  return {
    GlobalClusterIdentifier: id,
    GlobalClusterResourceId: `cluster-${cluster.endpointHash}`,
    GlobalClusterArn: `arn:aws:rds::${ACCOUNT_ID}:global-cluster:${id}`,
    Status: roleChange?.status ?? 'available',
    Engine: cluster.engine,
    EngineVersion: cluster.version,
    EngineLifecycleSupport: cluster.lifecycleSupport,
    DatabaseName: cluster.database,
    StorageEncrypted: cluster.isEncrypted,
    DeletionProtection: cluster.isProtected,
    Endpoint: `${id}.global-${cluster.endpointHash}.global.rds.amazonaws.com`,
    GlobalClusterMembers: {
      GlobalClusterMember: members.map((member) => ({
        DBClusterArn: member.arn,
        IsWriter: member.isWriter,
        Readers: { member: member.isWriter ? readers : [] },
        GlobalWriteForwardingStatus: member.forwardsWrites && !member.isWriter ? 'enabled' : undefined,
        SynchronizationStatus: member.isWriter ? undefined : 'connected',
      })),
    },
    FailoverState: roleChange && {
      Status: roleChange.status,
      FromDbClusterArn: roleChange.from,
      ToDbClusterArn: roleChange.to,
      IsDataLossAllowed: roleChange.status === 'failing-over',
    },
    TagList: tagList(cluster.tags),
  };
}

function tagsIn(form: Form): Record<string, string> {
  return Object.fromEntries(
    Object.entries(form)
      .filter(([key]) => /^Tags\.\w+\.\d+\.Key$/.test(key))
      .map(([key, name]) => [name, form[key.replace(/Key$/, 'Value')] ?? '']),
  );
}

function tagList(tags: Readonly<Record<string, string>>): Xml {
  return { Tag: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}

function clusterArn(region: string, id: string): string {
  return `arn:aws:rds:${region}:${ACCOUNT_ID}:cluster:${id}`;
}

function nameOf(arn: string): string {
  return arn.split(':').pop() ?? arn;
}
