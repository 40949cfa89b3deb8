import { AppautoscalingPolicy } from '@cdktf/provider-aws/lib/appautoscaling-policy';
import { AppautoscalingTarget } from '@cdktf/provider-aws/lib/appautoscaling-target';
import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { EcrLifecyclePolicy } from '@cdktf/provider-aws/lib/ecr-lifecycle-policy';
import { EcrReplicationConfiguration } from '@cdktf/provider-aws/lib/ecr-replication-configuration';
import { EcrRepository } from '@cdktf/provider-aws/lib/ecr-repository';
import { EcsCluster } from '@cdktf/provider-aws/lib/ecs-cluster';
import { EcsService } from '@cdktf/provider-aws/lib/ecs-service';
import { EcsTaskDefinition } from '@cdktf/provider-aws/lib/ecs-task-definition';
import { Lb } from '@cdktf/provider-aws/lib/lb';
import { LbListener } from '@cdktf/provider-aws/lib/lb-listener';
import { LbListenerRule } from '@cdktf/provider-aws/lib/lb-listener-rule';
import { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { ServiceDiscoveryPrivateDnsNamespace } from '@cdktf/provider-aws/lib/service-discovery-private-dns-namespace';
import { ServiceDiscoveryService } from '@cdktf/provider-aws/lib/service-discovery-service';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { Token } from 'cdktf';
import { Construct } from 'constructs';
import { z } from 'zod';
import { checkArnRegion } from '../core/arn-region';
import { ConfigurationError } from '../core/errors';
import { bothHalves, halfOf, Halves } from '../core/halves';
import { PolicyStatement, ServiceRole } from '../core/iam';
import { keyHalves } from '../core/key-pair';
import { RegionalNetwork } from '../core/network';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import { RegionalSettings, warnOfDifferences } from '../core/regional-settings';
import { stableId } from '../core/stable-id';
import { arn, flag, instance, integer, known, oneOf, text, validateProps } from '../core/validation';
import { Watch, watchAlarm } from '../core/watch';

/**
 * Something that the tasks of one region connect to by TCP. Name one target: a security group, of the same VPC or a peered
 * one of the same region (rule R-NET-5), or a range of addresses. A group that is not yours to change must let
 * `securityGroupId` of the region in.
 */
export interface ContainerDestination {
  /** What it is, for the rule's description, in at most 200 characters. */
  readonly name: string;
  /** Security group, such as that of a database of the same region. @default - none, then cidrBlock is needed */
  readonly securityGroupId?: string;
  /** IPv4 range, such as `10.0.0.0/16`. @default - none, then securityGroupId is needed */
  readonly cidrBlock?: string;
  /** TCP port, 1 to 65535. */
  readonly port: number;
}

/** Props of `Containers`. */
export interface ContainersProps {
  /** The two regions. */
  readonly regions: RegionPair;
  /** Network of the primary region, with two or more private subnets, each in a zone of its own. */
  readonly primaryNetwork: RegionalNetwork;
  /** Network of the secondary region, with two or more private subnets, each in a zone of its own. */
  readonly secondaryNetwork: RegionalNetwork;
  /** Key of the primary region: of the logs, the repository and the secrets. @default - keys that AWS owns */
  readonly primaryKeyArn?: string;
  /** Key of the secondary region. @default - keys that AWS owns */
  readonly secondaryKeyArn?: string;
  /** First part of every name, at most 11 characters with the longest suffix. @default 'app' */
  readonly serviceName?: string;
  /** Image in a repository of the primary region, with tag or digest. @default - of the repository `repositoryName` */
  readonly primaryImageUri?: string;
  /** The same image in a repository of the secondary region (rule R-ECS-2). @default - of the repository `repositoryName` */
  readonly secondaryImageUri?: string;
  /** First part of the name of the repositories to make, one in each region. @default - none: give the images */
  readonly repositoryName?: string;
  /** Tag or `sha256:` digest of the image in them. Their tags are immutable, so it names one build. @default - none: give the images */
  readonly imageTag?: string;
  /**
   * Lets the registries of both regions copy what is pushed to one to the other. A registry has one replication
   * configuration: set to false where it is managed elsewhere, and replicate the repository there. @default true
   */
  readonly manageRegistryReplication?: boolean;
  /** Port the container listens on, 1024 to 65535: it does not run as root. Handed over as `PORT`. @default 8080 */
  readonly containerPort?: number;
  /** CPU units of a task, 1024 to a vCPU: 256, 512, 1024, 2048, 4096, 8192 or 16384. @default 256 */
  readonly cpu?: number;
  /** Memory of a task in MiB, one that Fargate offers with `cpu`. @default 512 */
  readonly memory?: number;
  /** `ARM64` or `X86_64`: what the image is built for. @default 'ARM64' */
  readonly cpuArchitecture?: string;
  /** Who the container runs as, `user` or `user:group`; not root. @default '1000:1000' */
  readonly user?: string;
  /** Tasks the primary starts with; autoscaling changes the number later. @default 2 */
  readonly desiredCount?: number;
  /**
   * Tasks the secondary never has fewer of, 1 or more. With the number that carries the full load, a failover needs no
   * new task: the only size that does not depend on Fargate having room when a region is lost. @default 1
   */
  readonly standbyCapacity?: number;
  /**
   * `desiredCount`, `minCapacity` and `maxCapacity` of the secondary region, instead of `standbyCapacity`. A warning says
   * where it may not grow to what the primary may. @default - `standbyCapacity`, and the primary's `maxCapacity`
   */
  readonly secondarySettings?: RegionalSettings;
  /** Tasks the primary never has fewer of. @default - desiredCount */
  readonly minCapacity?: number;
  /** Tasks either region never has more of. @default 10 */
  readonly maxCapacity?: number;
  /** Average CPU of the tasks that autoscaling aims at, in percent, 10 to 90. @default 60 */
  readonly cpuTargetPercent?: number;
  /** Requests per minute and task that autoscaling aims at. @default 1000 */
  readonly requestsPerTarget?: number;
  /** Environment variables, the same in both regions. @default {} */
  readonly environment?: Record<string, string>;
  /** Environment variables of the primary region, such as the name of its bucket. @default {} */
  readonly primaryEnvironment?: Record<string, string>;
  /** The same variables with the values of the secondary region (rule R-LAM-11). @default {} */
  readonly secondaryEnvironment?: Record<string, string>;
  /** Secrets Manager ARNs of the primary region, by the variable that receives the secret; `:json-key::` may follow. @default {} */
  readonly primarySecretArns?: Record<string, string>;
  /** The same variables with the replicas in the secondary region. @default {} */
  readonly secondarySecretArns?: Record<string, string>;
  /**
   * What the tasks of the primary region connect to besides AWS, such as its database. Nothing else is open to them.
   * @default []
   */
  readonly primaryDestinations?: readonly ContainerDestination[];
  /** The same in the secondary region, in the same order: its own database, never the primary's (rule R-NET-11). @default [] */
  readonly secondaryDestinations?: readonly ContainerDestination[];
  /** Path that answers 200 while a task can serve. @default '/health' */
  readonly healthCheckPath?: string;
  /** Time a new task may fail its health checks, in seconds, 0 to 3600. @default 60 */
  readonly healthCheckGraceSeconds?: number;
  /**
   * Listener of an application load balancer of the primary region that sends requests here, such as the one of
   * `LoadBalancing`. @default - a load balancer is made in each region
   */
  readonly primaryListenerArn?: string;
  /** The same listener in the secondary region. @default - a load balancer is made in each region */
  readonly secondaryListenerArn?: string;
  /** Security group of the primary listener's load balancer; its rules must not be inline. @default - that of the load balancer made */
  readonly primaryLoadBalancerSecurityGroupId?: string;
  /** Security group of the secondary listener's load balancer. @default - that of the load balancer made */
  readonly secondaryLoadBalancerSecurityGroupId?: string;
  /** `app/{name}/{id}` of the primary listener's load balancer. @default - that of the load balancer made */
  readonly primaryLoadBalancerArnSuffix?: string;
  /** `app/{name}/{id}` of the secondary listener's load balancer. @default - that of the load balancer made */
  readonly secondaryLoadBalancerArnSuffix?: string;
  /** Paths the listeners send here, 1 to 5. @default ['/*'] */
  readonly pathPatterns?: readonly string[];
  /** Priority of that rule, 1 to 50000: no other rule of the listeners may have it. @default 100 */
  readonly listenerRulePriority?: number;
  /** Makes the load balancers internal, for callers in the VPCs. @default false */
  readonly internalLoadBalancer?: boolean;
  /** Certificate of the load balancer made in the primary region. @default - plain HTTP on port 80 */
  readonly primaryCertificateArn?: string;
  /** Certificate of the load balancer made in the secondary region. @default - plain HTTP on port 80 */
  readonly secondaryCertificateArn?: string;
  /**
   * Gives the tasks a name in each VPC, for callers that do without the load balancer; let them in by `securityGroupId`.
   * Each task that starts or stops changes a record, by Route 53's control plane in us-east-1: while that is away, names
   * stay as they were. @default false
   */
  readonly serviceDiscovery?: boolean;
  /** Topic of the primary region for its alarms. @default - no alarms */
  readonly primaryAlarmTopicArn?: string;
  /** Topic of the secondary region for its alarms. @default - no alarms */
  readonly secondaryAlarmTopicArn?: string;
}

/** One region's service. */
export interface RegionalContainerService {
  readonly clusterName: string;
  readonly clusterArn: string;
  readonly serviceName: string;
  /** Tasks it never has fewer of. */
  readonly minCapacity: number;
  readonly taskDefinitionArn: string;
  readonly taskRoleArn: string;
  /** Attach policies to it for what your code does: it can do nothing without. */
  readonly taskRoleName: string;
  readonly executionRoleArn: string;
  readonly targetGroupArn: string;
  /** Dimension `TargetGroup`. */
  readonly targetGroupArnSuffix: string;
  /** Of the tasks: allow it in a database's group, or callers in it. */
  readonly securityGroupId: string;
  readonly logGroupName: string;
  /** The image the tasks run. */
  readonly imageUri: string;
  /** Where to push; undefined with images of your own. */
  readonly repositoryUrl?: string;
  /** Listener the requests come from. */
  readonly listenerArn: string;
  /** Dimension `LoadBalancer`. */
  readonly loadBalancerArnSuffix: string;
  readonly loadBalancerSecurityGroupId: string;
  /** Present when the load balancer is made here. */
  readonly loadBalancerArn?: string;
  /** Present when the load balancer is made here. */
  readonly loadBalancerDnsName?: string;
  /** Hosted zone of that name, for alias records; present when the load balancer is made here. */
  readonly loadBalancerZoneId?: string;
  /** Name of the tasks in this region's VPC, the same in both regions; undefined without service discovery. */
  readonly discoveryName?: string;
}

/**
 * Memory Fargate offers with each CPU, in MiB: from, to, step.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
 */
const TASK_SIZES: Record<number, readonly number[]> = {
  256: [512, 1024, 2048],
  512: range(1024, 4096, 1024),
  1024: range(2048, 8192, 1024),
  2048: range(4096, 16_384, 1024),
  4096: range(8192, 30_720, 1024),
  8192: range(16_384, 61_440, 4096),
  16_384: range(32_768, 122_880, 8192),
};

/** Tasks a service can have. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html */
const MAX_TASKS = 5000;

/** `LATEST` is not the same in both regions while AWS rolls a version out. */
const PLATFORM_VERSION = '1.4.0';

const SSL_POLICY = 'ELBSecurityPolicy-TLS13-1-2-2021-06';

/** Variables this construct sets. */
const OWN_VARIABLES = ['PORT', 'REGION_ROLE'];

const ECR_IMAGE =
  /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)(:[\w.-]+|@sha256:[0-9a-f]{64})$/;

