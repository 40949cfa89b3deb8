import { App, TerraformStack } from 'cdktf';
import { Accelerator } from '../lib/constructs/accelerator';
import { Api } from '../lib/constructs/api';
import { Containers } from '../lib/constructs/containers';
import { Identity } from '../lib/constructs/identity';
import { LogReplication } from '../lib/constructs/log-replication';
import { RelationalDatabase } from '../lib/constructs/relational-database';
import { WebAcl } from '../lib/constructs/web-acl';
import { pauseCreationTraces } from '../lib/core/creation-traces';
import { MultiRegionDRStack } from '../lib/multi-region-dr-stack';

/**
 * The base system with the domains that the arguments name beside it: what each adds to synthesis. With `--list` their
 * names; with `--start` nothing but a stack, for what loading the library costs.
 */
const [first, ...others] = process.argv.slice(2);
const app = new App({ stackTraces: false });
const stack = new TerraformStack(app, 'bench');
if (first === '--list') process.stdout.write(Object.keys(domainsBeside()).join('\n'));
else {
  if (first !== '--start') build(first === undefined ? [] : [first, ...others]);
  app.synth();
}

function build(wanted: readonly string[]): void {
  const domains = domainsBeside();
  // What MultiRegionDRStack does for what it builds.
  const resumeCreationTraces = pauseCreationTraces();
  for (const domain of wanted) built(domains[domain])();
  resumeCreationTraces();
}

/** Builds the base system. */
function domainsBeside(): Record<string, () => void> {
  const certificate = (region: string): string => `arn:aws:acm:${region}:111122223333:certificate/bench`;
  const system = new MultiRegionDRStack(stack, 'System', {
    environmentSuffix: 'bench',
    primaryCertificateArn: certificate('us-east-1'),
    secondaryCertificateArn: certificate('us-east-2'),
  });
  const { regions, compute, manifest } = system;
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

  return {
    'web-acl': () =>
      new WebAcl(stack, 'WebAcl', {
        regions,
        ...keys,
        primaryResourceArns: [loadBalancing.primary.loadBalancerArn],
        secondaryResourceArns: [loadBalancing.secondary.loadBalancerArn],
      }),
    api: () =>
      new Api(stack, 'Api', {
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
      }),
    containers: () =>
      new Containers(stack, 'Containers', {
        regions,
        ...keys,
        ...networks,
        ...listeners,
        repositoryName: 'web',
        imageTag: '1.0.0',
        pathPatterns: ['/web/*'],
        primaryLoadBalancerArnSuffix: loadBalancing.primary.loadBalancerArnSuffix,
        secondaryLoadBalancerArnSuffix: loadBalancing.secondary.loadBalancerArnSuffix,
      }),
    accelerator: () => new Accelerator(stack, 'Accelerator', { regions, ...networks, ...listeners }),
    'relational-database': () => new RelationalDatabase(stack, 'Database', { regions, ...keys, ...networks }),
    identity: () =>
      new Identity(stack, 'Identity', {
        regions,
        trustedPrincipalArns: ['arn:aws:iam::111122223333:role/on-call'],
        requireMfa: true,
        tableName: manifest.table.name,
      }),
    'log-replication': () =>
      new LogReplication(stack, 'LogReplication', {
        regions,
        ...keys,
        primaryLogGroupNames: [compute.primary.processorLogGroupName],
        secondaryLogGroupNames: [compute.secondary.processorLogGroupName],
      }),
  };
}

function built<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('no such part');
  return part;
}
