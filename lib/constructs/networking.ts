import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { DataAwsAvailabilityZones } from '@cdktf/provider-aws/lib/data-aws-availability-zones';
import { DataAwsVpcEndpointService } from '@cdktf/provider-aws/lib/data-aws-vpc-endpoint-service';
import { DefaultSecurityGroup } from '@cdktf/provider-aws/lib/default-security-group';
import { Eip } from '@cdktf/provider-aws/lib/eip';
import { FlowLog } from '@cdktf/provider-aws/lib/flow-log';
import { InternetGateway } from '@cdktf/provider-aws/lib/internet-gateway';
import { NatGateway } from '@cdktf/provider-aws/lib/nat-gateway';
import { NetworkAcl, NetworkAclIngress } from '@cdktf/provider-aws/lib/network-acl';
import { Route } from '@cdktf/provider-aws/lib/route';
import { RouteTable } from '@cdktf/provider-aws/lib/route-table';
import { RouteTableAssociation } from '@cdktf/provider-aws/lib/route-table-association';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { Subnet } from '@cdktf/provider-aws/lib/subnet';
import { Vpc } from '@cdktf/provider-aws/lib/vpc';
import { VpcEndpoint } from '@cdktf/provider-aws/lib/vpc-endpoint';
import { VpcPeeringConnection } from '@cdktf/provider-aws/lib/vpc-peering-connection';
import { VpcPeeringConnectionAccepterA } from '@cdktf/provider-aws/lib/vpc-peering-connection-accepter';
import { VpcPeeringConnectionOptions } from '@cdktf/provider-aws/lib/vpc-peering-connection-options';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { Fn, Token } from 'cdktf';
import { Construct } from 'constructs';
import { z } from 'zod';
import { ConfigurationError } from '../core/errors';
import { bothHalves, halfOf } from '../core/halves';
import { PolicyStatement, policyDocument, ServiceRole } from '../core/iam';
import { keyHalves } from '../core/key-pair';
import { RegionalNetwork } from '../core/network';
import { PROTECTED } from '../core/protection';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import { arn, flag, instance, integer, oneOf, validateProps } from '../core/validation';

/** Props of `Networking`. */
export interface NetworkingProps {
  /** The two regions. */
  readonly regions: RegionPair;
  /** IPv4 range of the primary VPC: private, from /16 to /24. @default '10.0.0.0/16' */
  readonly primaryCidrBlock?: string;
  /** IPv4 range of the secondary VPC: private, from /16 to /24, apart from the primary's. @default '10.1.0.0/16' */
  readonly secondaryCidrBlock?: string;
  /** Availability zones used in each region, 2 to 6. @default 3 */
  readonly availabilityZoneCount?: number;
  /**
   * How private subnets reach the internet and the APIs of the other region: `none`, `single` (one zone's loss cuts
   * all of them off) or `perZone`. @default 'none'
   */
  readonly natGateways?: string;
  /**
   * AWS services that private subnets reach through interface endpoints in both regions, such as `states` or
   * `ecr.api`: what follows `com.amazonaws.<region>.` in the service's name. Each costs money per zone and hour.
   * @default []
   */
  readonly interfaceEndpoints?: readonly string[];
  /** Connects the two VPCs, with routes on both sides. @default true */
  readonly peering?: boolean;
  /** Writes accepted and rejected flows of both VPCs to log groups. @default true */
  readonly flowLogs?: boolean;
  /**
   * Network ACLs of the public and the private subnets: a second, stateless line behind the security groups, which
   * lets through what this library builds, and no more. Public subnets take ports 80 and 443 from anywhere.
   * @default false
   */
  readonly networkAcls?: boolean;
  /** Key of the primary region for its flow logs. @default - encrypted by CloudWatch Logs with a key of its own */
  readonly primaryKeyArn?: string;
  /** Key of the secondary region for its flow logs. @default - encrypted by CloudWatch Logs with a key of its own */
  readonly secondaryKeyArn?: string;
}

