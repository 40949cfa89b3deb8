import { GlobalacceleratorAccelerator } from '@cdktf/provider-aws/lib/globalaccelerator-accelerator';
import { GlobalacceleratorEndpointGroup } from '@cdktf/provider-aws/lib/globalaccelerator-endpoint-group';
import { GlobalacceleratorListener } from '@cdktf/provider-aws/lib/globalaccelerator-listener';
import { Lb } from '@cdktf/provider-aws/lib/lb';
import { LbListener } from '@cdktf/provider-aws/lib/lb-listener';
import { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group';
import { LbTargetGroupAttachment } from '@cdktf/provider-aws/lib/lb-target-group-attachment';
import { Route53Record } from '@cdktf/provider-aws/lib/route53-record';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { Fn, Token } from 'cdktf';
import { Construct } from 'constructs';
import { z } from 'zod';
import { checkArnRegion } from '../core/arn-region';
import { domainName } from '../core/domain-name';
import { ConfigurationError } from '../core/errors';
import { bothHalves, halfOf, Halves } from '../core/halves';
import { RegionalNetwork } from '../core/network';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import { stableId } from '../core/stable-id';
import { arn, flag, instance, integer, known, oneOf, text, validateProps } from '../core/validation';
import { watchAlarm } from '../core/watch';

/** Props of `Accelerator`. */
export interface AcceleratorProps {
  /** The two regions. */
  readonly regions: RegionPair;
  /** Network of the primary region, with two or more public subnets, each in a zone of its own. */
  readonly primaryNetwork: RegionalNetwork;
  /** Network of the secondary region, with two or more public subnets, each in a zone of its own. */
  readonly secondaryNetwork: RegionalNetwork;
  /** Port of the accelerator, of the network load balancers and of what is behind them. @default 443 */
  readonly port?: number;
  /** Listener on `port` of the primary region's application load balancer, in the same VPC. @default - addresses are the target */
  readonly primaryListenerArn?: string;
  /** Listener on `port` of the secondary region's application load balancer. @default - addresses are the target */
  readonly secondaryListenerArn?: string;
  /** Security group of the primary's application load balancer: it is opened for the network load balancer. @default - addresses are the target */
  readonly primaryLoadBalancerSecurityGroupId?: string;
  /** Security group of the secondary's application load balancer. @default - addresses are the target */
  readonly secondaryLoadBalancerSecurityGroupId?: string;
  /** Private IPv4 addresses in the primary VPC, instead of a listener. @default - the listener is the target */
  readonly primaryTargetIpAddresses?: readonly string[];
  /** Private IPv4 addresses in the secondary VPC, instead of a listener. @default - the listener is the target */
  readonly secondaryTargetIpAddresses?: readonly string[];
  /** `HTTPS`, `HTTP` or, for addresses only, `TCP`. @default - HTTPS on port 443, else HTTP */
  readonly healthCheckProtocol?: string;
  /** Path that answers 200 while the region can serve. Not for `TCP`. @default '/health' */
  readonly healthCheckPath?: string;
  /**
   * `activePassive`: the primary takes everything while it is healthy. `activeActive`: each user goes to the nearer
   * region. @default 'activePassive'
   */
  readonly mode?: string;
  /**
   * Share of the users near the primary that it takes, in percent, when it is created. Afterwards the dial belongs to
   * the operator and Terraform leaves it alone. @default 100
   */
  readonly primaryTrafficDialPercentage?: number;
  /** The same for the secondary. A failover ignores it. @default - 0 in `activePassive`, 100 in `activeActive` */
  readonly secondaryTrafficDialPercentage?: number;
  /** Weight of the load balancer in the endpoint group of its region, 1 to 255. @default 128 */
  readonly endpointWeight?: number;
  /** `SOURCE_IP` sends a user to the same endpoint each time: for stateful services only. @default 'NONE' */
  readonly clientAffinity?: string;
  /**
   * Lets the targets see the users' addresses. Global Accelerator then leaves a security group in both VPCs that keeps
   * Terraform from deleting them: only under the `protected` profile (rules R-GA-4, R-DEL-12). @default false
   */
  readonly clientIpPreservation?: boolean;
  /** IPv4 ranges of the users that may connect; needs `clientIpPreservation`. @default ['0.0.0.0/0'] */
  readonly allowedCidrBlocks?: readonly string[];
  /** Bucket for the accelerator's flow logs, whose policy lets `delivery.logs.amazonaws.com` write. @default - no flow logs */
  readonly flowLogBucketName?: string;
  /** @default 'global-accelerator' */
  readonly flowLogPrefix?: string;
  /** Zone in which `recordName` becomes an alias of the accelerator. @default - no record */
  readonly zoneId?: string;
  /** Host name of that record. @default - no record */
  readonly recordName?: string;
  /** Topic of the primary region for its alarm. @default - no alarm */
  readonly primaryAlarmTopicArn?: string;
  /** Topic of the secondary region for its alarm. @default - no alarm */
  readonly secondaryAlarmTopicArn?: string;
}

/** One region's way from the accelerator to its targets. */
export interface RegionalAcceleratorEndpoint {
  /** Of the network load balancer. */
  readonly loadBalancerArn: string;
  /** What CloudWatch knows it by: dimension `LoadBalancer`, namespace `AWS/NetworkELB`. */
  readonly loadBalancerArnSuffix: string;
  /** The region's own name: what a person asks to see this region alone. */
  readonly dnsName: string;
  /** Hosted zone of `dnsName`. */
  readonly zoneId: string;
  readonly securityGroupId: string;
  readonly targetGroupArn: string;
  /** Dimension `TargetGroup`. */
  readonly targetGroupArnSuffix: string;
  /** What `aws globalaccelerator update-endpoint-group --region us-west-2` turns the dial of. */
  readonly endpointGroupArn: string;
}

const EVERYWHERE = '0.0.0.0/0';
const MODES = ['activePassive', 'activeActive'] as const;

/** From the ARN of a listener to that of its load balancer, as Terraform's `replace` takes it. */
const LISTENER_PATTERN = '/:listener/(app/[^/]+/[^/]+)/[^/]+$/';
const LOAD_BALANCER_OF_LISTENER = ':loadbalancer/$1';

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ADDRESS = `${OCTET}(?:\\.${OCTET}){3}`;

const listenerArn = known(
  z
    .string('give the ARN of a listener')
    .regex(
      /^arn:aws[a-z-]*:elasticloadbalancing:[^:]+:\d+:listener\/app\//,
      'give the ARN of a listener of an application load balancer: nothing else, an API Gateway neither, can be behind it',
    ),
);

const ipAddresses = known(
  z
    .array(
      known(z.string().regex(new RegExp(`^${ADDRESS}$`), 'give IPv4 addresses such as "10.0.1.10"')),
      'give a list of IPv4 addresses',
    )
    .min(1, 'give at least one address: a target group without targets is unhealthy for good')
    .refine((addresses) => new Set(addresses).size === addresses.length, 'give each address once'),
);

const weightWay = 'give a whole number from 1 to 255';

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  primaryNetwork: instance('a RegionalNetwork'),
  secondaryNetwork: instance('a RegionalNetwork'),
  port: integer(1, 65_535).optional(),
  primaryListenerArn: listenerArn.optional(),
  secondaryListenerArn: listenerArn.optional(),
  primaryLoadBalancerSecurityGroupId: text.optional(),
  secondaryLoadBalancerSecurityGroupId: text.optional(),
  primaryTargetIpAddresses: ipAddresses.optional(),
  secondaryTargetIpAddresses: ipAddresses.optional(),
  healthCheckProtocol: oneOf('HTTPS', 'HTTP', 'TCP').optional(),
  healthCheckPath: z
    .string('give a path')
    .regex(/^\/[^\s?#]{0,1023}$/, 'give a path such as "/health"')
    .optional(),
  mode: oneOf(...MODES).optional(),
  primaryTrafficDialPercentage: z
    .number('give a percentage')
    .min(0, 'give a percentage from 0 to 100')
    .max(100, 'give a percentage from 0 to 100')
    .optional(),
  secondaryTrafficDialPercentage: z
    .number('give a percentage')
    .min(0, 'give a percentage from 0 to 100')
    .max(100, 'give a percentage from 0 to 100')
    .optional(),
  endpointWeight: z
    .number(weightWay)
    .int(weightWay)
    .min(
      1,
      `${weightWay}: an endpoint of weight 0 gets no user, in a failover neither; a dial of 0 is what keeps one in reserve`,
    )
    .max(255, weightWay)
    .optional(),
  clientAffinity: oneOf('NONE', 'SOURCE_IP').optional(),
  clientIpPreservation: flag.optional(),
  allowedCidrBlocks: z
    .array(
      z.string().regex(new RegExp(`^${ADDRESS}/(?:3[0-2]|[12]?\\d)$`), 'give IPv4 ranges such as "203.0.113.0/24"'),
      'give a list of IPv4 ranges',
    )
    .min(1, 'allow at least one range: nobody could connect')
    .refine((blocks) => new Set(blocks).size === blocks.length, 'name each range once: AWS refuses the second rule')
    .optional(),
  flowLogBucketName: text.optional(),
  flowLogPrefix: text.optional(),
  zoneId: text.optional(),
  recordName: domainName.optional(),
  primaryAlarmTopicArn: arn('sns').optional(),
  secondaryAlarmTopicArn: arn('sns').optional(),
});

/** What is different in each region. */
interface OwnOfRegion {
  readonly network: RegionalNetwork;
  readonly listenerArn?: string;
  readonly loadBalancerSecurityGroupId?: string;
  readonly targetIpAddresses: readonly string[];
  readonly trafficDial: number;
  readonly alarmTopicArn?: string;
}

/**
 * Two static addresses for both regions: Global Accelerator takes users in at the edge and sends them to a network load
 * balancer in a healthy region, without DNS and its caches (rules R-GA-1 to R-GA-7).
 *
 * What moves users is the health of the target groups, in about half a minute and by the data plane alone. Health checks
 * of endpoint groups do not exist here: Global Accelerator ignores them for load balancers (rule R-GA-2). A failover
 * ignores the dials too, so that a standby with dial 0 takes over, and one with weight 0 would not (rule R-GA-3).
 * Turning a dial is a call to the control plane in us-west-2: for planned shifts and drills, not for an outage.
 * https://docs.aws.amazon.com/global-accelerator/latest/dg/about-endpoints-endpoint-weights.unhealthy-endpoints.html
 *
 * The accelerator is of no region. It is made through the primary's provider, which sends its calls to us-west-2 itself
 * (rule R-GA-7).
 *
 * @throws ConfigurationError for a region without a target, weight 0, dials that are all 0, half of a pair, a listener or
 * topic of the wrong region, fewer than two public subnets, user addresses that cannot be seen or must not be
 */
export class Accelerator extends Construct {
  public readonly primary: RegionalAcceleratorEndpoint;
  public readonly secondary: RegionalAcceleratorEndpoint;
  public readonly acceleratorArn: string;
  public readonly listenerArn: string;
  /** Name of the static addresses. */
  public readonly dnsName: string;
  /** Hosted zone of `dnsName`, for alias records. */
  public readonly hostedZoneId: string;
  /** The two static IPv4 addresses: what clients and their firewalls may remember. */
  public readonly ipAddresses: string[];

  constructor(scope: Construct, id: string, props: AcceleratorProps) {
    super(scope, id);
    validateProps(this, schema, props);
    const { regions } = props;
    this.checkPairs(props);
    this.checkTargets(props);
    this.checkAddresses(props);
    const own = this.ownOfRegions(props);
    if (own.primary.trafficDial === 0 && own.secondary.trafficDial === 0) {
      this.refuse('secondaryTrafficDialPercentage', 0, 'turn at least one dial above 0: nobody would be served');
    }
    for (const region of regions.both) this.checkHalf(region, halfOf(own, region));

    const accelerator = this.buildAccelerator(props);
    const port = props.port ?? 443;
    const listener = new GlobalacceleratorListener(this, 'Listener', {
      provider: regions.primary.provider,
      acceleratorArn: accelerator.arn,
      protocol: 'TCP',
      portRange: [{ fromPort: port, toPort: port }],
      clientAffinity: props.clientAffinity ?? 'NONE',
    });
    const halves = bothHalves(
      regions,
      (region, half) => new RegionalEndpoint(this, half, region, halfOf(own, region), props, listener),
    );
    this.primary = halves.primary.outputs;
    this.secondary = halves.secondary.outputs;
    this.acceleratorArn = accelerator.arn;
    this.listenerArn = listener.arn;
    this.dnsName = accelerator.dnsName;
    this.hostedZoneId = accelerator.hostedZoneId;
    this.ipAddresses = accelerator.ipSets.get(0).ipAddresses;
    this.addRecord(props);
  }

  private ownOfRegions(props: AcceleratorProps): Halves<OwnOfRegion> {
    const active = props.mode === 'activeActive';
    return {
      primary: {
        network: props.primaryNetwork,
        listenerArn: props.primaryListenerArn,
        loadBalancerSecurityGroupId: props.primaryLoadBalancerSecurityGroupId,
        targetIpAddresses: props.primaryTargetIpAddresses ?? [],
        trafficDial: props.primaryTrafficDialPercentage ?? 100,
        alarmTopicArn: props.primaryAlarmTopicArn,
      },
      secondary: {
        network: props.secondaryNetwork,
        listenerArn: props.secondaryListenerArn,
        loadBalancerSecurityGroupId: props.secondaryLoadBalancerSecurityGroupId,
        targetIpAddresses: props.secondaryTargetIpAddresses ?? [],
        trafficDial: props.secondaryTrafficDialPercentage ?? (active ? 100 : 0),
        alarmTopicArn: props.secondaryAlarmTopicArn,
      },
    };
  }

  private checkPairs(props: AcceleratorProps): void {
    const unserved = 'an endpoint group without an endpoint serves nobody';
    const alike = 'both regions are built alike';
    for (const [one, other, reason] of [
      ['primaryListenerArn', 'secondaryListenerArn', unserved],
      ['primaryTargetIpAddresses', 'secondaryTargetIpAddresses', unserved],
      ['primaryLoadBalancerSecurityGroupId', 'secondaryLoadBalancerSecurityGroupId', alike],
      ['primaryAlarmTopicArn', 'secondaryAlarmTopicArn', alike],
      ['zoneId', 'recordName', 'a record is a name in a zone'],
    ] as const) {
      if ((props[one] === undefined) === (props[other] === undefined)) continue;
      const [missing, found] = props[one] === undefined ? [one, other] : [other, one];
      this.refuse(missing, undefined, `give it, or remove ${found}: ${reason}`);
    }
    if (props.flowLogPrefix !== undefined && props.flowLogBucketName === undefined) {
      this.refuse('flowLogPrefix', props.flowLogPrefix, 'give flowLogBucketName as well, or remove it');
    }
  }

  private checkTargets(props: AcceleratorProps): void {
    const { primaryListenerArn, primaryTargetIpAddresses, primaryLoadBalancerSecurityGroupId } = props;
    const toListener = primaryListenerArn !== undefined;
    if (!toListener && primaryTargetIpAddresses === undefined) {
      this.refuse(
        'primaryListenerArn',
        undefined,
        'give the listeners of both regions, or addresses: a target group without targets is unhealthy for good',
      );
    }
    if (toListener && primaryTargetIpAddresses !== undefined) {
      this.refuse('primaryTargetIpAddresses', primaryTargetIpAddresses, 'give either listeners or addresses, not both');
    }
    if (toListener !== (primaryLoadBalancerSecurityGroupId !== undefined)) {
      this.refuse(
        'primaryLoadBalancerSecurityGroupId',
        primaryLoadBalancerSecurityGroupId,
        toListener ? 'give that of the load balancer of the listener' : 'remove it: addresses are the target',
      );
    }
    if (props.healthCheckProtocol === 'TCP' && toListener) {
      this.refuse('healthCheckProtocol', 'TCP', 'use HTTPS or HTTP: AWS checks a load balancer by a path only');
    }
    if (props.healthCheckProtocol === 'TCP' && props.healthCheckPath !== undefined) {
      this.refuse('healthCheckPath', props.healthCheckPath, 'remove it: a check by TCP has no path');
    }
  }

  private checkAddresses({ regions, clientIpPreservation, allowedCidrBlocks }: AcceleratorProps): void {
    if (clientIpPreservation && regions.protection.forceDestroy) {
      this.refuse(
        'clientIpPreservation',
        clientIpPreservation,
        'remove it, or use the protected profile: Global Accelerator leaves a security group that keeps the VPC from being deleted',
      );
    }
    if (allowedCidrBlocks !== undefined && !clientIpPreservation) {
      this.refuse(
        'allowedCidrBlocks',
        allowedCidrBlocks,
        'set clientIpPreservation to true as well: without it every user comes from an address of Global Accelerator',
      );
    }
  }

  private checkHalf(region: Region, own: OwnOfRegion): void {
    const { role } = region;
    checkArnRegion(this, `${role}ListenerArn`, own.listenerArn, region);
    checkArnRegion(this, `${role}AlarmTopicArn`, own.alarmTopicArn, region);
    const subnets = own.network.publicSubnetIds;
    if (!Token.isUnresolved(subnets) && new Set(subnets).size < 2) {
      this.refuse(
        `${role}Network.publicSubnetIds`,
        subnets,
        'give two or more public subnets, each in a zone of its own: one zone may be lost any day',
      );
    }
  }

  private refuse(prop: string, received: unknown, wayOut: string): never {
    throw new ConfigurationError(this, { prop, received, wayOut });
  }

  private buildAccelerator({
    regions,
    flowLogBucketName,
    flowLogPrefix,
  }: AcceleratorProps): GlobalacceleratorAccelerator {
    return new GlobalacceleratorAccelerator(this, 'Resource', {
      provider: regions.primary.provider,
      name: regions.sharedName('accelerator', 'accelerator'),
      ipAddressType: 'IPV4',
      enabled: true,
      attributes:
        flowLogBucketName === undefined
          ? undefined
          : {
              flowLogsEnabled: true,
              flowLogsS3Bucket: flowLogBucketName,
              flowLogsS3Prefix: flowLogPrefix ?? 'global-accelerator',
            },
      // Its addresses, which others have in their firewalls, are gone with it.
      lifecycle: { preventDestroy: regions.protection.preventDestroy },
    });
  }

  /** Not a failover record: the addresses are the same whichever region serves. */
  private addRecord({ regions, zoneId, recordName }: AcceleratorProps): void {
    if (zoneId === undefined || recordName === undefined) return;
    new Route53Record(this, 'Record', {
      provider: regions.primary.provider,
      zoneId,
      name: recordName,
      type: 'A',
      alias: { name: this.dnsName, zoneId: this.hostedZoneId, evaluateTargetHealth: false },
    });
  }
}

/** The network load balancer of one region, and its place in the accelerator. */
class RegionalEndpoint extends Construct {
  public readonly outputs: RegionalAcceleratorEndpoint;
  private readonly port: number;

  constructor(
    scope: Construct,
    id: string,
    private readonly region: Region,
    private readonly own: OwnOfRegion,
    private readonly props: AcceleratorProps,
    listener: GlobalacceleratorListener,
  ) {
    super(scope, id);
    this.port = props.port ?? 443;
    const preserve = props.clientIpPreservation ?? false;
    const securityGroup = this.buildSecurityGroup();
    const loadBalancer = new Lb(this, 'LoadBalancer', {
      provider: region.provider,
      name: props.regions.sharedName('load balancer', 'nlb'),
      loadBalancerType: 'network',
      internal: false,
      ipAddressType: 'ipv4',
      subnets: [...own.network.publicSubnetIds],
      securityGroups: [securityGroup.id],
      // With users' own addresses, two zones may pick the same port of one user for one target.
      // https://docs.aws.amazon.com/global-accelerator/latest/dg/about-endpoints-caveats.html
      enableCrossZoneLoadBalancing: !preserve,
      enableDeletionProtection: props.regions.protection.deletionProtection,
    });
    const targetGroup = this.buildTargetGroup();
    const attachments = this.attach(targetGroup);
    const front = new LbListener(this, 'Listener', {
      provider: region.provider,
      loadBalancerArn: loadBalancer.arn,
      port: this.port,
      protocol: 'TCP',
      defaultAction: [{ type: 'forward', targetGroupArn: targetGroup.arn }],
    });
    const endpointGroup = new GlobalacceleratorEndpointGroup(this, 'EndpointGroup', {
      provider: region.provider,
      listenerArn: listener.arn,
      endpointGroupRegion: region.name,
      trafficDialPercentage: own.trafficDial,
      endpointConfiguration: [
        {
          endpointId: loadBalancer.arn,
          weight: props.endpointWeight ?? 128,
          clientIpPreservationEnabled: preserve,
        },
      ],
      // Until it has a target, an endpoint is unhealthy, and the accelerator sends its users to the other region.
      dependsOn: [front, ...attachments],
      // An operator turns the dial in a drill: the next apply must not turn it back.
      lifecycle: { ignoreChanges: ['traffic_dial_percentage'] },
    });
    this.watch(loadBalancer, targetGroup);
    this.outputs = {
      loadBalancerArn: loadBalancer.arn,
      loadBalancerArnSuffix: loadBalancer.arnSuffix,
      dnsName: loadBalancer.dnsName,
      zoneId: loadBalancer.zoneId,
      securityGroupId: securityGroup.id,
      targetGroupArn: targetGroup.arn,
      targetGroupArnSuffix: targetGroup.arnSuffix,
      endpointGroupArn: endpointGroup.arn,
    };
  }

  /** Single rules, and groups of this region's VPC only (rules R-NET-5, R-NET-10). Health checks are subject to those out. */
  private buildSecurityGroup(): SecurityGroup {
    const { own, props } = this;
    const { provider } = this.region;
    const name = this.region.resourceName('security group', 'accelerator');
    const group = new SecurityGroup(this, 'SecurityGroup', {
      provider,
      name,
      description: 'Users of the accelerator to the network load balancer',
      vpcId: own.network.vpcId,
      tags: { Name: name },
    });
    const port = { provider, ipProtocol: 'tcp', fromPort: this.port, toPort: this.port };
    // Global Accelerator publishes no prefix list: without the users' addresses, its own may be any.
    for (const cidrIpv4 of props.allowedCidrBlocks ?? [EVERYWHERE]) {
      new VpcSecurityGroupIngressRule(this, `From${cidrIpv4.replace(/[./]/g, '-')}`, {
        securityGroupId: group.id,
        description: 'Users of the accelerator',
        cidrIpv4,
        ...port,
      });
    }
    const target = own.loadBalancerSecurityGroupId;
    new VpcSecurityGroupEgressRule(this, 'ToTargets', {
      securityGroupId: group.id,
      description: 'Users and health checks to the targets',
      ...(target === undefined ? { cidrIpv4: own.network.cidrBlock } : { referencedSecurityGroupId: target }),
      ...port,
    });
    if (target !== undefined) {
      new VpcSecurityGroupIngressRule(this, 'TargetFromLoadBalancer', {
        securityGroupId: target,
        description: 'Users of the accelerator, and its health checks',
        referencedSecurityGroupId: group.id,
        ...port,
      });
    }
    return group;
  }

  private buildTargetGroup(): LbTargetGroup {
    const { props, own } = this;
    const protocol = props.healthCheckProtocol ?? (this.port === 443 ? 'HTTPS' : 'HTTP');
    return new LbTargetGroup(this, 'TargetGroup', {
      provider: this.region.provider,
      name: props.regions.sharedName('target group', 'nlb'),
      targetType: own.listenerArn === undefined ? 'ip' : 'alb',
      protocol: 'TCP',
      port: this.port,
      vpcId: own.network.vpcId,
      healthCheck: {
        enabled: true,
        protocol,
        ...(protocol === 'TCP' ? {} : { path: props.healthCheckPath ?? '/health', matcher: '200' }),
        interval: 10,
        timeout: 6,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
    });
  }

  /** The load balancer by its listener: AWS registers it only when it listens on the port (rule R-LB-1). */
  private attach(targetGroup: LbTargetGroup): LbTargetGroupAttachment[] {
    const { listenerArn, targetIpAddresses } = this.own;
    const attach = (id: string, targetId: string): LbTargetGroupAttachment =>
      new LbTargetGroupAttachment(this, id, {
        provider: this.region.provider,
        targetGroupArn: targetGroup.arn,
        targetId,
        port: this.port,
      });
    if (listenerArn === undefined) {
      return targetIpAddresses.map((address) => attach(`Target-${stableId(this, address)}`, address));
    }
    return [attach('Target', Fn.replace(listenerArn, LISTENER_PATTERN, LOAD_BALANCER_OF_LISTENER))];
  }

  /** In the region that publishes; a network load balancer always counts its targets (rules R-CW-1, R-CW-8). */
  private watch(loadBalancer: Lb, targetGroup: LbTargetGroup): void {
    const { alarmTopicArn } = this.own;
    if (alarmTopicArn === undefined) return;
    watchAlarm(this, this.region, alarmTopicArn, {
      id: 'HealthyTargetsAlarm',
      name: 'accelerator-healthy-targets',
      title: 'Healthy targets of the accelerator',
      description: `No target in ${this.region.name} is healthy: the accelerator sends its users to the other region`,
      metrics: [
        {
          namespace: 'AWS/NetworkELB',
          metricName: 'HealthyHostCount',
          dimensions: { TargetGroup: targetGroup.arnSuffix, LoadBalancer: loadBalancer.arnSuffix },
          statistic: 'Maximum',
        },
      ],
      threshold: 1,
      comparison: 'LessThanThreshold',
      evaluationPeriods: 2,
      treatMissingData: 'breaching',
    });
  }
}