const imageUri = known(
  z
    .string('give the URI of an image')
    .regex(ECR_IMAGE, 'give the URI of an image in ECR with its tag or digest: a failover must not wait for others'),
);

const variableName = z
  .string()
  .regex(/^[A-Za-z_]\w*$/, 'use letters, digits and underscores in the name of a variable, starting with a letter')
  .refine((name) => !/^(AWS|ECS)_/.test(name), 'choose another name: ECS sets variables that start so itself')
  .refine((name) => !OWN_VARIABLES.includes(name), 'choose another name: this construct sets it');
const variables = z.record(variableName, z.string('give every variable a string')).optional();
const secretArns = z.record(variableName, arn('secretsmanager')).optional();

const destinations = z
  .array(
    z.strictObject({
      name: z
        .string('give a name')
        .regex(
          /^[A-Za-z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,200}$/,
          'use 1 to 200 characters that EC2 allows in descriptions',
        ),
      securityGroupId: known(
        z.string('give the id of a security group').regex(/^sg-[0-9a-f]+$/, 'give the id of a security group'),
      ).optional(),
      cidrBlock: known(
        z
          .string('give an IPv4 range')
          .regex(
            /^(\d{1,3}\.){3}\d{1,3}\/([1-9]|[12]\d|3[0-2])$/,
            'give an IPv4 range such as "10.0.0.0/16", not all addresses',
          ),
      ).optional(),
      port: integer(1, 65_535),
    }),
    'give a list of destinations',
  )
  .optional();

const capacity = {
  desiredCount: integer(1, MAX_TASKS, 'tasks').optional(),
  minCapacity: integer(1, MAX_TASKS, 'tasks').optional(),
  maxCapacity: integer(1, MAX_TASKS, 'tasks').optional(),
};