/** One region's network as `Networking` builds it: what other constructs need, and what an operator looks for. */
export interface BuiltNetwork extends RegionalNetwork {
  /** Names of the zones used, in the order of the subnets. */
  readonly availabilityZones: readonly string[];
  /** One per availability zone, in the order of the private subnets. */
  readonly privateRouteTableIds: readonly string[];
  /** All public subnets share it. */
  readonly publicRouteTableId: string;
  readonly internetGatewayId: string;
  /** The addresses others see when private subnets call them: what a partner has to allow, in both regions. */
  readonly natPublicIps: readonly string[];
  /** Undefined without flow logs. */
  readonly flowLogGroupName?: string;
}

const PRIVATE_RANGES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];

const cidrBlock = z
  .string('give an IPv4 range such as "10.0.0.0/16" that is known at synth')
  .superRefine((value, context) => {
    const message = problemOfRange(value);
    if (message) context.addIssue({ code: 'custom', message });
  });

const endpointService = z
  .string('give the name of an AWS service, such as "ecr.api"')
  .regex(
    /^(?!(cn\.)?com\.amazonaws\.)[a-z0-9-]+(\.[a-z0-9-]+)*$/,
    'give what follows "com.amazonaws.<region>." in the name of the service, such as "ecr.api": it serves both regions',
  )
  .refine(
    (name) => name !== 's3' && name !== 'dynamodb',
    'remove it: S3 and DynamoDB always have a gateway endpoint, which costs nothing',
  );

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  primaryCidrBlock: cidrBlock.optional(),
  secondaryCidrBlock: cidrBlock.optional(),
  availabilityZoneCount: integer(
    2,
    6,
    '(in one zone alone, the loss of the zone is the loss of the region)',
  ).optional(),
  natGateways: oneOf('none', 'single', 'perZone').optional(),
  interfaceEndpoints: z
    .array(endpointService, 'give a list of service names, such as ["states"]')
    .superRefine((names, context) =>
      names.forEach((name, index) => {
        if (names.indexOf(name) < index)
          context.addIssue({ code: 'custom', path: [index], message: 'remove it: the service is listed twice' });
      }),
    )
    .optional(),
  peering: flag.optional(),
  flowLogs: flag.optional(),
  networkAcls: flag.optional(),
  primaryKeyArn: arn('kms').optional(),
  secondaryKeyArn: arn('kms').optional(),
});

/**
 * One VPC in each region, built alike, and the peering connection between them (rules R-NET-1 to R-NET-11).
 *
 * Each has one public and one private subnet per availability zone, gateway endpoints for S3 and DynamoDB, and a
 * default security group that lets nothing through. Without NAT and interface endpoints, private code reaches S3 and
 * DynamoDB of its own region, its VPC and the peer's, and nothing else (rules R-LAM-6, R-LAM-7).
 *
 * Network ACLs, when asked for, repeat in the subnets what security groups already say of their members: they hold
 * even when a group is opened too far, and they see each packet alone.
 *
 * A region's way out is its own: no default route crosses the peering connection, so the loss of one region leaves
 * the other's network whole (rule R-NET-11).
 *
 * The subnets' ranges follow from the VPC's alone: more availability zones add subnets and move none.
 *
 * @throws ConfigurationError for unknown or malformed props, ranges that overlap or are too small for the zones, a
 * key of the wrong region or of one region only, and a single NAT gateway under the `protected` profile
 */
export class Networking extends Construct {
  public readonly primary: BuiltNetwork;
  public readonly secondary: BuiltNetwork;
  /** Known once the connection is active. Undefined without peering. */
  public readonly peeringConnectionId?: string;

