import {
  DescribeGlobalClustersCommand,
  FailoverGlobalClusterCommand,
  GlobalClusterMember,
  RDSClient,
  SwitchoverGlobalClusterCommand,
} from '@aws-sdk/client-rds';
import { LiveSystem, MINUTES } from './live-system';

/** The Aurora global database of a system, as an operator moves its writer. */
export class GlobalDatabase {
  /** @param region from which it is asked: one that is not lost */
  constructor(
    private readonly system: LiveSystem,
    private readonly region: string,
    private readonly GlobalClusterIdentifier: string,
  ) {}

  /** Makes a region the writer's without asking the other, whose last writes are lost. */
  public async failOverTo(region: string): Promise<void> {
    const { GlobalClusterIdentifier } = this;
    const TargetDbClusterIdentifier = await this.clusterIn(region);
    await this.rds.send(
      new FailoverGlobalClusterCommand({ GlobalClusterIdentifier, TargetDbClusterIdentifier, AllowDataLoss: true }),
    );
    await this.writerIsIn(region);
  }

  /** Makes a region the writer's; nothing is lost, and both regions are needed. */
  public async switchOverTo(region: string): Promise<void> {
    const { GlobalClusterIdentifier } = this;
    const TargetDbClusterIdentifier = await this.clusterIn(region);
    await this.rds.send(new SwitchoverGlobalClusterCommand({ GlobalClusterIdentifier, TargetDbClusterIdentifier }));
    await this.writerIsIn(region);
  }

  private get rds(): RDSClient {
    return new RDSClient(this.system.sdk(this.region));
  }

  private async writerIsIn(region: string): Promise<void> {
    const wanted = await this.clusterIn(region);
    const writer = async (): Promise<string | undefined> =>
      (await this.members()).find(({ IsWriter }) => IsWriter)?.DBClusterArn;
    expect(await this.system.eventually(writer, (arn) => arn === wanted)).toBe(wanted);
    await this.system.control.clock({ advance: 3 * MINUTES });
  }

  private async clusterIn(region: string): Promise<string | undefined> {
    return (await this.members()).find(({ DBClusterArn }) => DBClusterArn?.split(':')[3] === region)?.DBClusterArn;
  }

  private async members(): Promise<GlobalClusterMember[]> {
    const { GlobalClusterIdentifier } = this;
    const { GlobalClusters } = await this.rds.send(new DescribeGlobalClustersCommand({ GlobalClusterIdentifier }));
    return GlobalClusters?.[0].GlobalClusterMembers ?? [];
  }
}