const standbyWay = `give a whole number from 1 to ${MAX_TASKS} tasks`;

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  primaryNetwork: instance('a RegionalNetwork'),
  secondaryNetwork: instance('a RegionalNetwork'),
  primaryKeyArn: arn('kms').optional(),
  secondaryKeyArn: arn('kms').optional(),
  serviceName: z
    .string('give a name')
    .regex(/^[a-z](?:[a-z0-9-]*[a-z0-9])?$/, 'use lower-case letters, digits and hyphens, starting with a letter')
    .optional(),
  primaryImageUri: imageUri.optional(),
  secondaryImageUri: imageUri.optional(),
  repositoryName: text.optional(),
  imageTag: known(
    z
      .string('give the tag of one build, such as its commit')
      .regex(/^(?:[A-Za-z0-9_][\w.-]{0,127}|sha256:[0-9a-f]{64})$/, 'give a tag or a digest such as "sha256:..."')
      .refine(
        (tag) => tag !== 'latest',
        'give the tag of one build, such as its commit: tags here are immutable, so "latest" can be pushed once only',
      ),
  ).optional(),
  manageRegistryReplication: flag.optional(),
  containerPort: integer(1024, 65_535, '(a lower port needs root, and the container does not run as root)').optional(),
  cpu: z.number('give a number of CPU units').optional(),
  memory: z.number('give a number of MiB').optional(),
  cpuArchitecture: oneOf('ARM64', 'X86_64').optional(),
  user: z
    .string('give a user')
    .regex(/^[\w.-]+(?::[\w.-]+)?$/, 'give "user" or "user:group"')
    .refine((user) => !/^(?:0+|root)(?::|$)/.test(user), 'give a user other than root')
    .optional(),
  ...capacity,
  standbyCapacity: z
    .number(standbyWay)
    .int(standbyWay)
    .min(1, `${standbyWay}: without one, recovery waits for room in Fargate just when everybody asks for it`)
    .max(MAX_TASKS, standbyWay)
    .optional(),
  secondarySettings: z.strictObject(capacity).optional(),
  cpuTargetPercent: integer(10, 90, 'percent').optional(),
  requestsPerTarget: integer(1, 1_000_000, 'requests per minute').optional(),
  environment: variables,
  primaryEnvironment: variables,
  secondaryEnvironment: variables,
  primarySecretArns: secretArns,
  secondarySecretArns: secretArns,
  primaryDestinations: destinations,
  secondaryDestinations: destinations,
  healthCheckPath: z
    .string('give a path')
    .regex(/^\/[^\s?#]{0,1023}$/, 'give a path such as "/health"')
    .optional(),
  healthCheckGraceSeconds: integer(0, 3600, 'seconds').optional(),
  primaryListenerArn: arn('elasticloadbalancing').optional(),
  secondaryListenerArn: arn('elasticloadbalancing').optional(),
  primaryLoadBalancerSecurityGroupId: text.optional(),
  secondaryLoadBalancerSecurityGroupId: text.optional(),
  primaryLoadBalancerArnSuffix: text.optional(),
  secondaryLoadBalancerArnSuffix: text.optional(),
  pathPatterns: z
    .array(text, 'give a list of paths such as ["/*"]')
    .min(1, 'give at least one path: a target group without requests is of no use')
    .max(5, 'give at most 5 paths: AWS allows no more values in a rule')
    .optional(),
  listenerRulePriority: integer(1, 50_000).optional(),
  internalLoadBalancer: flag.optional(),
  primaryCertificateArn: arn('acm').optional(),
  secondaryCertificateArn: arn('acm').optional(),
  serviceDiscovery: flag.optional(),
  primaryAlarmTopicArn: arn('sns').optional(),
  secondaryAlarmTopicArn: arn('sns').optional(),
});

/** What is different in each region. */
interface OwnOfRegion {
  readonly network: RegionalNetwork;
  readonly keyArn?: string;
  readonly imageUri?: string;
  readonly environment: Record<string, string>;
  readonly secretArns: Record<string, string>;
  readonly listenerArn?: string;
  readonly loadBalancerSecurityGroupId?: string;
  readonly loadBalancerArnSuffix?: string;
  readonly certificateArn?: string;
  readonly alarmTopicArn?: string;
  readonly destinations: readonly ContainerDestination[];
  readonly initialTasks: number;
  readonly fewestTasks: number;
  readonly mostTasks: number;
}

/**
 * An ECS service on Fargate in each region, in private subnets behind a load balancer, identical but for what is local to
 * each (rules R-ECS-1, R-ECS-2). The secondary runs tasks all the time, so that a failover starts none: each region's
 * image, secrets, logs, load balancer and service registry are its own.
 *
 * A task runs without root, without Linux capabilities, without a shell from outside, and on a file system it can only
 * read, but for `/tmp`; its role can do nothing until you attach a policy. Without NAT it reaches AWS through endpoints:
 * give `Networking` the services of `Containers.CALLED_SERVICES`.
 *
 * @throws ConfigurationError for unknown or malformed props, half of a pair, a task size Fargate does not have, an image,
 * secret, key, listener, certificate or topic of the wrong region, no standby task, and what contradicts itself
 */
export class Containers extends Construct {
  /**
   * The AWS services a task needs to start, through interface endpoints when its VPC has no NAT; layers of images come
   * through the gateway endpoint of S3. Add what your own code calls.
   */
  public static readonly CALLED_SERVICES: readonly string[] = ['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager'];

  /** The settings that may differ in the secondary region. */
  public static readonly SETTINGS: readonly string[] = Object.keys(capacity);

  public readonly primary: RegionalContainerService;
  public readonly secondary: RegionalContainerService;

  constructor(scope: Construct, id: string, props: ContainersProps) {
    super(scope, id);
    validateProps(this, schema, props);
    const { regions } = props;
    this.checkPairs(props);
    this.checkImage(props);
    this.checkTaskSize(props);
    this.checkCapacity(props);
    this.checkDestinations(props);
    this.checkEntry(props);
    const own = this.ownOfRegions(props);
    for (const region of regions.both) this.checkHalf(region, halfOf(own, region), props);

    const halves = bothHalves(
      regions,
      (region, half) => new RegionalContainers(this, half, region, halfOf(own, region), props),
    );
    this.primary = halves.primary.outputs;
    this.secondary = halves.secondary.outputs;
    if (props.manageRegistryReplication ?? true) this.replicate(regions, halves);
  }