  constructor(scope: Construct, id: string, props: NetworkingProps) {
    super(scope, id);
    validateProps(this, schema, props);
    const { regions } = props;
    const keys = keyHalves(this, regions, props);
    const { primaryCidrBlock = '10.0.0.0/16', secondaryCidrBlock = '10.1.0.0/16' } = props;
    const plans = {
      primary: planOf(props, primaryCidrBlock, secondaryCidrBlock, keys.primary),
      secondary: planOf(props, secondaryCidrBlock, primaryCidrBlock, keys.secondary),
    };
    this.checkRanges(plans.primary, plans.secondary);
    this.checkNatGateways(props);

    const halves = bothHalves(regions, (region, name) => new RegionalVpc(this, name, region, halfOf(plans, region)));
    this.primary = halves.primary;
    this.secondary = halves.secondary;
    if (props.peering ?? true) this.peeringConnectionId = peer(this, regions, this.primary, this.secondary);
  }

  private checkRanges(primary: NetworkPlan, secondary: NetworkPlan): void {
    if (overlap(rangeOf(primary.cidrBlock), rangeOf(secondary.cidrBlock))) {
      throw new ConfigurationError(this, {
        prop: 'secondaryCidrBlock',
        received: secondary.cidrBlock,
        wayOut: `choose a range that does not overlap primaryCidrBlock ${primary.cidrBlock}: overlapping VPCs cannot be peered`,
      });
    }
    for (const [prop, plan] of [
      ['primaryCidrBlock', primary],
      ['secondaryCidrBlock', secondary],
    ] as const) {
      const slots = slotsOf(rangeOf(plan.cidrBlock));
      if (plan.zoneCount > slots) {
        throw new ConfigurationError(this, {
          prop,
          received: plan.cidrBlock,
          wayOut: `give a larger range or at most ${slots} as availabilityZoneCount: there is no room for the subnets of ${plan.zoneCount} zones`,
        });
      }
    }
  }

  private checkNatGateways({ regions, natGateways }: NetworkingProps): void {
    if (natGateways === 'single' && regions.protection.profile === PROTECTED.profile) {
      throw new ConfigurationError(this, {
        prop: 'natGateways',
        received: natGateways,
        wayOut: 'use "perZone" or "none" under the protected profile: the loss of one zone would cut off all of them',
      });
    }
  }
}

/** What one half is to be: the props, with their defaults, seen from its region. */
interface NetworkPlan {
  readonly cidrBlock: string;
  /** Ranges whose traffic is our own: this VPC's, and with peering the other's. */
  readonly ownRanges: readonly string[];
  readonly zoneCount: number;
  readonly natGatewayCount: number;
  readonly interfaceEndpoints: readonly string[];
  readonly flowLogs: boolean;
  readonly networkAcls: boolean;
  readonly keyArn?: string;
  readonly logRetentionInDays: number;
}

function planOf(props: NetworkingProps, range: string, peerRange: string, keyArn?: string): NetworkPlan {
  const zoneCount = props.availabilityZoneCount ?? 3;
  const natGatewayCounts: Record<string, number> = { none: 0, single: 1, perZone: zoneCount };
  return {
    cidrBlock: range,
    ownRanges: (props.peering ?? true) ? [range, peerRange] : [range],
    zoneCount,
    natGatewayCount: natGatewayCounts[props.natGateways ?? 'none'],
    interfaceEndpoints: props.interfaceEndpoints ?? [],
    flowLogs: props.flowLogs ?? true,
    networkAcls: props.networkAcls ?? false,
    keyArn,
    logRetentionInDays: props.regions.protection.logRetentionInDays,
  };
}

/**
 * Zones where AWS still offers subnets but no longer every service: no Fargate on arm64 in use1-az3, no Application
 * Load Balancer in apne1-az3. By id, because each account has its own names for the zones.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-arm64.html
 */
const CONSTRAINED_ZONE_IDS = ['apne1-az3', 'use1-az3'];

/** They also answer callers without an AWS principal, whom a policy about the principal's account would turn away. */
const SERVICES_WITH_ANONYMOUS_CALLERS = ['cognito-idp', 'execute-api', 'sts'];

/** What a network ACL lets through in one direction, without its number. */
type AclRule = Omit<NetworkAclIngress, 'action' | 'ruleNo'>;

