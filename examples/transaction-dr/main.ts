import { App, LocalBackend, TerraformOutput, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
// In a program of your own: import { Encryption } from 'cdktf-multi-region-dr/constructs/encryption'; and so on.
import { Backup } from '../../lib/constructs/backup';
import { Certificates } from '../../lib/constructs/certificates';
import { Compute } from '../../lib/constructs/compute';
import { Configuration } from '../../lib/constructs/configuration';
import { Encryption } from '../../lib/constructs/encryption';
import { Eventing } from '../../lib/constructs/eventing';
import { GlobalTable } from '../../lib/constructs/global-table';
import { HostedZone } from '../../lib/constructs/hosted-zone';
import { Identity } from '../../lib/constructs/identity';
import { LoadBalancing } from '../../lib/constructs/load-balancing';
import { LogReplication } from '../../lib/constructs/log-replication';
import { Monitoring } from '../../lib/constructs/monitoring';
import { Networking } from '../../lib/constructs/networking';
import { Notifications } from '../../lib/constructs/notifications';
import { Routing } from '../../lib/constructs/routing';
import { Storage } from '../../lib/constructs/storage';
import { RegionPair } from '../../lib/core/region-pair';

/**
 * Transaction processing under customer-managed keys, with data that outlives its stack, put together from single
 * constructs because some of their props are not of `MultiRegionDRStack`.
 */
export class TransactionDr extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    // CDKTF's default is a path of the machine that synthesizes. Keep a state that matters in a bucket outside the primary.
    new LocalBackend(this, { path: `../../../terraform.${id}.tfstate` });
    const context = <T>(name: string, fallback: T): T => this.node.tryGetContext(name) ?? fallback;
    const domainName = context('domainName', 'transactions.multi-region-dr.internal');
    const hostedZoneId = context<string | undefined>('hostedZoneId', undefined);
    const recordName = `app.${domainName}`;

    const regions = new RegionPair(this, 'Regions', {
      environmentSuffix: context('environmentSuffix', 'prod'),
      primaryRegion: 'us-east-1',
      secondaryRegion: 'us-west-2',
      protection: 'protected',
    });
    const encryption = new Encryption(this, 'Encryption', { regions, aliasName: 'transaction-encryption' });
    const keys = { primaryKeyArn: encryption.primary.keyArn, secondaryKeyArn: encryption.secondary.keyArn };
    const notifications = new Notifications(this, 'Notifications', {
      regions,
      ...keys,
      emails: context('alarmEmails', []),
    });
    const topics = {
      primaryTopicArn: notifications.primary.topicArn,
      secondaryTopicArn: notifications.secondary.topicArn,
    };

    const networking = new Networking(this, 'Networking', {
      regions,
      ...keys,
      availabilityZoneCount: 3,
      peering: true,
      interfaceEndpoints: ['ssm'],
    });
    const networks = { primaryNetwork: networking.primary, secondaryNetwork: networking.secondary };

    const table = new GlobalTable(this, 'GlobalTable', {
      regions,
      ...keys,
      tableName: 'transactions',
      indexName: 'customer-index',
      indexPartitionKey: 'customerId',
    });
    const storage = new Storage(this, 'Storage', {
      regions,
      ...keys,
      ...topics,
      bucketName: 'transaction-documents',
      replication: 'both',
      replicationTimeControl: true,
      // For clients far from the region. Replication neither needs nor uses it.
      transferAcceleration: true,
      blockVolumeSizeGib: 0,
    });
    const configuration = new Configuration(this, 'Configuration', {
      regions,
      ...keys,
      parameters: { 'payment/limit': '10000.00' },
      primaryRegionalParameters: { 'bucket-name': storage.primary.bucketName },
      secondaryRegionalParameters: { 'bucket-name': storage.secondary.bucketName },
    });

    const compute = new Compute(this, 'Compute', {
      regions,
      ...keys,
      ...networks,
      tableName: table.tableName,
      customerIndexName: table.customerIndexName,
      primaryBucketName: storage.primary.bucketName,
      secondaryBucketName: storage.secondary.bucketName,
      parameterPrefix: configuration.prefix,
      // Lambda refuses it where fewer than 100 instances of the region's quota would be left for everybody else.
      reservedConcurrency: context('reservedConcurrency', 100),
    });
    const functions = {
      primaryProcessorArn: compute.primary.processorArn,
      primaryProcessorName: compute.primary.processorName,
      secondaryProcessorArn: compute.secondary.processorArn,
      secondaryProcessorName: compute.secondary.processorName,
      primaryHealthArn: compute.primary.healthArn,
      primaryHealthName: compute.primary.healthName,
      secondaryHealthArn: compute.secondary.healthArn,
      secondaryHealthName: compute.secondary.healthName,
    };
    const eventing = new Eventing(this, 'Eventing', {
      regions,
      ...keys,
      primaryFunctionArn: compute.primary.processorArn,
      primaryFunctionName: compute.primary.processorName,
      secondaryFunctionArn: compute.secondary.processorArn,
      secondaryFunctionName: compute.secondary.processorName,
      busName: 'transactions',
    });

    const hostedZone = new HostedZone(this, 'HostedZone', { regions, domainName, hostedZoneId });
    const { zoneId } = hostedZone;
    const certificates = hostedZone.delegated
      ? new Certificates(this, 'Certificates', { regions, domainName: recordName, zoneId })
      : undefined;
    const loadBalancing = new LoadBalancing(this, 'LoadBalancing', {
      regions,
      ...networks,
      ...functions,
      primaryCertificateArn: certificates?.primary.certificateArn,
      secondaryCertificateArn: certificates?.secondary.certificateArn,
      primaryLogBucketName: storage.primary.logBucketName,
      secondaryLogBucketName: storage.secondary.logBucketName,
    });
    const routing = new Routing(this, 'Routing', {
      regions,
      zoneId,
      recordName,
      primaryTargetDnsName: loadBalancing.primary.dnsName,
      primaryTargetZoneId: loadBalancing.primary.zoneId,
      secondaryTargetDnsName: loadBalancing.secondary.dnsName,
      secondaryTargetZoneId: loadBalancing.secondary.zoneId,
      protocol: loadBalancing.primary.protocol,
      healthCheckPath: '/health',
      requestInterval: 30,
      failureThreshold: 3,
      alarmTopicArn: notifications.route53Metrics.topicArn,
      ...topics,
    });

    const backup = new Backup(this, 'Backup', { regions, ...keys, planInSecondary: true });
    const logs = new LogReplication(this, 'LogReplication', {
      regions,
      ...keys,
      primaryLogGroupNames: [
        compute.primary.processorLogGroupName,
        compute.primary.healthLogGroupName,
        configuration.primary.logGroupName,
      ],
      secondaryLogGroupNames: [
        compute.secondary.processorLogGroupName,
        compute.secondary.healthLogGroupName,
        configuration.secondary.logGroupName,
      ],
    });
    const identity = new Identity(this, 'Identity', {
      regions,
      ...keys,
      ...topics,
      trustedPrincipalArns: context('operatorArns', [
        `arn:${regions.primary.partition}:iam::${regions.primary.accountId}:root`,
      ]),
      requireMfa: true,
      readOnlyAuditor: true,
      tableName: table.tableName,
      primaryBucketName: storage.primary.bucketName,
      secondaryBucketName: storage.secondary.bucketName,
      primaryFunctionNames: [compute.primary.processorName],
      secondaryFunctionNames: [compute.secondary.processorName],
      primaryDeadLetterQueueNames: [compute.primary.failureQueueName],
      secondaryDeadLetterQueueNames: [compute.secondary.failureQueueName],
      busName: eventing.busName,
      healthCheckIds: [routing.primaryHealthCheckId, routing.secondaryHealthCheckId, routing.failoverHealthCheckId],
      switchNamespace: routing.operatorSwitch.namespace,
      parameterPrefix: configuration.prefix,
      primaryVaultName: backup.primary.vaultName,
      secondaryVaultName: backup.secondary.vaultName,
      backupRoleArn: backup.roleArn,
    });
    const monitoring = new Monitoring(this, 'Monitoring', {
      regions,
      ...topics,
      route53MetricsTopicArn: notifications.route53Metrics.topicArn,
      tableName: table.tableName,
      primaryBucketName: storage.primary.bucketName,
      secondaryBucketName: storage.secondary.bucketName,
      primaryReplicationRuleId: storage.primary.replicationRuleId,
      secondaryReplicationRuleId: storage.secondary.replicationRuleId,
      s3LatencySeconds: 600,
      primaryDeliveryStreamNames: [logs.primary.deliveryStreamName],
      secondaryDeliveryStreamNames: [logs.secondary.deliveryStreamName],
      logSubscriptions: true,
      primaryFunctionNames: [compute.primary.processorName, compute.primary.healthName],
      secondaryFunctionNames: [compute.secondary.processorName, compute.secondary.healthName],
      functionErrors: 5,
      primaryLoadBalancerArnSuffix: loadBalancing.primary.loadBalancerArnSuffix,
      secondaryLoadBalancerArnSuffix: loadBalancing.secondary.loadBalancerArnSuffix,
      primaryTargetGroupArnSuffixes: [loadBalancing.primary.processorTargetGroupArnSuffix],
      secondaryTargetGroupArnSuffixes: [loadBalancing.secondary.processorTargetGroupArnSuffix],
      primaryVaultName: backup.primary.vaultName,
      secondaryVaultName: backup.secondary.vaultName,
      busName: eventing.busName,
      primaryRuleName: eventing.primary.ruleName,
      secondaryRuleName: eventing.secondary.ruleName,
      eventHealthCheckId: eventing.healthCheckId,
      healthCheckIds: [routing.primaryHealthCheckId, routing.secondaryHealthCheckId, routing.failoverHealthCheckId],
    });

    const outputs: Record<string, string> = {
      host_name: routing.recordFqdn,
      primary_endpoint: loadBalancing.primary.healthUrl,
      secondary_endpoint: loadBalancing.secondary.healthUrl,
      table_name: table.tableName,
      primary_bucket_name: storage.primary.bucketName,
      secondary_bucket_name: storage.secondary.bucketName,
      primary_key_arn: keys.primaryKeyArn,
      secondary_key_arn: keys.secondaryKeyArn,
      primary_topic_arn: topics.primaryTopicArn,
      secondary_topic_arn: topics.secondaryTopicArn,
      operator_role_arn: identity.operatorRoleArn,
      dashboard_name: monitoring.primary.dashboardName,
    };
    for (const [name, value] of Object.entries(outputs)) new TerraformOutput(this, name, { value });
  }
}

if (require.main === module) {
  const app = new App({ stackTraces: false });
  new TransactionDr(app, 'transaction-dr');
  app.synth();
}