  private ownOfRegions(props: ContainersProps): Halves<OwnOfRegion> {
    const keys = keyHalves(this, props.regions, props);
    const tasks = tasksOf(props);
    return {
      primary: {
        network: props.primaryNetwork,
        keyArn: keys.primary,
        imageUri: props.primaryImageUri,
        environment: props.primaryEnvironment ?? {},
        secretArns: props.primarySecretArns ?? {},
        listenerArn: props.primaryListenerArn,
        loadBalancerSecurityGroupId: props.primaryLoadBalancerSecurityGroupId,
        loadBalancerArnSuffix: props.primaryLoadBalancerArnSuffix,
        certificateArn: props.primaryCertificateArn,
        alarmTopicArn: props.primaryAlarmTopicArn,
        destinations: props.primaryDestinations ?? [],
        initialTasks: tasks.primary.desiredCount,
        fewestTasks: tasks.primary.minCapacity,
        mostTasks: tasks.primary.maxCapacity,
      },
      secondary: {
        network: props.secondaryNetwork,
        keyArn: keys.secondary,
        imageUri: props.secondaryImageUri,
        environment: props.secondaryEnvironment ?? {},
        secretArns: props.secondarySecretArns ?? {},
        listenerArn: props.secondaryListenerArn,
        loadBalancerSecurityGroupId: props.secondaryLoadBalancerSecurityGroupId,
        loadBalancerArnSuffix: props.secondaryLoadBalancerArnSuffix,
        certificateArn: props.secondaryCertificateArn,
        alarmTopicArn: props.secondaryAlarmTopicArn,
        destinations: props.secondaryDestinations ?? [],
        initialTasks: tasks.secondary.desiredCount,
        fewestTasks: tasks.secondary.minCapacity,
        mostTasks: tasks.secondary.maxCapacity,
      },
    };
  }

  private checkPairs(props: ContainersProps): void {
    for (const what of ['ImageUri', 'ListenerArn', 'CertificateArn', 'AlarmTopicArn'] as const) {
      const [primary, secondary] = [`primary${what}`, `secondary${what}`] as const;
      if ((props[primary] === undefined) === (props[secondary] === undefined)) continue;
      const [missing, found] = props[primary] === undefined ? [primary, secondary] : [secondary, primary];
      this.refuse(missing, undefined, `give it, or remove ${found}: both regions are built alike`);
    }
    for (const what of ['Environment', 'SecretArns'] as const) {
      const [primary, secondary] = [props[`primary${what}`] ?? {}, props[`secondary${what}`] ?? {}];
      for (const name of Object.keys({ ...primary, ...secondary })) {
        if (name in primary && name in secondary) continue;
        const [missing, found] = name in primary ? ['secondary', 'primary'] : ['primary', 'secondary'];
        this.refuse(
          `${missing}${what}.${name}`,
          undefined,
          `give it, or remove ${found}${what}.${name}: both regions are built alike`,
        );
      }
    }
    const { environment = {}, primaryEnvironment = {}, primarySecretArns = {} } = props;
    for (const [prop, record, others] of [
      ['environment', environment, { ...primaryEnvironment, ...primarySecretArns }],
      ['primaryEnvironment', primaryEnvironment, primarySecretArns],
    ] as const) {
      const twice = Object.keys(record).find((name) => name in others);
      if (twice) this.refuse(`${prop}.${twice}`, record[twice], 'give each variable once: ECS refuses the second');
    }
  }

  private checkImage(props: ContainersProps): void {
    const { primaryImageUri, secondaryImageUri, repositoryName, imageTag, manageRegistryReplication } = props;
    if (primaryImageUri === undefined && repositoryName === undefined) {
      this.refuse('primaryImageUri', undefined, 'give the images of both regions, or repositoryName and imageTag');
    }
    if (primaryImageUri !== undefined && repositoryName !== undefined) {
      this.refuse('repositoryName', repositoryName, 'give either images or a repository, not both');
    }
    if (repositoryName !== undefined && imageTag === undefined) {
      this.refuse('imageTag', undefined, 'give the tag of one build, such as its commit: tags here are immutable');
    }
    for (const [prop, received] of Object.entries({ imageTag, manageRegistryReplication })) {
      if (repositoryName === undefined && received !== undefined) {
        this.refuse(prop, received, 'remove it: it is for a repository made here, with repositoryName');
      }
    }
    const version = (uri?: string): string | undefined => ECR_IMAGE.exec(uri ?? '')?.[4];
    const [one, other] = [version(primaryImageUri), version(secondaryImageUri)];
    if (one !== undefined && other !== undefined && one !== other) {
      this.refuse('secondaryImageUri', secondaryImageUri, `give the image "${one}" of the primary: both run the same`);
    }
  }

  private checkTaskSize({ cpu = 256, memory = 512 }: ContainersProps): void {
    const offered = TASK_SIZES[cpu];
    if (offered === undefined) this.refuse('cpu', cpu, `use one of ${Object.keys(TASK_SIZES).join(', ')} CPU units`);
    if (!offered.includes(memory)) {
      this.refuse('memory', memory, `with cpu ${cpu}, Fargate offers ${offered.join(', ')} MiB`);
    }
  }

  private checkCapacity(props: ContainersProps): void {
    const { standbyCapacity, secondarySettings = {} } = props;
    for (const name of ['desiredCount', 'minCapacity'] as const) {
      if (standbyCapacity !== undefined && secondarySettings[name] !== undefined) {
        this.refuse(
          `secondarySettings.${name}`,
          secondarySettings[name],
          'remove it or standbyCapacity: both say how many tasks the secondary has',
        );
      }
    }
    const tasks = tasksOf(props);
    const ofSecondary =
      secondarySettings.desiredCount === undefined ? 'standbyCapacity' : 'secondarySettings.desiredCount';
    for (const [size, path, desired] of [
      [tasks.primary, '', 'desiredCount'],
      [tasks.secondary, 'secondarySettings.', ofSecondary],
    ] as const) {
      if (size.minCapacity > size.desiredCount) {
        this.refuse(
          `${path}minCapacity`,
          size.minCapacity,
          `give at most ${path}desiredCount, ${size.desiredCount}: autoscaling would start more`,
        );
      }
      if (size.desiredCount > size.maxCapacity) {
        this.refuse(
          desired,
          size.desiredCount,
          `raise maxCapacity, ${size.maxCapacity}: autoscaling would stop the tasks above it`,
        );
      }
    }
    warnOfDifferences(
      this,
      { maxCapacity: tasks.primary.maxCapacity },
      { maxCapacity: tasks.secondary.maxCapacity },
      'after a failover the service grows to that many tasks',
    );
  }