const ANYWHERE = '0.0.0.0/0';
const EVERYTHING = everythingWith(ANYWHERE);
/** Clients and the health checkers of Route 53. */
const HTTP: AclRule = { protocol: 'tcp', fromPort: 80, toPort: 80, cidrBlock: ANYWHERE };
/** As above; on the way out, S3 and DynamoDB behind the gateway endpoints. */
const HTTPS: AclRule = { protocol: 'tcp', fromPort: 443, toPort: 443, cidrBlock: ANYWHERE };
/**
 * Ports on which clients wait for answers: load balancers, NAT gateways and functions use all of them.
 * https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports
 */
const TCP_ANSWERS: AclRule = { protocol: 'tcp', fromPort: 1024, toPort: 65535, cidrBlock: ANYWHERE };
const UDP_ANSWERS: AclRule = { ...TCP_ANSWERS, protocol: 'udp' };
/** Without it, connections over links with smaller packets hang once they carry data (path MTU discovery). */
const PACKET_TOO_BIG: AclRule = {
  protocol: 'icmp',
  fromPort: 0,
  toPort: 0,
  icmpType: 3,
  icmpCode: 4,
  cidrBlock: ANYWHERE,
};

function everythingWith(cidrBlock: string): AclRule {
  return { protocol: '-1', fromPort: 0, toPort: 0, cidrBlock };
}

/** With room between the numbers for rules of your own. */
function numbered(rule: AclRule, index: number): NetworkAclIngress {
  return { ...rule, action: 'allow', ruleNo: 100 + index * 10 };
}

/** The VPC of one region, with everything in it that knows nothing of the other. */
class RegionalVpc extends Construct implements BuiltNetwork {
  public readonly vpcId: string;
  public readonly cidrBlock: string;
  public readonly availabilityZones: readonly string[];
  public readonly privateSubnetIds: readonly string[];
  public readonly publicSubnetIds: readonly string[];
  public readonly privateRouteTableIds: readonly string[];
  public readonly publicRouteTableId: string;
  public readonly internetGatewayId: string;
  public readonly natPublicIps: readonly string[];
  public readonly gatewayPrefixListIds: readonly string[];
  public readonly internetEgress: boolean;
  public readonly flowLogGroupName?: string;
  private readonly privateSubnets: readonly Subnet[];

