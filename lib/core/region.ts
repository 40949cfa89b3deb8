import { DataAwsCallerIdentity } from '@cdktf/provider-aws/lib/data-aws-caller-identity';
import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Construct } from 'constructs';
import { ACCOUNT_ID_LENGTH, checkName, NameKind } from './naming';

/** The part a region plays: two halves of one system, and the region in which Route 53 publishes its metrics. */
export type RegionRole = 'primary' | 'secondary' | 'global';

/** What a `Region` is made of. */
export interface RegionProps {
  readonly role: RegionRole;
  /** AWS name, such as `us-east-1`. */
  readonly name: string;
  /** The aliased provider every resource of this region names. */
  readonly provider: AwsProvider;
  readonly environmentSuffix: string;
  /** Account id when it is known at synth. @default - read with `data.aws_caller_identity` */
  readonly accountId?: string;
}

/** One region of the system: its role, its AWS name, its provider, and the names of what is built in it. */
export class Region extends Construct {
  public readonly role: RegionRole;
  /** AWS name, such as `us-east-1`. */
  public readonly name: string;
  public readonly provider: AwsProvider;
  public readonly environmentSuffix: string;
  private readonly givenAccountId?: string;
  private identity?: DataAwsCallerIdentity;
  private partitionData?: DataAwsPartition;

  constructor(scope: Construct, id: string, props: RegionProps) {
    super(scope, id);
    this.role = props.role;
    this.name = props.name;
    this.provider = props.provider;
    this.environmentSuffix = props.environmentSuffix;
    this.givenAccountId = props.accountId;
  }

  /** The account id: a literal when it was given, else a reference read through this region's provider. */
  public get accountId(): string {
    if (this.givenAccountId) return this.givenAccountId;
    this.identity ??= new DataAwsCallerIdentity(this, 'CallerIdentity', { provider: this.provider });
    return this.identity.accountId;
  }

  /** The partition (`aws`, `aws-us-gov`, `aws-cn`): known at synth from the region's name. */
  public get partition(): string {
    if (/^(us|eu|ap|ca|sa|af|me|il|mx)-[a-z]+-\d$/.test(this.name)) return 'aws';
    this.partitionData ??= new DataAwsPartition(this, 'Partition', { provider: this.provider });
    return this.partitionData.partition;
  }

  /**
   * The name `{resource}-{role}-{suffix}`, checked against the limits of its kind.
   *
   * @throws ConfigurationError when AWS would refuse it
   */
  public resourceName(kind: NameKind, resource: string): string {
    return checkName(this, kind, `${resource}-${this.role}-${this.environmentSuffix}`);
  }

  /**
   * A bucket's name, unique in the world: `{resource}-{role}-{suffix}-{account id}` (rule R-S3-13).
   *
   * @throws ConfigurationError when AWS would refuse it
   */
  public bucketName(resource: string): string {
    const name = `${resource}-${this.role}-${this.environmentSuffix}`;
    checkName(this, 'bucket', name, ACCOUNT_ID_LENGTH + 1);
    return `${name}-${this.accountId}`;
  }

  /** An ARN in this region and account: `arn:{partition}:{service}:{region}:{account}:{resource}`. */
  public arn(service: string, resource: string): string {
    return `arn:${this.partition}:${service}:${this.name}:${this.accountId}:${resource}`;
  }
}
