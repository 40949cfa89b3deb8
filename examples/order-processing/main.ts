import { App } from 'cdktf';
import { Construct } from 'constructs';
// In a program of your own: import { TapStack } from 'cdktf-multi-region-dr/tap-stack';
import { TapStack } from '../../lib/tap-stack';

/** Order processing of a financial service that an outage of one region must not stop: the whole system of this library. */
export class OrderProcessing extends TapStack {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      environmentSuffix: scope.node.tryGetContext('environmentSuffix') ?? 'dev',
      primaryRegion: 'us-east-1',
      secondaryRegion: 'us-east-2',
      protection: 'disposable',
      rtoMinutes: 15,
      rpoMinutes: 5,

      // HTTPS and the shared host name begin with a delegated zone: without one the system answers by its own names, over HTTP.
      domainName: scope.node.tryGetContext('domainName'),
      hostedZoneId: scope.node.tryGetContext('hostedZoneId'),
      allowedCidrBlocks: ['0.0.0.0/0'],
      globalEndpoint: true,
      disabledDomains: [],

      natGateways: 'none',
      availabilityZoneCount: 3,

      auroraInstanceClass: 'db.r5.large',
      auroraPrimaryInstanceCount: 1,
      auroraSecondaryInstanceCount: 1,
      backupRetentionDays: 7,
      blockVolumeSizeGib: 8,
      s3Replication: 'both',
      s3ReplicationTimeControl: true,
      s3Versioning: true,

      functionMemorySize: 512,
      functionTimeoutSeconds: 30,
      healthCritical: ['table', 'bucket'],
      parameters: { 'payment/limit': '10000.00' },
      alarmEmails: scope.node.tryGetContext('alarmEmails') ?? [],
    });
  }
}

if (require.main === module) {
  const app = new App({ stackTraces: false });
  new OrderProcessing(app, 'order-processing');
  app.synth();
}