  constructor(
    scope: Construct,
    id: string,
    private readonly region: Region,
    plan: NetworkPlan,
  ) {
    super(scope, id);
    const { provider } = region;
    this.cidrBlock = plan.cidrBlock;
    this.vpcId = new Vpc(this, 'Vpc', {
      provider,
      cidrBlock: plan.cidrBlock,
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: this.named('vpc'),
    }).id;
    new DefaultSecurityGroup(this, 'DefaultSecurityGroup', {
      provider,
      vpcId: this.vpcId,
      ingress: [],
      egress: [],
      tags: this.named('default-closed'),
    });
    const internetGateway = new InternetGateway(this, 'InternetGateway', {
      provider,
      vpcId: this.vpcId,
      tags: this.named('internet'),
    });
    this.internetGatewayId = internetGateway.id;

    const zoneNames = this.zoneNames(plan.zoneCount);
    const ranges = subnetRanges(rangeOf(plan.cidrBlock));
    const publicSubnets = zoneNames.map((zone, index) =>
      // A load balancer or a NAT gateway that finds its subnet before the internet gateway is refused by AWS.
      this.subnet('public', index, zone, ranges.public[index], [internetGateway]),
    );
    this.privateSubnets = zoneNames.map((zone, index) => this.subnet('private', index, zone, ranges.private[index]));
    this.availabilityZones = this.privateSubnets.map((subnet) => subnet.availabilityZone);
    this.publicSubnetIds = publicSubnets.map((subnet) => subnet.id);
    this.privateSubnetIds = this.privateSubnets.map((subnet) => subnet.id);

    this.publicRouteTableId = this.routeTable('public', publicSubnets);
    new Route(this, 'PublicDefaultRoute', {
      provider,
      routeTableId: this.publicRouteTableId,
      destinationCidrBlock: '0.0.0.0/0',
      gatewayId: internetGateway.id,
    });
    this.privateRouteTableIds = this.privateSubnets.map((subnet, index) =>
      this.routeTable(`private-${index + 1}`, [subnet]),
    );

    const natGateways = publicSubnets
      .slice(0, plan.natGatewayCount)
      .map((subnet, index) => this.natGateway(index, subnet, internetGateway));
    this.internetEgress = natGateways.length > 0;
    this.natPublicIps = natGateways.map((natGateway) => natGateway.publicIp);
    if (this.internetEgress) {
      this.privateRouteTableIds.forEach((routeTableId, index) => {
        new Route(this, `PrivateDefaultRoute${index + 1}`, {
          provider,
          routeTableId,
          destinationCidrBlock: '0.0.0.0/0',
          natGatewayId: natGateways[index % natGateways.length].id,
        });
      });
    }

    this.gatewayPrefixListIds = [
      this.gatewayEndpoint('s3', [
        this.forOwnPrincipals('s3:*'),
        // Image layers of ECR and packages of Amazon Linux come from buckets and with signatures of other accounts.
        { sid: 'AnyoneReads', principals: { AWS: '*' }, actions: ['s3:GetObject'], resources: ['*'] },
      ]),
      this.gatewayEndpoint('dynamodb', [this.forOwnPrincipals('dynamodb:*')]),
    ];
    this.addInterfaceEndpoints(plan.interfaceEndpoints);
    if (plan.flowLogs) this.flowLogGroupName = this.addFlowLog(plan);
    if (plan.networkAcls) this.addNetworkAcls(plan, publicSubnets);
  }

  private named(resource: string): Record<string, string> {
    return { Name: this.region.resourceName('name tag', resource) };
  }

  /** The zones by the region's own account of them, so that no literal can be wrong in another region (rule R-NET-7). */
  private zoneNames(count: number): string[] {
    const zones = new DataAwsAvailabilityZones(this, 'AvailabilityZones', {
      provider: this.region.provider,
      state: 'available',
      excludeZoneIds: CONSTRAINED_ZONE_IDS,
      filter: [{ name: 'opt-in-status', values: ['opt-in-not-required'] }],
      lifecycle: {
        // `element` starts again at the first zone: without this, two subnets would silently share one.
        postcondition: [
          {
            condition: `\${length(self.names) >= ${count}}`,
            errorMessage: `${this.region.name} offers this account fewer than ${count} suitable availability zones. Lower availabilityZoneCount or choose another region.`,
          },
        ],
      },
    });
    return Array.from({ length: count }, (_, index) => Token.asString(Fn.element(zones.names, index)));
  }

  private subnet(kind: string, index: number, zone: string, range: string, dependsOn?: InternetGateway[]): Subnet {
    return new Subnet(this, `${kind === 'public' ? 'Public' : 'Private'}Subnet${index + 1}`, {
      provider: this.region.provider,
      vpcId: this.vpcId,
      cidrBlock: range,
      availabilityZone: zone,
      mapPublicIpOnLaunch: false,
      tags: this.named(`${kind}-${index + 1}`),
      dependsOn,
      // A zone that leaves or joins the list shifts the names; a subnet that exists stays where it is.
      lifecycle: { ignoreChanges: ['availability_zone'] },
    });
  }

  private routeTable(name: string, subnets: readonly Subnet[]): string {
    const routeTable = new RouteTable(this, `RouteTable-${name}`, {
      provider: this.region.provider,
      vpcId: this.vpcId,
      tags: this.named(name),
    });
    for (const subnet of subnets) {
      new RouteTableAssociation(subnet, 'RouteTableAssociation', {
        provider: this.region.provider,
        routeTableId: routeTable.id,
        subnetId: subnet.id,
      });
    }
    return routeTable.id;
  }