  private checkDestinations({ primaryDestinations = [], secondaryDestinations = [] }: ContainersProps): void {
    if (primaryDestinations.length !== secondaryDestinations.length) {
      this.refuse(
        'secondaryDestinations',
        secondaryDestinations.map(({ name }) => name),
        `give ${primaryDestinations.length}, one for each of the primary region, in the same order`,
      );
    }
    for (const [prop, list] of Object.entries({ primaryDestinations, secondaryDestinations })) {
      list.forEach(({ securityGroupId, cidrBlock, port }, index) => {
        const path = `${prop}[${index}]`;
        if ((securityGroupId === undefined) === (cidrBlock === undefined)) {
          this.refuse(`${path}.securityGroupId`, securityGroupId, 'give either a security group or a cidrBlock');
        }
        const first = list.findIndex(
          (one) => one.securityGroupId === securityGroupId && one.cidrBlock === cidrBlock && one.port === port,
        );
        if (first !== index) this.refuse(path, list[index], 'give each destination once: EC2 refuses the second rule');
      });
    }
  }

  private checkEntry(props: ContainersProps): void {
    const parts = ['LoadBalancerSecurityGroupId', 'LoadBalancerArnSuffix'] as const;
    const ofListener = [
      ...parts.flatMap((part) => [`primary${part}`, `secondary${part}`] as const),
      'pathPatterns',
      'listenerRulePriority',
    ] as const;
    if (props.primaryListenerArn === undefined) {
      for (const prop of ofListener) {
        if (props[prop] !== undefined) {
          this.refuse(prop, props[prop], 'give primaryListenerArn and secondaryListenerArn as well, or remove it');
        }
      }
      return;
    }
    for (const prop of ofListener.slice(0, 4)) {
      if (props[prop] === undefined) this.refuse(prop, undefined, 'give that of the load balancer of the listener');
    }
    for (const prop of ['internalLoadBalancer', 'primaryCertificateArn'] as const) {
      if (props[prop] !== undefined) this.refuse(prop, props[prop], 'remove it: the load balancer is your own');
    }
  }

  private checkHalf(region: Region, own: OwnOfRegion, props: ContainersProps): void {
    const { role, name } = region;
    const { network, listenerArn, imageUri: uri } = own;
    const imageRegion = ECR_IMAGE.exec(uri ?? '')?.[2];
    if (imageRegion !== undefined && imageRegion !== name) {
      this.refuse(`${role}ImageUri`, uri, `give the image in ${name}: no task may start by asking another region`);
    }
    checkArnRegion(this, `${role}ListenerArn`, listenerArn, region);
    checkArnRegion(this, `${role}CertificateArn`, own.certificateArn, region);
    checkArnRegion(this, `${role}AlarmTopicArn`, own.alarmTopicArn, region);
    for (const [variable, secret] of Object.entries(own.secretArns)) {
      checkArnRegion(this, `${role}SecretArns.${variable}`, secret, region);
    }
    this.checkSubnets(`${role}Network.privateSubnetIds`, network.privateSubnetIds);
    if (listenerArn === undefined && !props.internalLoadBalancer) {
      this.checkSubnets(`${role}Network.publicSubnetIds`, network.publicSubnetIds);
    }
  }

  private checkSubnets(prop: string, subnets: readonly string[]): void {
    if (Token.isUnresolved(subnets) || new Set(subnets).size >= 2) return;
    this.refuse(prop, subnets, 'give two or more subnets, each in a zone of its own: one zone may be lost any day');
  }

  private refuse(prop: string, received: unknown, wayOut: string): never {
    throw new ConfigurationError(this, { prop, received, wayOut });
  }

  /**
   * Both ways, so that an image pushed during the loss of the primary is there when it is back; a copy is not copied on.
   * Only images pushed later are copied, most within half an hour (rule R-ECS-2).
   * https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
   */
  private replicate(regions: RegionPair, halves: Halves<RegionalContainers>): void {
    const { repository: one } = halves.primary;
    const { repository: other } = halves.secondary;
    if (one === undefined || other === undefined) return;
    bothHalves(regions, (region, id) => {
      new EcrReplicationConfiguration(this, `${id}RegistryReplication`, {
        provider: region.provider,
        replicationConfiguration: {
          rule: [
            {
              destination: [{ region: regions.peerOf(region).name, registryId: region.accountId }],
              repositoryFilter: [{ filter: halfOf(halves, region).repositoryName, filterType: 'PREFIX_MATCH' }],
            },
          ],
        },
        // A copy that arrives first would make a repository without key and immutable tags.
        dependsOn: [one, other],
      });
    });
  }
}

/** Where requests come from. */
interface Entry {
  readonly listenerArn: string;
  readonly loadBalancerSecurityGroupId: string;
  readonly loadBalancerArnSuffix: string;
  /** Ties the target group to the load balancer: ECS and autoscaling refuse one that is not. */
  readonly link: LbListener | LbListenerRule;
  readonly loadBalancer?: Lb;
}

/** The service of one region, with everything that is its own. */
class RegionalContainers extends Construct {
  public readonly outputs: RegionalContainerService;
  public readonly repository?: EcrRepository;
  public readonly repositoryName: string;
  private readonly regions: RegionPair;
  private readonly name: string;
  private readonly port: number;

  constructor(
    scope: Construct,
    id: string,
    private readonly region: Region,
    private readonly own: OwnOfRegion,
    private readonly props: ContainersProps,
  ) {
    super(scope, id);
    this.regions = props.regions;
    this.name = props.serviceName ?? 'app';
    this.port = props.containerPort ?? 8080;
    // The same in both regions: replication keeps the name.
    this.repositoryName = this.regions.sharedName('repository', props.repositoryName ?? this.name);
    this.repository = props.repositoryName === undefined ? undefined : this.buildRepository();

    const logGroup = this.logGroup('LogGroup', region.resourceName('log group', `/ecs/${this.name}`));
    const cluster = this.buildCluster();
    const taskRole = this.buildTaskRole();
    const executionRole = this.buildExecutionRole(logGroup);
    const taskDefinition = this.buildTaskDefinition(logGroup, taskRole, executionRole);
    const targetGroup = this.buildTargetGroup();
    const entry = this.own.listenerArn === undefined ? this.ownEntry(targetGroup) : this.givenEntry(targetGroup);
    const securityGroup = this.buildSecurityGroup(entry);
    const discovery = props.serviceDiscovery ? this.buildDiscovery() : undefined;

    const service = new EcsService(this, 'Service', {
      provider: region.provider,
      name: region.resourceName('container service', this.name),
      cluster: cluster.arn,
      taskDefinition: taskDefinition.arn,
      desiredCount: own.initialTasks,
      launchType: 'FARGATE',
      platformVersion: PLATFORM_VERSION,
      deploymentMinimumHealthyPercent: 100,
      deploymentMaximumPercent: 200,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      availabilityZoneRebalancing: 'ENABLED',
      enableExecuteCommand: false,
      enableEcsManagedTags: true,
      propagateTags: 'SERVICE',
      healthCheckGracePeriodSeconds: props.healthCheckGraceSeconds ?? 60,
      forceDelete: this.regions.protection.forceDestroy,
      networkConfiguration: {
        subnets: [...own.network.privateSubnetIds],
        securityGroups: [securityGroup.id],
        assignPublicIp: false,
      },
      loadBalancer: [{ targetGroupArn: targetGroup.arn, containerName: this.name, containerPort: this.port }],
      serviceRegistries: discovery && { registryArn: discovery.service.arn },
      // Without its role's permissions a first task cannot start, and the circuit breaker gives the deployment up.
      dependsOn: [entry.link, ...(executionRole.policy ? [executionRole.policy] : [])],
      lifecycle: { ignoreChanges: ['desired_count'] },
    });
    this.scale(cluster, service, targetGroup, entry);
    this.watch(cluster, service, targetGroup, entry);

    this.outputs = {
      clusterName: cluster.name,
      clusterArn: cluster.arn,
      serviceName: service.name,
      minCapacity: own.fewestTasks,
      taskDefinitionArn: taskDefinition.arn,
      taskRoleArn: taskRole.arn,
      taskRoleName: taskRole.role.name,
      executionRoleArn: executionRole.arn,
      targetGroupArn: targetGroup.arn,
      targetGroupArnSuffix: targetGroup.arnSuffix,
      securityGroupId: securityGroup.id,
      logGroupName: logGroup.name,
      imageUri: this.imageUri,
      repositoryUrl: this.repository?.repositoryUrl,
      listenerArn: entry.listenerArn,
      loadBalancerArnSuffix: entry.loadBalancerArnSuffix,
      loadBalancerSecurityGroupId: entry.loadBalancerSecurityGroupId,
      loadBalancerArn: entry.loadBalancer?.arn,
      loadBalancerDnsName: entry.loadBalancer?.dnsName,
      loadBalancerZoneId: entry.loadBalancer?.zoneId,
      discoveryName: discovery && `${discovery.service.name}.${discovery.namespace.name}`,
    };
  }

