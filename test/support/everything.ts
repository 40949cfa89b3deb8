import { TerraformStack } from 'cdktf';
import { Accelerator } from '../../lib/constructs/accelerator';
import { Api } from '../../lib/constructs/api';
import { ContainerDestination, Containers } from '../../lib/constructs/containers';
import { Identity } from '../../lib/constructs/identity';
import { LogReplication } from '../../lib/constructs/log-replication';
import { Monitoring } from '../../lib/constructs/monitoring';
import { RelationalDatabase } from '../../lib/constructs/relational-database';
import { WebAcl } from '../../lib/constructs/web-acl';
import { pauseCreationTraces } from '../../lib/core/creation-traces';
import { MultiRegionDRStack } from '../../lib/multi-region-dr-stack';

/** What can be built beside the base system, in an order in which each finds what it refers to. */
export const DOMAINS_BESIDE = [
  'web-acl',
  'api',
  'relational-database',
  'containers',
  'accelerator',
  'identity',
  'log-replication',
  'monitoring',
];

/**
 * Builds the base system with the named domains beside it, wired to it and to each other: what the bench measures is what
 * the tests check.
 *
 * @param wanted some of `DOMAINS_BESIDE`, in their order
 */
export function buildSystem(stack: TerraformStack, wanted: readonly string[]): void {
  // What MultiRegionDRStack does for what it builds.
  const resumeCreationTraces = pauseCreationTraces();
  try {
    const domains = domainsBeside(stack);
    for (const domain of wanted) built(domains[domain])();
  } finally {
    resumeCreationTraces();
  }
}

function domainsBeside(stack: TerraformStack): Record<string, () => void> {
  const certificate = (region: string): string => `arn:aws:acm:${region}:111122223333:certificate/bench`;
  const system = new MultiRegionDRStack(stack, 'System', {
    environmentSuffix: 'bench',
    primaryCertificateArn: certificate('us-east-1'),
    secondaryCertificateArn: certificate('us-east-2'),
  });
  const { regions, compute, manifest, notifications } = system;
  const networking = built(system.networking);
  const loadBalancing = built(system.loadBalancing);
  const keys = {
    primaryKeyArn: built(system.encryption).primary.keyArn,
    secondaryKeyArn: built(system.encryption).secondary.keyArn,
  };
  const networks = { primaryNetwork: networking.primary, secondaryNetwork: networking.secondary };
  const listeners = {
    primaryListenerArn: loadBalancing.primary.listenerArn,
    secondaryListenerArn: loadBalancing.secondary.listenerArn,
    primaryLoadBalancerSecurityGroupId: loadBalancing.primary.securityGroupId,
    secondaryLoadBalancerSecurityGroupId: loadBalancing.secondary.securityGroupId,
  };
  let api: Api | undefined;
  let containers: Containers | undefined;
  let accelerator: Accelerator | undefined;
  let database: RelationalDatabase | undefined;
  let logs: LogReplication | undefined;

  return {
    'web-acl': () =>
      new WebAcl(stack, 'WebAcl', {
        regions,
        ...keys,
        primaryResourceArns: [loadBalancing.primary.loadBalancerArn],
        secondaryResourceArns: [loadBalancing.secondary.loadBalancerArn],
      }),
    api: () => {
      api = new Api(stack, 'Api', {
        regions,
        ...keys,
        primaryProcessorArn: compute.primary.processorArn,
        primaryProcessorName: compute.primary.processorName,
        secondaryProcessorArn: compute.secondary.processorArn,
        secondaryProcessorName: compute.secondary.processorName,
        primaryHealthArn: compute.primary.healthArn,
        primaryHealthName: compute.primary.healthName,
        secondaryHealthArn: compute.secondary.healthArn,
        secondaryHealthName: compute.secondary.healthName,
      });
    },
    'relational-database': () => {
      database = new RelationalDatabase(stack, 'Database', { regions, ...keys, ...networks });
    },
    containers: () => {
      const toDatabase = (role: 'primary' | 'secondary'): ContainerDestination[] | undefined =>
        database && [{ name: 'Database', securityGroupId: database[role].securityGroupId, port: database.port }];
      containers = new Containers(stack, 'Containers', {
        regions,
        ...keys,
        ...networks,
        ...listeners,
        repositoryName: 'web',
        imageTag: '1.0.0',
        pathPatterns: ['/web/*'],
        primaryLoadBalancerArnSuffix: loadBalancing.primary.loadBalancerArnSuffix,
        secondaryLoadBalancerArnSuffix: loadBalancing.secondary.loadBalancerArnSuffix,
        primaryDestinations: toDatabase('primary'),
        secondaryDestinations: toDatabase('secondary'),
      });
    },
    accelerator: () => {
      accelerator = new Accelerator(stack, 'Accelerator', { regions, ...networks, ...listeners });
    },
    identity: () =>
      new Identity(stack, 'Identity', {
        regions,
        trustedPrincipalArns: ['arn:aws:iam::111122223333:role/on-call'],
        requireMfa: true,
        tableName: manifest.table.name,
      }),
    'log-replication': () => {
      logs = new LogReplication(stack, 'LogReplication', {
        regions,
        ...keys,
        primaryLogGroupNames: [compute.primary.processorLogGroupName],
        secondaryLogGroupNames: [compute.secondary.processorLogGroupName],
      });
    },
    monitoring: () =>
      new Monitoring(stack, 'Monitoring', {
        regions,
        monitoringName: 'beside',
        primaryTopicArn: notifications.primary.topicArn,
        secondaryTopicArn: notifications.secondary.topicArn,
        primaryApis: api && [api.primary],
        secondaryApis: api && [api.secondary],
        primaryInstanceIdentifiers: database && [database.primary.instanceIdentifier],
        secondaryInstanceIdentifiers: database && [database.secondary.instanceIdentifier],
        primaryContainerServices: containers && [containers.primary],
        secondaryContainerServices: containers && [containers.secondary],
        primaryNetworkLoadBalancerArnSuffix: accelerator?.primary.loadBalancerArnSuffix,
        secondaryNetworkLoadBalancerArnSuffix: accelerator?.secondary.loadBalancerArnSuffix,
        primaryNetworkTargetGroupArnSuffixes: accelerator && [accelerator.primary.targetGroupArnSuffix],
        secondaryNetworkTargetGroupArnSuffixes: accelerator && [accelerator.secondary.targetGroupArnSuffix],
        primaryDeliveryStreamNames: logs && [logs.primary.deliveryStreamName],
        secondaryDeliveryStreamNames: logs && [logs.secondary.deliveryStreamName],
        logSubscriptions: logs !== undefined,
      }),
  };
}

function built<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('no such part');
  return part;
}