  private natGateway(index: number, subnet: Subnet, internetGateway: InternetGateway): NatGateway {
    const tags = this.named(`nat-${index + 1}`);
    const address = new Eip(this, `NatAddress${index + 1}`, {
      provider: this.region.provider,
      domain: 'vpc',
      tags,
      dependsOn: [internetGateway],
    });
    return new NatGateway(this, `NatGateway${index + 1}`, {
      provider: this.region.provider,
      allocationId: address.allocationId,
      subnetId: subnet.id,
      tags,
      dependsOn: [internetGateway],
    });
  }

  /** Of the statement's two stars, the endpoint grants nothing: it only lets through what the callers' own policies grant. */
  private forOwnPrincipals(action: string): PolicyStatement {
    return {
      sid: 'PrincipalsOfThisAccount',
      principals: { AWS: '*' },
      actions: [action],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:PrincipalAccount': this.region.accountId } },
    };
  }

  private gatewayEndpoint(service: string, statements: readonly PolicyStatement[]): string {
    return new VpcEndpoint(this, `GatewayEndpoint-${service}`, {
      provider: this.region.provider,
      vpcId: this.vpcId,
      vpcEndpointType: 'Gateway',
      serviceName: `com.amazonaws.${this.region.name}.${service}`,
      routeTableIds: [this.publicRouteTableId, ...this.privateRouteTableIds],
      policy: policyDocument(statements),
      tags: this.named(service),
    }).prefixListId;
  }

  private addInterfaceEndpoints(services: readonly string[]): void {
    if (services.length === 0) return;
    const { provider } = this.region;
    const securityGroup = new SecurityGroup(this, 'EndpointSecurityGroup', {
      provider,
      name: this.region.resourceName('security group', 'interface-endpoints'),
      description: 'HTTPS from the VPC to its interface endpoints',
      vpcId: this.vpcId,
      tags: this.named('interface-endpoints'),
    });
    new VpcSecurityGroupIngressRule(this, 'EndpointIngress', {
      provider,
      securityGroupId: securityGroup.id,
      description: 'HTTPS from the VPC',
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
      cidrIpv4: this.cidrBlock,
      tags: this.named('interface-endpoints'),
    });
    for (const service of services) this.interfaceEndpoint(service, securityGroup);
  }

  /**
   * The service itself says whether it exists in this region, in which zones, and whether it takes a policy: AWS
   * refuses an endpoint in a zone, or with a policy, that the service does not support.
   */
  private interfaceEndpoint(service: string, securityGroup: SecurityGroup): void {
    const { provider } = this.region;
    const offer = new DataAwsVpcEndpointService(this, `EndpointService-${service}`, {
      provider,
      service,
      serviceType: 'Interface',
    });
    const policy = Fn.jsonencode(JSON.parse(policyDocument([this.forOwnPrincipals('*')])));
    new VpcEndpoint(this, `InterfaceEndpoint-${service}`, {
      provider,
      vpcId: this.vpcId,
      vpcEndpointType: 'Interface',
      serviceName: offer.serviceName,
      privateDnsEnabled: true,
      subnetIds: Fn.compact(
        this.privateSubnets.map((subnet) =>
          Token.asString(Fn.conditional(Fn.contains(offer.availabilityZones, subnet.availabilityZone), subnet.id, '')),
        ),
      ),
      securityGroupIds: [securityGroup.id],
      policy: SERVICES_WITH_ANONYMOUS_CALLERS.includes(service)
        ? undefined
        : Token.asString(Fn.conditional(offer.vpcEndpointPolicySupported, policy, Token.nullValue())),
      tags: this.named(service),
    });
  }