  private get imageUri(): string {
    const { imageTag = '' } = this.props;
    if (this.repository === undefined) return this.own.imageUri ?? '';
    return `${this.repository.repositoryUrl}${imageTag.startsWith('sha256:') ? '@' : ':'}${imageTag}`;
  }

  /** Of an image given as a reference nothing is known but that its repository is here. */
  private get repositoryArn(): string {
    if (this.repository !== undefined) return this.repository.arn;
    const [, account, , name] = ECR_IMAGE.exec(this.own.imageUri ?? '') ?? [];
    if (name === undefined) return this.region.arn('ecr', 'repository/*');
    return `arn:${this.region.partition}:ecr:${this.region.name}:${account}:repository/${name}`;
  }

  private buildRepository(): EcrRepository {
    const { provider } = this.region;
    const repository = new EcrRepository(this, 'Repository', {
      provider,
      name: this.repositoryName,
      imageTagMutability: 'IMMUTABLE',
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: [
        this.own.keyArn ? { encryptionType: 'KMS', kmsKey: this.own.keyArn } : { encryptionType: 'AES256' },
      ],
      forceDelete: this.regions.protection.forceDestroy,
    });
    new EcrLifecyclePolicy(this, 'RepositoryLifecycle', {
      provider,
      repository: repository.name,
      // By number of images and not by age: what runs in a quiet standby may be old.
      policy: JSON.stringify({
        rules: [
          {
            rulePriority: 1,
            description: 'Images that lost their tag',
            selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 },
            action: { type: 'expire' },
          },
          {
            rulePriority: 2,
            description: 'All but the newest',
            selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 500 },
            action: { type: 'expire' },
          },
        ],
      }),
    });
    return repository;
  }

  private logGroup(id: string, name: string): CloudwatchLogGroup {
    return new CloudwatchLogGroup(this, id, {
      provider: this.region.provider,
      name,
      retentionInDays: this.regions.protection.logRetentionInDays,
      kmsKeyId: this.own.keyArn,
    });
  }

  private buildCluster(): EcsCluster {
    const name = this.region.resourceName('container cluster', this.name);
    // Container Insights would make it without key and retention, and leave it behind.
    const insights = this.logGroup('InsightsLogGroup', `/aws/ecs/containerinsights/${name}/performance`);
    return new EcsCluster(this, 'Cluster', {
      provider: this.region.provider,
      name,
      setting: [{ name: 'containerInsights', value: 'enabled' }],
      dependsOn: [insights],
    });
  }

  private buildTaskRole(): ServiceRole {
    return new ServiceRole(this, 'TaskRole', {
      region: this.region,
      name: `${this.name}-task`,
      description: `What the containers of ${this.name} may do in ${this.region.name}`,
      servicePrincipal: 'ecs-tasks.amazonaws.com',
      statements: [],
    });
  }

  /** What Fargate needs to start a task: the image, the secrets, a place for the logs. */
  private buildExecutionRole(logGroup: CloudwatchLogGroup): ServiceRole {
    const { own, region } = this;
    const secrets = [...new Set(Object.values(own.secretArns).map(arnOfSecret))];
    const statements: PolicyStatement[] = [
      // A token is for the whole registry: AWS offers no narrower resource.
      { sid: 'RegistryToken', actions: ['ecr:GetAuthorizationToken'], resources: ['*'] },
      {
        sid: 'Image',
        actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        resources: [this.repositoryArn],
      },
      { sid: 'Logs', actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [`${logGroup.arn}:*`] },
    ];
    if (secrets.length > 0) {
      statements.push({ sid: 'Secrets', actions: ['secretsmanager:GetSecretValue'], resources: secrets });
    }
    if (secrets.length > 0 && own.keyArn) {
      statements.push({
        sid: 'KeyOfSecrets',
        actions: ['kms:Decrypt'],
        resources: [own.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${region.name}.amazonaws.com` } },
      });
    }
    return new ServiceRole(this, 'ExecutionRole', {
      region,
      name: `${this.name}-execution`,
      description: `Starts the tasks of ${this.name} in ${region.name}`,
      servicePrincipal: 'ecs-tasks.amazonaws.com',
      statements,
      // AWS documents the caller's account for task roles only. Nobody can pass a role to another account's tasks.
      restrictToAccount: false,
    });
  }

  private buildTaskDefinition(
    logGroup: CloudwatchLogGroup,
    taskRole: ServiceRole,
    executionRole: ServiceRole,
  ): EcsTaskDefinition {
    const { props, region, own } = this;
    return new EcsTaskDefinition(this, 'TaskDefinition', {
      provider: region.provider,
      family: region.resourceName('task family', this.name),
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: String(props.cpu ?? 256),
      memory: String(props.memory ?? 512),
      runtimePlatform: { operatingSystemFamily: 'LINUX', cpuArchitecture: props.cpuArchitecture ?? 'ARM64' },
      taskRoleArn: taskRole.arn,
      executionRoleArn: executionRole.arn,
      volume: [{ name: 'tmp' }],
      // A deployment that rolls back finds the revision before it still registered.
      skipDestroy: !this.regions.protection.forceDestroy,
      containerDefinitions: JSON.stringify([
        {
          name: this.name,
          image: this.imageUri,
          essential: true,
          user: props.user ?? '1000:1000',
          readonlyRootFilesystem: true,
          linuxParameters: { initProcessEnabled: true, capabilities: { drop: ['ALL'] } },
          portMappings: [{ containerPort: this.port, hostPort: this.port, protocol: 'tcp' }],
          environment: entriesOf({
            ...props.environment,
            ...own.environment,
            PORT: String(this.port),
            REGION_ROLE: region.role,
          }).map(([name, value]) => ({ name, value })),
          secrets: entriesOf(own.secretArns).map(([name, valueFrom]) => ({ name, valueFrom })),
          mountPoints: [{ sourceVolume: 'tmp', containerPath: '/tmp', readOnly: false }],
          // Longer than the target group takes to drain.
          stopTimeout: 60,
          logConfiguration: {
            logDriver: 'awslogs',
            options: {
              'awslogs-group': logGroup.name,
              'awslogs-region': region.name,
              'awslogs-stream-prefix': this.name,
              // The service goes on while CloudWatch Logs does not take its lines.
              mode: 'non-blocking',
              'max-buffer-size': '10m',
            },
          },
          systemControls: [],
          volumesFrom: [],
        },
      ]),
    });
  }

  /** A group with no healthy task makes its load balancer unhealthy for Route 53 and Global Accelerator (rule R-LB-2). */
  private buildTargetGroup(): LbTargetGroup {
    return new LbTargetGroup(this, 'TargetGroup', {
      provider: this.region.provider,
      name: this.regions.sharedName('target group', this.name),
      targetType: 'ip',
      protocol: 'HTTP',
      port: this.port,
      vpcId: this.own.network.vpcId,
      deregistrationDelay: '30',
      healthCheck: {
        enabled: true,
        protocol: 'HTTP',
        path: this.props.healthCheckPath ?? '/health',
        matcher: '200',
        interval: 10,
        timeout: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
    });
  }

  private givenEntry(targetGroup: LbTargetGroup): Entry {
    const { listenerArn = '', loadBalancerSecurityGroupId = '', loadBalancerArnSuffix = '' } = this.own;
    const link = new LbListenerRule(this, 'ListenerRule', {
      provider: this.region.provider,
      listenerArn,
      priority: this.props.listenerRulePriority ?? 100,
      action: [{ type: 'forward', targetGroupArn: targetGroup.arn }],
      condition: [{ pathPattern: { values: [...(this.props.pathPatterns ?? ['/*'])] } }],
    });
    return { listenerArn, loadBalancerSecurityGroupId, loadBalancerArnSuffix, link };
  }

  private ownEntry(targetGroup: LbTargetGroup): Entry {
    const { region, own } = this;
    const { provider } = region;
    const internal = this.props.internalLoadBalancer ?? false;
    const securityGroup = this.securityGroup('LoadBalancerSecurityGroup', `${this.name}-load-balancer`, 'Clients');
    for (const port of own.certificateArn === undefined ? [80] : [443, 80]) {
      new VpcSecurityGroupIngressRule(this, `LoadBalancerIngress${port}`, {
        provider,
        securityGroupId: securityGroup.id,
        description: `Clients on port ${port}`,
        ipProtocol: 'tcp',
        fromPort: port,
        toPort: port,
        cidrIpv4: internal ? own.network.cidrBlock : '0.0.0.0/0',
      });
    }
    const loadBalancer = new Lb(this, 'LoadBalancer', {
      provider,
      name: this.regions.sharedName('load balancer', this.name),
      loadBalancerType: 'application',
      internal,
      ipAddressType: 'ipv4',
      subnets: [...(internal ? own.network.privateSubnetIds : own.network.publicSubnetIds)],
      securityGroups: [securityGroup.id],
      // A client on an open connection asks no DNS and so stays in the region it is in.
      clientKeepAlive: 60,
      idleTimeout: 60,
      dropInvalidHeaderFields: true,
      enableDeletionProtection: this.regions.protection.deletionProtection,
    });
    const listener = this.ownListener(loadBalancer, targetGroup);
    return {
      listenerArn: listener.arn,
      loadBalancerSecurityGroupId: securityGroup.id,
      loadBalancerArnSuffix: loadBalancer.arnSuffix,
      link: listener,
      loadBalancer,
    };
  }

  private ownListener(loadBalancer: Lb, targetGroup: LbTargetGroup): LbListener {
    const shared = { provider: this.region.provider, loadBalancerArn: loadBalancer.arn };
    const { certificateArn } = this.own;
    const forward = [{ type: 'forward', targetGroupArn: targetGroup.arn }];
    if (certificateArn === undefined) {
      return new LbListener(this, 'HttpListener', { ...shared, port: 80, protocol: 'HTTP', defaultAction: forward });
    }
    new LbListener(this, 'RedirectListener', {
      ...shared,
      port: 80,
      protocol: 'HTTP',
      defaultAction: [{ type: 'redirect', redirect: { port: '443', protocol: 'HTTPS', statusCode: 'HTTP_301' } }],
    });
    return new LbListener(this, 'HttpsListener', {
      ...shared,
      port: 443,
      protocol: 'HTTPS',
      certificateArn,
      sslPolicy: SSL_POLICY,
      defaultAction: forward,
    });
  }

  private securityGroup(id: string, groupName: string, description: string): SecurityGroup {
    const name = this.region.resourceName('security group', groupName);
    return new SecurityGroup(this, id, {
      provider: this.region.provider,
      name,
      description,
      vpcId: this.own.network.vpcId,
      tags: { Name: name },
    });
  }

  /** Single rules, and groups of this region's VPC only (rules R-NET-5, R-NET-10). */
  private buildSecurityGroup({ loadBalancerSecurityGroupId }: Entry): SecurityGroup {
    const { provider } = this.region;
    const { network } = this.own;
    const group = this.securityGroup('SecurityGroup', `${this.name}-tasks`, 'What the tasks talk to');
    const port = { ipProtocol: 'tcp', fromPort: this.port, toPort: this.port };
    new VpcSecurityGroupIngressRule(this, 'FromLoadBalancer', {
      provider,
      securityGroupId: group.id,
      description: 'Requests and health checks of the load balancer',
      referencedSecurityGroupId: loadBalancerSecurityGroupId,
      ...port,
    });
    new VpcSecurityGroupEgressRule(this, 'LoadBalancerToTasks', {
      provider,
      securityGroupId: loadBalancerSecurityGroupId,
      description: `Requests and health checks to the tasks of ${this.name}`,
      referencedSecurityGroupId: group.id,
      ...port,
    });
    const https = (id: string, description: string, to: Record<string, string>): void => {
      new VpcSecurityGroupEgressRule(this, id, {
        provider,
        securityGroupId: group.id,
        description,
        ipProtocol: 'tcp',
        fromPort: 443,
        toPort: 443,
        ...to,
      });
    };
    https('ToEndpoints', 'AWS through interface endpoints', { cidrIpv4: network.cidrBlock });
    network.gatewayPrefixListIds.forEach((prefixListId) =>
      https(`ToGateway-${stableId(this, prefixListId)}`, 'S3 and DynamoDB through gateway endpoints', { prefixListId }),
    );
    if (network.internetEgress) https('ToInternet', 'HTTPS through NAT', { cidrIpv4: '0.0.0.0/0' });
    for (const { name, securityGroupId, cidrBlock, port: toPort } of this.own.destinations) {
      const target = stableId(this, securityGroupId ?? cidrBlock ?? '');
      new VpcSecurityGroupEgressRule(this, `ToDestination-${target}-${toPort}`, {
        provider,
        securityGroupId: group.id,
        description: name,
        ipProtocol: 'tcp',
        fromPort: toPort,
        toPort,
        referencedSecurityGroupId: securityGroupId,
        cidrIpv4: cidrBlock,
      });
    }
    return group;
  }

  /** Address records only: ECS refuses a port for them. It reports the health of each task itself, by a custom check. */
  private buildDiscovery(): { namespace: ServiceDiscoveryPrivateDnsNamespace; service: ServiceDiscoveryService } {
    const { provider } = this.region;
    const namespace = new ServiceDiscoveryPrivateDnsNamespace(this, 'Namespace', {
      provider,
      name: `${this.regions.sharedName('namespace', this.name)}.internal`,
      description: `Tasks of ${this.name} in ${this.region.name}`,
      vpc: this.own.network.vpcId,
    });
    const service = new ServiceDiscoveryService(this, 'Discovery', {
      provider,
      name: this.name,
      dnsConfig: { namespaceId: namespace.id, routingPolicy: 'MULTIVALUE', dnsRecords: [{ type: 'A', ttl: 10 }] },
      healthCheckCustomConfig: { failureThreshold: 1 },
      forceDestroy: this.regions.protection.forceDestroy,
    });
    return { namespace, service };
  }

  /** Each region scales by its own load: a standby that takes over grows from what already runs (rule R-ECS-1). */
  private scale(cluster: EcsCluster, service: EcsService, targetGroup: LbTargetGroup, entry: Entry): void {
    const { props, own } = this;
    const scaled = {
      provider: this.region.provider,
      serviceNamespace: 'ecs',
      scalableDimension: 'ecs:service:DesiredCount',
    };
    const target = new AppautoscalingTarget(this, 'ScalingTarget', {
      ...scaled,
      resourceId: `service/${cluster.name}/${service.name}`,
      minCapacity: own.fewestTasks,
      maxCapacity: own.mostTasks,
    });
    const policy = (id: string, name: string, targetValue: number, metric: string, resourceLabel?: string): void => {
      new AppautoscalingPolicy(this, id, {
        ...scaled,
        name,
        resourceId: target.resourceId,
        policyType: 'TargetTrackingScaling',
        targetTrackingScalingPolicyConfiguration: {
          targetValue,
          scaleInCooldown: 300,
          scaleOutCooldown: 60,
          predefinedMetricSpecification: { predefinedMetricType: metric, resourceLabel },
        },
      });
    };
    policy('ScaleOnCpu', 'cpu', props.cpuTargetPercent ?? 60, 'ECSServiceAverageCPUUtilization');
    policy(
      'ScaleOnRequests',
      'requests',
      props.requestsPerTarget ?? 1000,
      'ALBRequestCountPerTarget',
      `${entry.loadBalancerArnSuffix}/${targetGroup.arnSuffix}`,
    );
  }

  /** In the region that publishes, of which silence is a failure too: here tasks always run (rules R-CW-1, R-CW-8). */
  private watch(cluster: EcsCluster, service: EcsService, targetGroup: LbTargetGroup, entry: Entry): void {
    const { alarmTopicArn, fewestTasks } = this.own;
    if (alarmTopicArn === undefined) return;
    const watches: Watch[] = [
      {
        id: 'RunningTasksAlarm',
        name: `${this.name}-running-tasks`,
        title: 'Running tasks',
        description: `Fewer than ${fewestTasks} tasks of ${this.name} run: the region cannot carry what it is sized for`,
        metrics: [
          {
            namespace: 'ECS/ContainerInsights',
            metricName: 'RunningTaskCount',
            dimensions: { ClusterName: cluster.name, ServiceName: service.name },
            statistic: 'Minimum',
          },
        ],
        threshold: fewestTasks,
        comparison: 'LessThanThreshold',
        evaluationPeriods: 5,
        treatMissingData: 'breaching',
      },
      {
        id: 'HealthyTasksAlarm',
        name: `${this.name}-healthy-tasks`,
        title: 'Healthy tasks',
        description: `No task of ${this.name} is healthy: the region does not serve`,
        metrics: [
          {
            namespace: 'AWS/ApplicationELB',
            metricName: 'HealthyHostCount',
            dimensions: { TargetGroup: targetGroup.arnSuffix, LoadBalancer: entry.loadBalancerArnSuffix },
            statistic: 'Maximum',
          },
        ],
        threshold: 1,
        comparison: 'LessThanThreshold',
        evaluationPeriods: 2,
        treatMissingData: 'breaching',
      },
    ];
    for (const watch of watches) watchAlarm(this, this.region, alarmTopicArn, watch);
  }
}

interface TaskCounts {
  readonly desiredCount: number;
  readonly minCapacity: number;
  readonly maxCapacity: number;
}

function tasksOf(props: ContainersProps): Halves<TaskCounts> {
  const { desiredCount = 2, minCapacity = desiredCount, maxCapacity = 10, standbyCapacity = 1 } = props;
  const given = props.secondarySettings ?? {};
  const desiredInSecondary = given.desiredCount ?? standbyCapacity;
  return {
    primary: { desiredCount, minCapacity, maxCapacity },
    secondary: {
      desiredCount: desiredInSecondary,
      minCapacity: given.minCapacity ?? desiredInSecondary,
      maxCapacity: given.maxCapacity ?? maxCapacity,
    },
  };
}

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);
}

/** In the order of the names, in which ECS answers: another order is a difference in every plan. */
function entriesOf(record: Record<string, string>): [string, string][] {
  return Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1));
}

/** A secret's ARN, or the reference to it, without the key, stage and version that may follow. */
function arnOfSecret(valueFrom: string): string {
  return /^(?:\$\{[^}]*\}|(?:[^:]+:){6}[^:]+)/.exec(valueFrom)?.[0] ?? valueFrom;
}
