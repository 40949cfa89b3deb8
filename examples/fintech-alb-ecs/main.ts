import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { App, LocalBackend, TerraformOutput, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
// In a program of your own: import { Containers } from 'cdktf-multi-region-dr/constructs/containers'; and so on.
import { Certificates } from '../../lib/constructs/certificates';
import { Compute } from '../../lib/constructs/compute';
import { Configuration } from '../../lib/constructs/configuration';
import { Containers, RegionalContainerService } from '../../lib/constructs/containers';
import { Encryption } from '../../lib/constructs/encryption';
import { Eventing } from '../../lib/constructs/eventing';
import { GlobalTable } from '../../lib/constructs/global-table';
import { HostedZone } from '../../lib/constructs/hosted-zone';
import { Monitoring, WatchedContainerService } from '../../lib/constructs/monitoring';
import { Networking } from '../../lib/constructs/networking';
import { Notifications } from '../../lib/constructs/notifications';
import { RelationalDatabase } from '../../lib/constructs/relational-database';
import { Routing } from '../../lib/constructs/routing';
import { Storage } from '../../lib/constructs/storage';
import { WebAcl } from '../../lib/constructs/web-acl';
import { policyDocument } from '../../lib/core/iam';
import { RegionPair } from '../../lib/core/region-pair';

/** A web application in containers behind load balancers with a firewall, with payments as events. */
export class FintechAlbEcs extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    // CDKTF's default is a path of the machine that synthesizes. Keep a state that matters in a bucket outside the primary.
    new LocalBackend(this, { path: `../../../terraform.${id}.tfstate` });
    const context = <T>(name: string, fallback: T): T => this.node.tryGetContext(name) ?? fallback;
    const domainName = context('domainName', 'fintech.multi-region-dr.internal');
    const hostedZoneId = context<string | undefined>('hostedZoneId', undefined);
    const recordName = `app.${domainName}`;

    const regions = new RegionPair(this, 'Regions', {
      environmentSuffix: context('environmentSuffix', 'dev'),
      primaryRegion: context('primaryRegion', 'us-east-1'),
      secondaryRegion: context('secondaryRegion', 'us-east-2'),
      protection: 'disposable',
      environment: 'production',
      costCenter: 'fintech-ops',
    });
    const encryption = new Encryption(this, 'Encryption', { regions, aliasName: 'fintech' });
    const keys = { primaryKeyArn: encryption.primary.keyArn, secondaryKeyArn: encryption.secondary.keyArn };
    const notifications = new Notifications(this, 'Notifications', {
      regions,
      ...keys,
      route53MetricsKeyArn: encryption.route53Metrics.keyArn,
      emails: context('alarmEmails', []),
    });
    const topics = {
      primaryTopicArn: notifications.primary.topicArn,
      secondaryTopicArn: notifications.secondary.topicArn,
    };

    const networking = new Networking(this, 'Networking', {
      regions,
      ...keys,
      primaryCidrBlock: '10.0.0.0/16',
      secondaryCidrBlock: '10.1.0.0/16',
      availabilityZoneCount: 3,
      natGateways: 'perZone',
      peering: true,
      networkAcls: true,
    });
    const networks = { primaryNetwork: networking.primary, secondaryNetwork: networking.secondary };

    const sessions = new GlobalTable(this, 'Sessions', {
      regions,
      ...keys,
      tableName: 'sessions',
      partitionKey: 'sessionId',
      indexName: 'user-index',
      indexPartitionKey: 'userId',
      timeToLiveAttribute: 'expiresAt',
    });
    const payments = new GlobalTable(this, 'Payments', { regions, ...keys, tableName: 'payments' });
    const database = new RelationalDatabase(this, 'Database', {
      regions,
      ...keys,
      ...networks,
      instanceName: 'ledger',
      recovery: 'readReplica',
      primaryMultiAz: true,
      secondaryMultiAz: true,
    });
    const storage = new Storage(this, 'Storage', {
      regions,
      ...keys,
      ...topics,
      bucketName: 'uploads',
      replication: 'primaryToSecondary',
      transitionToInfrequentAccessDays: 90,
      noncurrentVersionExpirationDays: 30,
      blockVolumeSizeGib: 0,
    });

    const hostedZone = new HostedZone(this, 'HostedZone', { regions, domainName, hostedZoneId });
    const { zoneId } = hostedZone;
    const certificates = hostedZone.delegated
      ? new Certificates(this, 'Certificates', { regions, domainName: recordName, zoneId })
      : undefined;
    const web = new Containers(this, 'Web', {
      regions,
      ...keys,
      ...networks,
      serviceName: 'web',
      repositoryName: 'web',
      imageTag: context('imageTag', '1.0.0'),
      desiredCount: 2,
      standbyCapacity: 2,
      serviceDiscovery: true,
      environment: { SESSION_TABLE: sessions.tableName },
      // A promotion does not change the name of an instance: each region has its own, and no other.
      primaryEnvironment: { DATABASE_HOST: database.primary.endpoint ?? '' },
      secondaryEnvironment: { DATABASE_HOST: database.secondary.endpoint ?? '' },
      primarySecretArns: { DATABASE_SECRET: database.primary.secretArn },
      secondarySecretArns: { DATABASE_SECRET: database.secondary.secretArn },
      primaryDestinations: [{ name: 'ledger', securityGroupId: database.primary.securityGroupId, port: database.port }],
      secondaryDestinations: [
        { name: 'ledger', securityGroupId: database.secondary.securityGroupId, port: database.port },
      ],
      primaryCertificateArn: certificates?.primary.certificateArn,
      secondaryCertificateArn: certificates?.secondary.certificateArn,
    });
    // What the code in the containers calls, and no more.
    for (const [role, key] of [
      ['primary', encryption.primary],
      ['secondary', encryption.secondary],
    ] as const) {
      new IamRolePolicy(this, `${role}-sessions`, {
        provider: regions[role].provider,
        name: 'sessions',
        role: web[role].taskRoleName,
        policy: policyDocument([
          {
            actions: [
              'dynamodb:GetItem',
              'dynamodb:PutItem',
              'dynamodb:UpdateItem',
              'dynamodb:DeleteItem',
              'dynamodb:Query',
            ],
            resources: sessions[role].policyArns,
          },
          {
            actions: ['kms:Decrypt'],
            resources: [key.keyArn],
            conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${regions[role].name}.amazonaws.com` } },
          },
        ]),
      });
    }
    new WebAcl(this, 'WebAcl', {
      regions,
      ...keys,
      primaryResourceArns: [web.primary.loadBalancerArn ?? ''],
      secondaryResourceArns: [web.secondary.loadBalancerArn ?? ''],
      blockedCountries: ['CN', 'RU', 'KP'],
      // Users of one more country are refused after a failover, and the synth says so.
      secondarySettings: { blockedCountries: ['CN', 'RU', 'KP', 'IR'] },
    });
    const routing = new Routing(this, 'Routing', {
      regions,
      zoneId,
      recordName,
      primaryTargetDnsName: web.primary.loadBalancerDnsName ?? '',
      primaryTargetZoneId: web.primary.loadBalancerZoneId ?? '',
      secondaryTargetDnsName: web.secondary.loadBalancerDnsName ?? '',
      secondaryTargetZoneId: web.secondary.loadBalancerZoneId ?? '',
      protocol: certificates ? 'HTTPS' : 'HTTP',
      alarmTopicArn: notifications.route53Metrics.topicArn,
      ...topics,
    });

    const configuration = new Configuration(this, 'Configuration', {
      regions,
      ...keys,
      parameters: { 'payment/limit': '10000.00' },
      primaryRegionalParameters: { 'api-endpoint': web.primary.loadBalancerDnsName ?? '' },
      secondaryRegionalParameters: { 'api-endpoint': web.secondary.loadBalancerDnsName ?? '' },
    });
    const processor = new Compute(this, 'PaymentProcessor', {
      regions,
      ...keys,
      ...networks,
      tableName: payments.tableName,
      customerIndexName: payments.customerIndexName,
      primaryBucketName: storage.primary.bucketName,
      secondaryBucketName: storage.secondary.bucketName,
      parameterPrefix: configuration.prefix,
    });
    const eventing = new Eventing(this, 'Eventing', {
      regions,
      ...keys,
      primaryFunctionArn: processor.primary.processorArn,
      primaryFunctionName: processor.primary.processorName,
      secondaryFunctionArn: processor.secondary.processorArn,
      secondaryFunctionName: processor.secondary.processorName,
      busName: 'payments',
      orderSource: 'app.payments',
      orderDetailType: 'PaymentSubmitted',
    });

    new Monitoring(this, 'Monitoring', {
      regions,
      ...topics,
      route53MetricsTopicArn: notifications.route53Metrics.topicArn,
      tableNames: [sessions.tableName, payments.tableName],
      primaryInstanceIdentifiers: [database.primary.instanceIdentifier],
      secondaryInstanceIdentifiers: [database.secondary.instanceIdentifier],
      primaryContainerServices: [watchedService(web.primary)],
      secondaryContainerServices: [watchedService(web.secondary)],
      responseTimeMilliseconds: context('primaryLatencyMilliseconds', 500),
      // Stricter where the load of both regions arrives after a failover, and the synth says so.
      secondarySettings: { responseTimeMilliseconds: context('secondaryLatencyMilliseconds', 300) },
      primaryBucketName: storage.primary.bucketName,
      secondaryBucketName: storage.secondary.bucketName,
      primaryReplicationRuleId: storage.primary.replicationRuleId,
      primaryFunctionNames: [processor.primary.processorName, processor.primary.healthName],
      secondaryFunctionNames: [processor.secondary.processorName, processor.secondary.healthName],
      primaryLoadBalancerArnSuffix: web.primary.loadBalancerArnSuffix,
      secondaryLoadBalancerArnSuffix: web.secondary.loadBalancerArnSuffix,
      primaryTargetGroupArnSuffixes: [web.primary.targetGroupArnSuffix],
      secondaryTargetGroupArnSuffixes: [web.secondary.targetGroupArnSuffix],
      busName: eventing.busName,
      primaryRuleName: eventing.primary.ruleName,
      secondaryRuleName: eventing.secondary.ruleName,
      eventHealthCheckId: eventing.healthCheckId,
      healthCheckIds: [routing.primaryHealthCheckId, routing.secondaryHealthCheckId],
    });
    const outputs: Record<string, string | undefined> = {
      primary_vpc_id: networking.primary.vpcId,
      secondary_vpc_id: networking.secondary.vpcId,
      primary_database_endpoint: database.primary.endpoint,
      secondary_database_endpoint: database.secondary.endpoint,
      primary_bucket_name: storage.primary.bucketName,
      secondary_bucket_name: storage.secondary.bucketName,
      session_table_name: sessions.tableName,
      primary_load_balancer_dns_name: web.primary.loadBalancerDnsName,
      secondary_load_balancer_dns_name: web.secondary.loadBalancerDnsName,
      host_name: routing.recordFqdn,
    };
    for (const [name, value] of Object.entries(outputs)) new TerraformOutput(this, name, { value });
  }
}

function watchedService(half: RegionalContainerService): WatchedContainerService {
  const { clusterName, serviceName, minCapacity } = half;
  return { clusterName, serviceName, minCapacity };
}

if (require.main === module) {
  const app = new App({ stackTraces: false });
  new FintechAlbEcs(app, 'fintech-alb-ecs');
  app.synth();
}