  /**
   * Rules see packets and know no connections, so each allowed request comes with a rule for its answer. DNS, metadata
   * and time of the VPC itself pass them unseen, and prefix lists are not for them: the answers of the gateway
   * endpoints come from public addresses. https://docs.aws.amazon.com/vpc/latest/userguide/nacl-basics.html
   */
  private addNetworkAcls(plan: NetworkPlan, publicSubnets: readonly Subnet[]): void {
    const own = plan.ownRanges.map(everythingWith);
    // A NAT gateway carries whatever the security groups of private code let out.
    const out = (ports: readonly AclRule[]): readonly AclRule[] => (plan.natGatewayCount > 0 ? [EVERYTHING] : ports);
    const answers = plan.natGatewayCount > 0 ? [TCP_ANSWERS, UDP_ANSWERS] : [TCP_ANSWERS];
    this.networkAcl('public', publicSubnets, {
      ingress: [...own, HTTP, HTTPS, ...answers, PACKET_TOO_BIG],
      egress: [...own, ...out([TCP_ANSWERS, PACKET_TOO_BIG])],
    });
    this.networkAcl('private', this.privateSubnets, {
      ingress: [...own, ...answers, PACKET_TOO_BIG],
      egress: [...own, ...out([HTTPS, PACKET_TOO_BIG])],
    });
  }

  private networkAcl(
    kind: string,
    subnets: readonly Subnet[],
    rules: { readonly ingress: readonly AclRule[]; readonly egress: readonly AclRule[] },
  ): void {
    new NetworkAcl(this, `NetworkAcl-${kind}`, {
      provider: this.region.provider,
      vpcId: this.vpcId,
      subnetIds: subnets.map(({ id }) => id),
      ingress: rules.ingress.map(numbered),
      egress: rules.egress.map(numbered),
      tags: this.named(kind),
    });
  }

