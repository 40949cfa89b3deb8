import { App, LocalBackend, TerraformOutput, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
// In a program of your own: import { Accelerator } from 'cdktf-multi-region-dr/constructs/accelerator'; and so on.
import { Accelerator } from '../../lib/constructs/accelerator';
import { Api } from '../../lib/constructs/api';
import { AuroraGlobalDatabase } from '../../lib/constructs/aurora-global-database';
import { Backup } from '../../lib/constructs/backup';
import { Certificates } from '../../lib/constructs/certificates';
import { Compute } from '../../lib/constructs/compute';
import { Configuration } from '../../lib/constructs/configuration';
import { Encryption } from '../../lib/constructs/encryption';
import { Eventing } from '../../lib/constructs/eventing';
import { GlobalTable } from '../../lib/constructs/global-table';
import { LoadBalancing } from '../../lib/constructs/load-balancing';
import { Monitoring } from '../../lib/constructs/monitoring';
import { Networking } from '../../lib/constructs/networking';
import { Notifications } from '../../lib/constructs/notifications';
import { Routing } from '../../lib/constructs/routing';
import { Storage } from '../../lib/constructs/storage';
import { RegionPair } from '../../lib/core/region-pair';

/** An API with two front doors: fixed addresses that Global Accelerator moves, and a host name that Route 53 moves. */
export class AcceleratedApi extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    // CDKTF's default is a path of the machine that synthesizes. Keep a state that matters in a bucket outside the primary.
    new LocalBackend(this, { path: `../../../terraform.${id}.tfstate` });
    const context = <T>(name: string, fallback: T): T => this.node.tryGetContext(name) ?? fallback;
    // Both front doors speak HTTPS. Certificates are validated in this zone, or given.
    const domainName = context('domainName', 'dr.your-company.com');
    const zoneId = context('hostedZoneId', 'Z0123456789ABCDEFGHIJ');
    const apiName = `api.${domainName}`;
    const appName = `app.${domainName}`;

    const regions = new RegionPair(this, 'Regions', {
      environmentSuffix: context('environmentSuffix', 'dev'),
      primaryRegion: 'us-east-1',
      secondaryRegion: 'us-east-2',
      protection: 'disposable',
    });
    const encryption = new Encryption(this, 'Encryption', { regions });
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
      interfaceEndpoints: ['ssm', 'secretsmanager'],
    });
    const networks = { primaryNetwork: networking.primary, secondaryNetwork: networking.secondary };

    const table = new GlobalTable(this, 'GlobalTable', { regions, ...keys });
    const storage = new Storage(this, 'Storage', {
      regions,
      ...keys,
      ...topics,
      replicationTimeControl: true,
      replication: 'primaryToSecondary',
      blockVolumeSizeGib: 0,
    });
    const aurora = new AuroraGlobalDatabase(this, 'Aurora', {
      regions,
      ...keys,
      ...networks,
      engine: 'aurora-mysql',
      instanceClass: 'db.serverless',
      // Less is cheaper and advised against for a global database: the writer falls behind before it has grown.
      serverlessMinCapacity: 8,
      serverlessMaxCapacity: 32,
      backupRetentionDays: 7,
    });

    const parameterPrefix = `/app/${regions.environmentSuffix}`;
    const compute = new Compute(this, 'Compute', {
      regions,
      ...keys,
      ...networks,
      tableName: table.tableName,
      customerIndexName: table.customerIndexName,
      primaryBucketName: storage.primary.bucketName,
      secondaryBucketName: storage.secondary.bucketName,
      parameterPrefix,
      databaseEndpoint: aurora.writerEndpoint,
      databasePort: aurora.port,
      primaryReaderEndpoint: aurora.primary.readerEndpoint,
      secondaryReaderEndpoint: aurora.secondary.readerEndpoint,
      databaseSecretName: aurora.secretName,
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

    const appCertificates = new Certificates(this, 'AppCertificates', { regions, domainName: appName, zoneId });
    const loadBalancing = new LoadBalancing(this, 'LoadBalancing', {
      regions,
      ...networks,
      ...functions,
      primaryCertificateArn: appCertificates.primary.certificateArn,
      secondaryCertificateArn: appCertificates.secondary.certificateArn,
      primaryLogBucketName: storage.primary.logBucketName,
      secondaryLogBucketName: storage.secondary.logBucketName,
    });
    const accelerator = new Accelerator(this, 'Accelerator', {
      regions,
      ...networks,
      port: 443,
      primaryListenerArn: loadBalancing.primary.listenerArn,
      secondaryListenerArn: loadBalancing.secondary.listenerArn,
      primaryLoadBalancerSecurityGroupId: loadBalancing.primary.securityGroupId,
      secondaryLoadBalancerSecurityGroupId: loadBalancing.secondary.securityGroupId,
      healthCheckPath: '/health',
      mode: 'activeActive',
      zoneId,
      recordName: appName,
      primaryAlarmTopicArn: topics.primaryTopicArn,
      secondaryAlarmTopicArn: topics.secondaryTopicArn,
    });
    const routing = new Routing(this, 'Routing', {
      regions,
      zoneId,
      recordName: `direct.${domainName}`,
      primaryTargetDnsName: loadBalancing.primary.dnsName,
      primaryTargetZoneId: loadBalancing.primary.zoneId,
      secondaryTargetDnsName: loadBalancing.secondary.dnsName,
      secondaryTargetZoneId: loadBalancing.secondary.zoneId,
      requestInterval: 30,
      failureThreshold: 3,
      alarmTopicArn: notifications.route53Metrics.topicArn,
      ...topics,
      writerClusterIdentifier: aurora.primary.clusterIdentifier,
    });

    const apiCertificates = context<string | undefined>('primaryCertificateArn', undefined)
      ? undefined
      : new Certificates(this, 'ApiCertificates', { regions, domainName: apiName, zoneId });
    const api = new Api(this, 'Api', {
      regions,
      ...keys,
      ...functions,
      domainName: apiName,
      zoneId,
      primaryCertificateArn: context('primaryCertificateArn', apiCertificates?.primary.certificateArn),
      secondaryCertificateArn: context('secondaryCertificateArn', apiCertificates?.secondary.certificateArn),
      failoverHealthCheckId: routing.failoverHealthCheckId,
      disableExecuteApiEndpoint: true,
      authorization: 'IAM',
    });

    const eventing = new Eventing(this, 'Eventing', {
      regions,
      ...keys,
      primaryFunctionArn: compute.primary.processorArn,
      primaryFunctionName: compute.primary.processorName,
      secondaryFunctionArn: compute.secondary.processorArn,
      secondaryFunctionName: compute.secondary.processorName,
      globalEndpoint: true,
    });
    const configuration = new Configuration(this, 'Configuration', {
      regions,
      ...keys,
      prefix: parameterPrefix,
      parameters: { 'features/multi-region': 'true', 'payment/limit': '10000.00' },
      primaryRegionalParameters: { 'database/endpoint': aurora.primary.readerEndpoint },
      secondaryRegionalParameters: { 'database/endpoint': aurora.secondary.readerEndpoint },
    });
    const backup = new Backup(this, 'Backup', { regions, ...keys, retentionDays: 7, copyRetentionDays: 7 });
    const monitoring = new Monitoring(this, 'Monitoring', {
      regions,
      ...topics,
      route53MetricsTopicArn: notifications.route53Metrics.topicArn,
      regionalDashboards: true,
      tableName: table.tableName,
      primaryClusterIdentifier: aurora.primary.clusterIdentifier,
      secondaryClusterIdentifier: aurora.secondary.clusterIdentifier,
      primaryBucketName: storage.primary.bucketName,
      secondaryBucketName: storage.secondary.bucketName,
      primaryReplicationRuleId: storage.primary.replicationRuleId,
      primaryFunctionNames: [
        compute.primary.processorName,
        compute.primary.healthName,
        configuration.primary.functionName,
      ],
      secondaryFunctionNames: [
        compute.secondary.processorName,
        compute.secondary.healthName,
        configuration.secondary.functionName,
      ],
      functionTimeoutsSeconds: [30, 30, 300],
      primaryLoadBalancerArnSuffix: loadBalancing.primary.loadBalancerArnSuffix,
      secondaryLoadBalancerArnSuffix: loadBalancing.secondary.loadBalancerArnSuffix,
      primaryTargetGroupArnSuffixes: [loadBalancing.primary.processorTargetGroupArnSuffix],
      secondaryTargetGroupArnSuffixes: [loadBalancing.secondary.processorTargetGroupArnSuffix],
      primaryNetworkLoadBalancerArnSuffix: accelerator.primary.loadBalancerArnSuffix,
      secondaryNetworkLoadBalancerArnSuffix: accelerator.secondary.loadBalancerArnSuffix,
      primaryNetworkTargetGroupArnSuffixes: [accelerator.primary.targetGroupArnSuffix],
      secondaryNetworkTargetGroupArnSuffixes: [accelerator.secondary.targetGroupArnSuffix],
      primaryApis: [{ apiName: api.primary.apiName, stageName: api.primary.stageName }],
      secondaryApis: [{ apiName: api.secondary.apiName, stageName: api.secondary.stageName }],
      primaryVaultName: backup.primary.vaultName,
      secondaryVaultName: backup.secondary.vaultName,
      busName: eventing.busName,
      primaryRuleName: eventing.primary.ruleName,
      secondaryRuleName: eventing.secondary.ruleName,
      eventHealthCheckId: eventing.healthCheckId,
      healthCheckIds: [routing.primaryHealthCheckId, routing.secondaryHealthCheckId, routing.failoverHealthCheckId],
    });

    const outputs: Record<string, string | undefined> = {
      accelerator_dns_name: accelerator.dnsName,
      primary_network_load_balancer_dns_name: accelerator.primary.dnsName,
      secondary_network_load_balancer_dns_name: accelerator.secondary.dnsName,
      api_url: api.url,
      app_name: appName,
      event_endpoint_url: eventing.endpointUrl,
      database_writer_endpoint: aurora.writerEndpoint,
      primary_topic_arn: topics.primaryTopicArn,
      secondary_topic_arn: topics.secondaryTopicArn,
      primary_dashboard_name: monitoring.primary.dashboardName,
      secondary_dashboard_name: monitoring.secondary.dashboardName,
    };
    for (const [name, value] of Object.entries(outputs)) new TerraformOutput(this, name, { value });
  }
}

if (require.main === module) {
  const app = new App({ stackTraces: false });
  new AcceleratedApi(app, 'accelerated-api');
  app.synth();
}
