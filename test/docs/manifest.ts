import { Manifest, parseManifest } from '../../lib/manifest';

const ACCOUNT = '111122223333';
const REGIONS = { primary: 'us-east-1', secondary: 'us-east-2' } as const;

const halves = <T>(of: (role: 'primary' | 'secondary') => T): { primary: T; secondary: T } => ({
  primary: of('primary'),
  secondary: of('secondary'),
});
const arn = (service: string, role: 'primary' | 'secondary', resource: string): string =>
  `arn:aws:${service}:${REGIONS[role]}:${ACCOUNT}:${resource}`;
const queueUrl = (role: 'primary' | 'secondary', name: string): string =>
  `https://sqs.${REGIONS[role]}.amazonaws.com/${ACCOUNT}/${name}`;
const check = (digit: number): string => `${digit}2345678-1234-1234-1234-123456789012`;

/** The manifest of a system as Terraform would have written it: the values a person's shell would have. */
export const MANIFEST: Manifest = parseManifest(
  JSON.stringify({
    version: 1,
    environmentSuffix: 'dev',
    accountId: ACCOUNT,
    protection: 'disposable',
    regions: REGIONS,
    objectives: { rtoMinutes: 15, rpoMinutes: 5 },
    keyArns: halves((role) => arn('kms', role, 'key/mrk-1234')),
    topicArns: halves((role) => arn('sns', role, `alerts-${role}-dev`)),
    vpcIds: halves((role) => `vpc-${role}`),
    table: { name: 'transactions-dev', customerIndex: 'customer-index' },
    buckets: halves((role) => `dr-${role}-dev-${ACCOUNT}`),
    functions: halves((role) => ({
      transactionProcessor: `transaction-processor-${role}-dev`,
      health: `health-${role}-dev`,
    })),
    deadLetterQueues: halves((role) => [`transaction-failures-${role}-dev`, `orders-dead-letters-${role}-dev`]),
    stateMachineArns: halves((role) => arn('states', role, `stateMachine:order-processing-${role}-dev`)),
    aurora: {
      globalClusterId: 'aurora-global-dev',
      writerEndpoint: 'aurora-global-dev.global-abc.global.rds.amazonaws.com',
      port: 5432,
      databaseName: 'app',
      secretName: 'aurora-master-dev',
      clusters: halves((role) => ({
        id: `aurora-${role}-dev`,
        arn: arn('rds', role, `cluster:aurora-${role}-dev`),
        readerEndpoint: `aurora-${role}-dev.cluster-ro-abc.${REGIONS[role]}.rds.amazonaws.com`,
      })),
    },
    loadBalancers: halves((role) => ({
      dnsName: `alb-dev-1.${REGIONS[role]}.elb.amazonaws.com`,
      url: `http://alb-dev-1.${REGIONS[role]}.elb.amazonaws.com`,
    })),
    routing: {
      hostName: 'app.dev.multi-region-dr.internal',
      zoneId: 'Z0123456789ABCDEFGHIJ',
      nameServers: ['ns-1.awsdns-00.com', 'ns-2.awsdns-00.org'],
      delegated: false,
      healthChecks: {
        primary: check(1),
        secondary: check(2),
        failover: check(3),
        operatorSwitch: check(4),
        writerGate: check(5),
      },
      operatorSwitch: {
        namespace: 'MultiRegionDR',
        metricName: 'PrimaryOutOfService',
        dimensions: { EnvironmentSuffix: 'dev' },
      },
    },
    events: { busName: 'orders-dev', endpointId: 'abcde.veo', endpointUrl: 'https://abcde.veo.endpoint.events' },
    parameters: { prefix: '/app/dev', replicators: halves((role) => `replicate-parameters-${role}-dev`) },
    secrets: {
      configuration: 'secrets-replicator/destinations/dev',
      replicators: halves((role) => [`replicate-secrets-${role}-dev`]),
      retryQueueUrls: halves((role) => [queueUrl(role, `replicate-secrets-retry-${role}-dev`)]),
      deadLetterQueueUrls: halves((role) => [queueUrl(role, `replicate-secrets-dlq-${role}-dev`)]),
    },
    backup: {
      planId: 'plan',
      roleArn: `arn:aws:iam::${ACCOUNT}:role/backup-dev`,
      vaults: halves((role) => `backup-${role}-dev`),
    },
    alarms: halves((role) => ({ composite: `any-${role}-dev`, dashboard: `multi-region-dr-${role}-dev` })),
  }),
);