  /** https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html */
  private addFlowLog(plan: NetworkPlan): string {
    const { provider } = this.region;
    const logGroup = new CloudwatchLogGroup(this, 'FlowLogGroup', {
      provider,
      name: this.region.resourceName('log group', '/vpc/flow-logs'),
      retentionInDays: plan.logRetentionInDays,
      kmsKeyId: plan.keyArn,
      tags: this.named('flow-logs'),
    });
    const role = new ServiceRole(this, 'FlowLogRole', {
      region: this.region,
      name: 'vpc-flow-logs',
      description: `Writes the flow logs of the VPC in ${this.region.name}`,
      servicePrincipal: 'vpc-flow-logs.amazonaws.com',
      sourceArn: this.region.arn('ec2', 'vpc-flow-log/*'),
      statements: [
        {
          // Without CreateLogGroup: records that arrive late cannot bring a deleted log group back.
          actions: ['logs:CreateLogStream', 'logs:DescribeLogGroups', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
          resources: [logGroup.arn, `${logGroup.arn}:*`],
        },
      ],
    });
    new FlowLog(this, 'FlowLog', {
      provider,
      vpcId: this.vpcId,
      trafficType: 'ALL',
      logDestinationType: 'cloud-watch-logs',
      logDestination: logGroup.arn,
      iamRoleArn: role.arn,
      tags: this.named('flow-logs'),
      dependsOn: role.policy && [role.policy],
    });
    return logGroup.name;
  }
}

/**
 * The link between the halves. Everything on it refers to the accepter's id, which is known only once the connection
 * is active (rules R-NET-2 to R-NET-4).
 */
function peer(scope: Construct, regions: RegionPair, primary: BuiltNetwork, secondary: BuiltNetwork): string {
  const peering = new Construct(scope, 'Peering');
  const connection = new VpcPeeringConnection(peering, 'Connection', {
    provider: regions.primary.provider,
    vpcId: primary.vpcId,
    peerVpcId: secondary.vpcId,
    peerRegion: regions.secondary.name,
    autoAccept: false,
    tags: { Name: regions.primary.resourceName('name tag', 'peering') },
  });
  const accepter = new VpcPeeringConnectionAccepterA(peering, 'Accepter', {
    provider: regions.secondary.provider,
    vpcPeeringConnectionId: connection.id,
    autoAccept: true,
    tags: { Name: regions.secondary.resourceName('name tag', 'peering') },
  });
  new VpcPeeringConnectionOptions(peering, 'RequesterOptions', {
    provider: regions.primary.provider,
    vpcPeeringConnectionId: accepter.id,
    requester: { allowRemoteVpcDnsResolution: true },
  });
  new VpcPeeringConnectionOptions(peering, 'AccepterOptions', {
    provider: regions.secondary.provider,
    vpcPeeringConnectionId: accepter.id,
    accepter: { allowRemoteVpcDnsResolution: true },
  });
  const networks = { primary, secondary };
  bothHalves(regions, (region, id) => {
    const routes = new Construct(peering, id);
    const { publicRouteTableId, privateRouteTableIds } = halfOf(networks, region);
    [publicRouteTableId, ...privateRouteTableIds].forEach((routeTableId, index) => {
      new Route(routes, `Route${index}`, {
        provider: region.provider,
        routeTableId,
        destinationCidrBlock: halfOf(networks, regions.peerOf(region)).cidrBlock,
        vpcPeeringConnectionId: accepter.id,
      });
    });
  });
  return accepter.id;
}

/** A block of IPv4 addresses, as numbers: overlaps can be seen at synth. */
interface AddressRange {
  readonly first: number;
  readonly prefix: number;
}

/** AWS takes no smaller subnet. https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
const SMALLEST_SUBNET_PREFIX = 28;

/** Room for the most zones, rounded up to a power of two. */
const MAX_SLOTS = 8;

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const RANGE = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}/(?:[12]?\\d|3[0-2])$`);

function sizeOf(prefix: number): number {
  return 2 ** (32 - prefix);
}

function rangeOf(text: string): AddressRange {
  const [address, prefix] = text.split('/');
  return { first: address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0), prefix: Number(prefix) };
}

function textOf({ first, prefix }: AddressRange): string {
  return `${[3, 2, 1, 0].map((power) => Math.floor(first / 256 ** power) % 256).join('.')}/${prefix}`;
}

function overlap(a: AddressRange, b: AddressRange): boolean {
  return a.first < b.first + sizeOf(b.prefix) && b.first < a.first + sizeOf(a.prefix);
}

function problemOfRange(text: string): string | undefined {
  if (!RANGE.test(text)) return 'give an IPv4 range such as "10.0.0.0/16" that is known at synth';
  const range = rangeOf(text);
  if (range.prefix < 16 || range.prefix > 24) return 'give a range from /16, the largest AWS allows, to /24';
  const network = { ...range, first: range.first - (range.first % sizeOf(range.prefix)) };
  if (network.first !== range.first) return `give the first address of the range, "${textOf(network)}"`;
  // Ranges nest or are apart, and none of these is smaller than a VPC may be.
  if (!PRIVATE_RANGES.some((outer) => overlap(rangeOf(outer), range))) {
    return `give a range within ${PRIVATE_RANGES.join(', ')}: other addresses belong to someone on the internet`;
  }
  return undefined;
}

/** How many zones have room: the public quarter of the VPC, in subnets that AWS still takes. */
function slotsOf({ prefix }: AddressRange): number {
  return Math.min(MAX_SLOTS, 2 ** (SMALLEST_SUBNET_PREFIX - prefix - 2));
}

/**
 * The ranges of a VPC's subnets: the first half is private, the third quarter public, the last quarter is left for
 * what comes later. They do not depend on the number of zones in use.
 */
function subnetRanges(vpc: AddressRange): { readonly private: string[]; readonly public: string[] } {
  const slots = slotsOf(vpc);
  const divide = (first: number, prefix: number): string[] =>
    Array.from({ length: slots }, (_, index) => {
      const slot = prefix + Math.log2(slots);
      return textOf({ first: first + index * sizeOf(slot), prefix: slot });
    });
  const half = sizeOf(vpc.prefix + 1);
  return { private: divide(vpc.first, vpc.prefix + 1), public: divide(vpc.first + half, vpc.prefix + 2) };
}
