import { DataAwsEc2ManagedPrefixList } from '@cdktf/provider-aws/lib/data-aws-ec2-managed-prefix-list';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission';
import { Lb } from '@cdktf/provider-aws/lib/lb';
import { LbListener } from '@cdktf/provider-aws/lib/lb-listener';
import { LbListenerRule } from '@cdktf/provider-aws/lib/lb-listener-rule';
import { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group';
import { LbTargetGroupAttachment } from '@cdktf/provider-aws/lib/lb-target-group-attachment';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { Token } from 'cdktf';
import { Construct } from 'constructs';
import { z } from 'zod';
import { checkArnRegion } from '../core/arn-region';
import { ConfigurationError } from '../core/errors';
import { bothHalves, halfOf } from '../core/halves';
import { RegionalNetwork } from '../core/network';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import { arn, instance, integer, oneOf, text, validateProps } from '../core/validation';

/** Props of `LoadBalancing`. */
export interface LoadBalancingProps {
  /** The two regions. */
  readonly regions: RegionPair;
  /** Network of the primary region, with two or more public subnets, each in a zone of its own. */
  readonly primaryNetwork: RegionalNetwork;
  /** Network of the secondary region, with two or more public subnets, each in a zone of its own. */
  readonly secondaryNetwork: RegionalNetwork;
  /** Function that answers `POST /transactions`, `GET /transactions` and `GET /transactions/*`, in the primary region. */
  readonly primaryProcessorArn: string;
  readonly primaryProcessorName: string;
  /** The same function in the secondary region. */
  readonly secondaryProcessorArn: string;
  readonly secondaryProcessorName: string;
  /** Function that answers `GET /health`, in the primary region: 200 means that the region can serve. */
  readonly primaryHealthArn: string;
  readonly primaryHealthName: string;
  /** The same function in the secondary region. It answers 200 on standby too. */
  readonly secondaryHealthArn: string;
  readonly secondaryHealthName: string;
  /** Issued certificate of the shared host name, in the primary region. @default - plain HTTP on port 80 */
  readonly primaryCertificateArn?: string;
  /** Issued certificate of the shared host name, in the secondary region. @default - plain HTTP on port 80 */
  readonly secondaryCertificateArn?: string;
  /**
   * Bucket of the primary region for access logs. Its default encryption is SSE-S3, and its policy lets load balancers
   * write: give the `bucket` of that policy, so that the load balancer waits for it. @default - no access logs
   */
  readonly primaryLogBucketName?: string;
  /** Bucket of the secondary region for access logs. @default - no access logs */
  readonly secondaryLogBucketName?: string;
  /**
   * Longest time a client may reuse one connection, in seconds (60 to 300). A client on an open connection asks no DNS
   * and so stays in the region it is in: AWS's own default is 3600. @default 60
   */
  readonly clientKeepAliveSeconds?: number;
  /** Time after which an idle connection is closed, in seconds (1 to 4000). @default 60 */
  readonly idleTimeoutSeconds?: number;
  /**
   * IPv4 ranges that may connect. With anything but the whole internet, the Route 53 health checkers are let in besides.
   * @default ['0.0.0.0/0']
   */
  readonly allowedCidrBlocks?: readonly string[];
  /** Security policy of the HTTPS listener: one that speaks TLS 1.2 or later. @default 'ELBSecurityPolicy-TLS13-1-2-2021-06' */
  readonly sslPolicy?: string;
}

/** One region's load balancer. */
export interface RegionalLoadBalancer {
  readonly loadBalancerArn: string;
  /** What CloudWatch knows it by: dimension `LoadBalancer`. */
  readonly loadBalancerArnSuffix: string;
  /** The region's own name: what health checks ask, never the shared name. */
  readonly dnsName: string;
  /** Hosted zone of `dnsName`, for alias records. */
  readonly zoneId: string;
  readonly securityGroupId: string;
  /** The listener that has the rules. */
  readonly listenerArn: string;
  /** `HTTP` or `HTTPS`. */
  readonly protocol: string;
  /** 80 or 443. */
  readonly port: number;
  readonly healthTargetGroupArn: string;
  /** Dimension `TargetGroup`. */
  readonly healthTargetGroupArnSuffix: string;
  readonly processorTargetGroupArn: string;
  /** Dimension `TargetGroup`. */
  readonly processorTargetGroupArnSuffix: string;
  /** URL of the region's own health, by the region's own name (with HTTPS, the certificate has the shared name). */
  readonly healthUrl: string;
}

const HEALTH_PATH = '/health';
const EVERYWHERE = '0.0.0.0/0';

/** Above this, clients stay in a lost region longer than the whole failover takes. */
const MAX_KEEP_ALIVE_SECONDS = 300;

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html */
const SSL_POLICIES = [
  'ELBSecurityPolicy-TLS13-1-2-2021-06',
  'ELBSecurityPolicy-TLS13-1-2-Res-2021-06',
  'ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06',
  'ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06',
  'ELBSecurityPolicy-TLS13-1-3-2021-06',
  'ELBSecurityPolicy-TLS-1-2-2017-01',
  'ELBSecurityPolicy-TLS-1-2-Ext-2018-06',
  'ELBSecurityPolicy-FS-1-2-2019-08',
  'ELBSecurityPolicy-FS-1-2-Res-2019-08',
  'ELBSecurityPolicy-FS-1-2-Res-2020-10',
] as const;

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const CIDR_BLOCK = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}/(?:3[0-2]|[12]?\\d)$`);

const keepAliveWay = 'give a whole number from 60 to 300 seconds';

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  primaryNetwork: instance('a RegionalNetwork'),
  secondaryNetwork: instance('a RegionalNetwork'),
  primaryProcessorArn: arn('lambda'),
  primaryProcessorName: text,
  secondaryProcessorArn: arn('lambda'),
  secondaryProcessorName: text,
  primaryHealthArn: arn('lambda'),
  primaryHealthName: text,
  secondaryHealthArn: arn('lambda'),
  secondaryHealthName: text,
  primaryCertificateArn: arn('acm').optional(),
  secondaryCertificateArn: arn('acm').optional(),
  primaryLogBucketName: text.optional(),
  secondaryLogBucketName: text.optional(),
  clientKeepAliveSeconds: z
    .number(keepAliveWay)
    .int(keepAliveWay)
    .min(60, keepAliveWay)
    .max(
      MAX_KEEP_ALIVE_SECONDS,
      `${keepAliveWay}: a client on an open connection asks no DNS, so it stays in the lost region for that long`,
    )
    .optional(),
  idleTimeoutSeconds: integer(1, 4000, 'seconds').optional(),
  allowedCidrBlocks: z
    .array(z.string().regex(CIDR_BLOCK, 'give IPv4 ranges such as "203.0.113.0/24"'), 'give a list of IPv4 ranges')
    .min(1, 'allow at least one range: nobody could connect')
    .refine((blocks) => new Set(blocks).size === blocks.length, 'name each range once: AWS refuses the second rule')
    .optional(),
  sslPolicy: oneOf(...SSL_POLICIES).optional(),
});

/** What one half is built from. */
interface HalfProps {
  readonly regions: RegionPair;
  readonly region: Region;
  readonly network: RegionalNetwork;
  readonly processorArn: string;
  readonly processorName: string;
  readonly healthArn: string;
  readonly healthName: string;
  readonly certificateArn?: string;
  readonly logBucketName?: string;
  readonly shared: LoadBalancingProps;
}

/**
 * An internet-facing application load balancer per region, in front of Lambda functions. Both have the same listeners and
 * rules and serve the same host name (rule R-R53-23); neither knows of the other.
 *
 * What the outside learns of its health (rules R-LB-2, R-R53-2): an alias with `evaluate_target_health`, and Global
 * Accelerator, take a load balancer for healthy when every target group has a healthy target. So each target group has
 * its one function and a health check of its own. That of the health function wants the answer 200. That of the processor
 * only wants an answer below 500, because `/health` is not its path: it notices a function that crashes or that the load
 * balancer may not invoke, and nothing else. A check invokes the function: two zones and one check per 30 s are some
 * 175,000 invocations a month and target group, about 0.04 USD for the requests. Without a check, AWS's default for
 * functions, a target is `unavailable`, and no page says that Route 53 takes that for healthy.
 *
 * @throws ConfigurationError for fewer than two public subnets, one certificate or log bucket without the other, ARNs of
 * the wrong region, keep-alive that defeats failover, an outdated security policy, and malformed props
 */
export class LoadBalancing extends Construct {
  public readonly primary: RegionalLoadBalancer;
  public readonly secondary: RegionalLoadBalancer;

  constructor(scope: Construct, id: string, props: LoadBalancingProps) {
    super(scope, id);
    validateProps(this, schema, props);
    const { regions } = props;
    this.checkPairs(props);
    const given = {
      primary: {
        network: props.primaryNetwork,
        processorArn: props.primaryProcessorArn,
        processorName: props.primaryProcessorName,
        healthArn: props.primaryHealthArn,
        healthName: props.primaryHealthName,
        certificateArn: props.primaryCertificateArn,
        logBucketName: props.primaryLogBucketName,
      },
      secondary: {
        network: props.secondaryNetwork,
        processorArn: props.secondaryProcessorArn,
        processorName: props.secondaryProcessorName,
        healthArn: props.secondaryHealthArn,
        healthName: props.secondaryHealthName,
        certificateArn: props.secondaryCertificateArn,
        logBucketName: props.secondaryLogBucketName,
      },
    };
    for (const region of regions.both) this.checkHalf(region, halfOf(given, region));
    const halves = bothHalves(
      regions,
      (region, half) =>
        new RegionalLoadBalancing(this, half, { regions, region, shared: props, ...halfOf(given, region) }),
    );
    this.primary = halves.primary.outputs;
    this.secondary = halves.secondary.outputs;
  }

  private checkPairs(props: LoadBalancingProps): void {
    for (const [one, other, wayOut] of [
      ['primaryCertificateArn', 'secondaryCertificateArn', 'give a certificate of each region, or of neither'],
      ['primaryLogBucketName', 'secondaryLogBucketName', 'give a log bucket of each region, or of neither'],
    ] as const) {
      if ((props[one] === undefined) !== (props[other] === undefined)) {
        const prop = props[one] === undefined ? one : other;
        throw new ConfigurationError(this, { prop, received: undefined, wayOut });
      }
    }
    if (props.sslPolicy !== undefined && props.primaryCertificateArn === undefined) {
      throw new ConfigurationError(this, {
        prop: 'sslPolicy',
        received: props.sslPolicy,
        wayOut: 'give the certificates of both regions as well: plain HTTP has no TLS',
      });
    }
  }

  private checkHalf(region: Region, half: Omit<HalfProps, 'regions' | 'region' | 'shared'>): void {
    checkArnRegion(this, `${region.role}ProcessorArn`, half.processorArn, region);
    checkArnRegion(this, `${region.role}HealthArn`, half.healthArn, region);
    checkArnRegion(this, `${region.role}CertificateArn`, half.certificateArn, region);
    const subnets = half.network.publicSubnetIds;
    if (!Token.isUnresolved(subnets) && new Set(subnets).size < 2) {
      throw new ConfigurationError(this, {
        prop: `${region.role}Network.publicSubnetIds`,
        received: subnets,
        wayOut: 'give two or more public subnets, each in a zone of its own: a load balancer needs two zones',
      });
    }
  }
}

/** The load balancer of one region. */
class RegionalLoadBalancing extends Construct {
  public readonly outputs: RegionalLoadBalancer;
  private readonly region: Region;
  private readonly regions: RegionPair;

  constructor(scope: Construct, id: string, props: HalfProps) {
    super(scope, id);
    const { regions, region, shared } = props;
    this.region = region;
    this.regions = regions;
    const tls = props.certificateArn !== undefined;
    const securityGroup = this.securityGroup(props.network, shared.allowedCidrBlocks ?? [EVERYWHERE], tls);

    const loadBalancer = new Lb(this, 'Resource', {
      provider: region.provider,
      name: regions.sharedName('load balancer', 'alb'),
      loadBalancerType: 'application',
      internal: false,
      ipAddressType: 'ipv4',
      subnets: [...props.network.publicSubnetIds],
      securityGroups: [securityGroup.id],
      clientKeepAlive: shared.clientKeepAliveSeconds ?? 60,
      idleTimeout: shared.idleTimeoutSeconds ?? 60,
      dropInvalidHeaderFields: true,
      enableDeletionProtection: regions.protection.deletionProtection,
      accessLogs: props.logBucketName === undefined ? undefined : { bucket: props.logBucketName, enabled: true },
    });

    const health = this.targetGroup('health', props.healthArn, props.healthName, '200');
    const processor = this.targetGroup('processor', props.processorArn, props.processorName, '200-499');
    const listener = this.listener(loadBalancer, props.certificateArn, shared.sslPolicy);
    this.rule(listener, 'Health', 10, 'GET', HEALTH_PATH, health);
    this.rule(listener, 'Submit', 20, 'POST', '/transactions', processor);
    this.rule(listener, 'Read', 30, 'GET', '/transactions/*', processor);
    this.rule(listener, 'List', 40, 'GET', '/transactions', processor);

    const protocol = tls ? 'HTTPS' : 'HTTP';
    this.outputs = {
      loadBalancerArn: loadBalancer.arn,
      loadBalancerArnSuffix: loadBalancer.arnSuffix,
      dnsName: loadBalancer.dnsName,
      zoneId: loadBalancer.zoneId,
      securityGroupId: securityGroup.id,
      listenerArn: listener.arn,
      protocol,
      port: tls ? 443 : 80,
      healthTargetGroupArn: health.arn,
      healthTargetGroupArnSuffix: health.arnSuffix,
      processorTargetGroupArn: processor.arn,
      processorTargetGroupArnSuffix: processor.arnSuffix,
      healthUrl: `${protocol.toLowerCase()}://${loadBalancer.dnsName}${HEALTH_PATH}`,
    };
  }

  /** No egress: a load balancer invokes functions through the Lambda service, not through the VPC. */
  private securityGroup(network: RegionalNetwork, cidrBlocks: readonly string[], tls: boolean): SecurityGroup {
    const { provider, name } = this.region;
    const groupName = this.region.resourceName('security group', 'load-balancer');
    const group = new SecurityGroup(this, 'SecurityGroup', {
      provider,
      name: groupName,
      description: 'Clients and health checkers to the load balancer',
      vpcId: network.vpcId,
      tags: { Name: groupName },
    });
    const ingress = (id: string, port: number, description: string, source: Record<string, string>): void => {
      new VpcSecurityGroupIngressRule(this, `Ingress${port}${id}`, {
        provider,
        securityGroupId: group.id,
        description,
        ipProtocol: 'tcp',
        fromPort: port,
        toPort: port,
        ...source,
      });
    };
    for (const port of tls ? [443, 80] : [80]) {
      for (const cidrIpv4 of cidrBlocks) {
        ingress(`From${cidrIpv4.replace(/[./]/g, '-')}`, port, `Clients on port ${port}`, { cidrIpv4 });
      }
    }
    if (!cidrBlocks.includes(EVERYWHERE)) {
      const checkers = new DataAwsEc2ManagedPrefixList(this, 'HealthCheckers', {
        provider,
        name: `com.amazonaws.${name}.route53-healthchecks`,
      });
      ingress('FromHealthCheckers', tls ? 443 : 80, 'Route 53 health checkers', { prefixListId: checkers.id });
    }
    return group;
  }

  private targetGroup(name: string, functionArn: string, functionName: string, matcher: string): LbTargetGroup {
    const half = new Construct(this, name === 'health' ? 'Health' : 'Processor');
    const { provider } = this.region;
    const group = new LbTargetGroup(half, 'TargetGroup', {
      provider,
      name: this.regions.sharedName('target group', name),
      targetType: 'lambda',
      healthCheck: {
        enabled: true,
        path: HEALTH_PATH,
        matcher,
        interval: 30,
        timeout: 10,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
    });
    const permission = new LambdaPermission(half, 'Permission', {
      provider,
      statementId: `load-balancer-${name}`,
      action: 'lambda:InvokeFunction',
      functionName,
      principal: 'elasticloadbalancing.amazonaws.com',
      sourceArn: group.arn,
    });
    new LbTargetGroupAttachment(half, 'Attachment', {
      provider,
      targetGroupArn: group.arn,
      targetId: functionArn,
      dependsOn: [permission],
    });
    return group;
  }

  /** The listener that carries the rules; beside one for HTTPS, one that sends HTTP there. */
  private listener(loadBalancer: Lb, certificateArn?: string, sslPolicy?: string): LbListener {
    const { provider } = this.region;
    const notFound = [
      {
        type: 'fixed-response',
        fixedResponse: { contentType: 'application/json', messageBody: '{"message":"Not found"}', statusCode: '404' },
      },
    ];
    const plain = { provider, loadBalancerArn: loadBalancer.arn, port: 80, protocol: 'HTTP' };
    if (certificateArn === undefined)
      return new LbListener(this, 'HttpListener', { ...plain, defaultAction: notFound });
    new LbListener(this, 'RedirectListener', {
      ...plain,
      defaultAction: [{ type: 'redirect', redirect: { port: '443', protocol: 'HTTPS', statusCode: 'HTTP_301' } }],
    });
    return new LbListener(this, 'HttpsListener', {
      provider,
      loadBalancerArn: loadBalancer.arn,
      port: 443,
      protocol: 'HTTPS',
      certificateArn,
      sslPolicy: sslPolicy ?? SSL_POLICIES[0],
      defaultAction: notFound,
    });
  }

  private rule(
    listener: LbListener,
    id: string,
    priority: number,
    method: string,
    path: string,
    targetGroup: LbTargetGroup,
  ): void {
    new LbListenerRule(this, `${id}Rule`, {
      provider: this.region.provider,
      listenerArn: listener.arn,
      priority,
      action: [{ type: 'forward', targetGroupArn: targetGroup.arn }],
      condition: [{ httpRequestMethod: { values: [method] } }, { pathPattern: { values: [path] } }],
    });
  }
}
