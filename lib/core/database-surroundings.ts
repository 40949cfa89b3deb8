import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { DbSubnetGroup } from '@cdktf/provider-aws/lib/db-subnet-group';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { ServiceRole } from './iam';
import { checkName } from './naming';
import { RegionalNetwork } from './network';
import { Region } from './region';
import { stableId } from './stable-id';

/** What the surroundings of one region's database are made of. */
export interface DatabaseSurroundingsProps {
  readonly region: Region;
  /** First part of the names. */
  readonly name: string;
  /** Full name of the cluster or instance. */
  readonly identifier: string;
  /** What it is called in descriptions, such as `Aurora cluster`. */
  readonly what: string;
  readonly network: RegionalNetwork;
  /** Range of the other region's VPC. */
  readonly peerCidrBlock: string;
  readonly allowedCidrBlocks?: readonly string[];
  readonly port: number;
  readonly keyArn: string;
  /** Log group of all exports, with `/aws/rds/` and the identifier. */
  readonly logGroup: string;
  readonly logExports: readonly string[];
  readonly logRetentionInDays: number;
  /** Seconds; 0 for none. */
  readonly monitoringInterval: number;
}

/**
 * What a database needs around it in one region, and does not inherit when it takes over (rule R-AUR-18): subnet
 * group, security group, log groups, monitoring role. The constructs are children of the scope.
 */
export class DatabaseSurroundings {
  public readonly subnetGroupName: string;
  public readonly securityGroupId: string;
  /** Undefined when enhanced monitoring is off. */
  public readonly monitoringRoleArn?: string;
  /** What must exist before the cluster or instance that writes logs. */
  public readonly logGroups: readonly ITerraformDependable[];
  /** What must exist before an instance is monitored. Undefined when enhanced monitoring is off. */
  public readonly monitoringPolicy?: ITerraformDependable;

  constructor(scope: Construct, props: DatabaseSurroundingsProps) {
    const { region, identifier } = props;
    const { provider } = region;
    this.subnetGroupName = new DbSubnetGroup(scope, 'SubnetGroup', {
      provider,
      name: region.resourceName('db subnet group', props.name),
      description: `Private subnets of ${identifier}`,
      subnetIds: [...props.network.privateSubnetIds],
    }).name;
    this.securityGroupId = securityGroup(scope, props).id;
    // Made here, or RDS makes them on first use: unencrypted, and kept for ever.
    this.logGroups = props.logExports.map(
      (log) =>
        new CloudwatchLogGroup(scope, `LogGroup-${log}`, {
          provider,
          name: checkName(scope, 'log group', `${props.logGroup}/${log}`),
          kmsKeyId: props.keyArn,
          retentionInDays: props.logRetentionInDays,
        }),
    );
    if (props.monitoringInterval > 0) {
      const role = monitoringRole(scope, props);
      this.monitoringRoleArn = role.arn;
      this.monitoringPolicy = role.policy;
    }
  }
}

/** Lets in both VPCs, because applications of either region reach the writer wherever it is (rules R-AUR-16, R-NET-5). */
function securityGroup(scope: Construct, props: DatabaseSurroundingsProps): SecurityGroup {
  const { region, network, port } = props;
  const group = new SecurityGroup(scope, 'SecurityGroup', {
    provider: region.provider,
    name: region.resourceName('security group', `${props.name}-database`),
    description: `${props.what} ${props.identifier}`,
    vpcId: network.vpcId,
    tags: { Name: props.identifier },
  });
  const sources = [
    ['OwnVpc', 'own VPC', network.cidrBlock],
    ['PeerVpc', 'VPC of the other region', props.peerCidrBlock],
    ...(props.allowedCidrBlocks ?? []).map((block) => [`Allowed-${stableId(scope, block)}`, 'allowed range', block]),
  ];
  for (const [name, who, cidrIpv4] of sources) {
    new VpcSecurityGroupIngressRule(scope, `From${name}`, {
      provider: region.provider,
      securityGroupId: group.id,
      ipProtocol: 'tcp',
      fromPort: port,
      toPort: port,
      cidrIpv4,
      description: `Database clients: ${who}`,
    });
  }
  return group;
}

/** As the managed policy AmazonRDSEnhancedMonitoringRole, for the log groups of this region only. */
function monitoringRole(scope: Construct, { region, name, identifier }: DatabaseSurroundingsProps): ServiceRole {
  return new ServiceRole(scope, 'MonitoringRole', {
    region,
    name: `${name}-monitoring`,
    description: `Enhanced monitoring of ${identifier}`,
    servicePrincipal: 'monitoring.rds.amazonaws.com',
    statements: [
      {
        actions: ['logs:CreateLogGroup', 'logs:PutRetentionPolicy'],
        resources: [region.arn('logs', 'log-group:RDS*')],
      },
      {
        actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:GetLogEvents', 'logs:PutLogEvents'],
        resources: [region.arn('logs', 'log-group:RDS*:log-stream:*')],
      },
    ],
  });
}
