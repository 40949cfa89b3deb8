import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  GetHostedZoneCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
  TestDNSAnswerCommand,
} from '@aws-sdk/client-route-53';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { Json } from '../../simulator/wire';
import { findAll, textAt } from '../../simulator/xml';
import { Fixture, motoDescribe } from './support';

const P = 'us-east-1';

motoDescribe('settings that Terraform reads back', () => {
  const aws = new Fixture({ clock: { factor: 0 } });
  const ec2 = (operation: string, form: Record<string, string> = {}): ReturnType<typeof aws.wire.query> =>
    aws.wire.query('ec2', P, operation, form);

  test('ids of hosted zones begin with a Z, wherever they are told and taken', async () => {
    const route53 = new Route53Client(aws.sdk(P));
    const made = await route53.send(new CreateHostedZoneCommand({ Name: 'dr.test', CallerReference: 'zone' }));
    const HostedZoneId = made.HostedZone?.Id?.replace('/hostedzone/', '') ?? '';
    expect(HostedZoneId).toMatch(/^Z[A-Z0-9]{10,31}$/);
    expect(made.Location).toContain(HostedZoneId);
    const { HostedZones } = await route53.send(new ListHostedZonesCommand({}));
    expect(HostedZones?.map(({ Id }) => Id)).toEqual([`/hostedzone/${HostedZoneId}`]);
    const { HostedZone } = await route53.send(new GetHostedZoneCommand({ Id: HostedZoneId }));
    expect(HostedZone?.Name).toBe('dr.test.');
    const ResourceRecordSet = {
      Name: 'a.dr.test',
      Type: 'A' as const,
      TTL: 60,
      ResourceRecords: [{ Value: '192.0.2.1' }],
    };
    const Changes = [{ Action: 'UPSERT' as const, ResourceRecordSet }];
    await route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }));
    const { ResourceRecordSets } = await route53.send(new ListResourceRecordSetsCommand({ HostedZoneId }));
    expect(ResourceRecordSets?.map(({ Name }) => Name)).toContain('a.dr.test.');
    const asked = { HostedZoneId, RecordName: 'a.dr.test', RecordType: 'A' } as const;
    expect((await route53.send(new TestDNSAnswerCommand(asked))).RecordData).toEqual(['192.0.2.1']);
  });

  test('a scalable target has the tags it was registered with', async () => {
    const scaling = (operation: string, input: object): Promise<Json> =>
      aws.wire.json('application-autoscaling', P, operation, input);
    await aws.wire.json('ecs', P, 'CreateCluster', { clusterName: 'web' });
    await aws.wire.json('ecs', P, 'RegisterTaskDefinition', {
      family: 'web',
      containerDefinitions: [{ name: 'web', image: 'web:1', memory: 128 }],
    });
    await aws.wire.json('ecs', P, 'CreateService', {
      cluster: 'web',
      serviceName: 'web',
      taskDefinition: 'web',
      desiredCount: 2,
    });
    const { ScalableTargetARN: ResourceARN } = await scaling('RegisterScalableTarget', {
      ServiceNamespace: 'ecs',
      ResourceId: 'service/web/web',
      ScalableDimension: 'ecs:service:DesiredCount',
      MinCapacity: 1,
      MaxCapacity: 4,
      Tags: { Environment: 'dev' },
    });
    await scaling('TagResource', { ResourceARN, Tags: { Region: P } });
    expect(await scaling('ListTagsForResource', { ResourceARN })).toEqual({ Tags: { Environment: 'dev', Region: P } });
    await scaling('UntagResource', { ResourceARN, TagKeys: ['Environment'] });
    expect(await scaling('ListTagsForResource', { ResourceARN })).toEqual({ Tags: { Region: P } });
  });

  test('a service of ECS has the settings it was told, the tasks that it wants, and defaults', async () => {
    const ecs = (operation: string, input: object): Promise<Json> => aws.wire.json('ecs', P, operation, input);
    await ecs('CreateCluster', { clusterName: 'shop' });
    const containerDefinitions = [{ name: 'shop', image: 'shop:1', memory: 128 }];
    await ecs('RegisterTaskDefinition', { family: 'shop', containerDefinitions });
    const own = { enableECSManagedTags: true, healthCheckGracePeriodSeconds: 60 };
    await ecs('CreateService', {
      cluster: 'shop',
      serviceName: 'shop',
      taskDefinition: 'shop',
      desiredCount: 2,
      ...own,
    });
    const told = async (): Promise<Json> =>
      (await ecs('DescribeServices', { cluster: 'shop', services: ['shop'] })).services[0];
    expect(await told()).toMatchObject({
      ...own,
      availabilityZoneRebalancing: 'DISABLED',
      enableExecuteCommand: false,
      desiredCount: 2,
      runningCount: 2,
      pendingCount: 0,
    });
    await ecs('UpdateService', { cluster: 'shop', service: 'shop', availabilityZoneRebalancing: 'ENABLED' });
    expect(await told()).toMatchObject({ ...own, availabilityZoneRebalancing: 'ENABLED' });
  });

  test('a rule of a network ACL for ICMP has its type and code, the others have none', async () => {
    const vpc = textAt(findAll(await ec2('DescribeVpcs'), 'vpcSet')[0], 'item', 'vpcId') ?? '';
    const NetworkAclId = findAll(await ec2('CreateNetworkAcl', { VpcId: vpc }), 'networkAclId')[0].text;
    const entry = { NetworkAclId, RuleAction: 'allow', Egress: 'false', CidrBlock: '0.0.0.0/0' };
    await ec2('CreateNetworkAclEntry', {
      ...entry,
      RuleNumber: '100',
      Protocol: '1',
      'Icmp.Type': '3',
      'Icmp.Code': '4',
    });
    await ec2('CreateNetworkAclEntry', { ...entry, RuleNumber: '110', Protocol: '-1' });
    const entries = async (): Promise<(string | undefined)[][]> =>
      findAll(await ec2('DescribeNetworkAcls', { 'NetworkAclId.1': NetworkAclId }), 'entrySet')[0]
        .children.filter((item) => ['100', '110'].includes(textAt(item, 'ruleNumber') ?? ''))
        .map((item) =>
          ['ruleNumber', 'icmpTypeCode']
            .map((name) => textAt(item, name))
            .concat(textAt(item, 'icmpTypeCode', 'type'), textAt(item, 'icmpTypeCode', 'code')),
        )
        .sort();
    expect(await entries()).toEqual([
      ['100', '', '3', '4'],
      ['110', undefined, undefined, undefined],
    ]);
  });

  test('rules of security groups for other groups keep their description', async () => {
    const named = async (GroupName: string): Promise<string> =>
      findAll(await ec2('CreateSecurityGroup', { GroupName, GroupDescription: 'test' }), 'groupId')[0].text;
    const [GroupId, other] = [await named('own'), await named('other')];
    const rule = {
      GroupId,
      'IpPermissions.1.IpProtocol': 'tcp',
      'IpPermissions.1.FromPort': '443',
      'IpPermissions.1.ToPort': '443',
    };
    const described = {
      'IpPermissions.1.Groups.1.GroupId': other,
      'IpPermissions.1.Groups.1.Description': 'the other',
    };
    await ec2('AuthorizeSecurityGroupIngress', { ...rule, ...described });
    const filter = { 'Filter.1.Name': 'group-id', 'Filter.1.Value.1': GroupId };
    const rules = findAll(await ec2('DescribeSecurityGroupRules', filter), 'securityGroupRuleSet')[0].children;
    expect(rules.map((item) => textAt(item, 'description'))).toContain('the other');
  });

  test('the value of a secret follows the label of the current version', async () => {
    const secrets = new SecretsManagerClient(aws.sdk(P));
    const SecretId = 'app/dev/connection';
    const first = await secrets.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'first' }));
    const beside = { SecretId, SecretString: 'second', VersionStages: ['REPLICA'] };
    const second = await secrets.send(new PutSecretValueCommand(beside));
    expect((await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString).toBe('first');
    await secrets.send(
      new UpdateSecretVersionStageCommand({
        SecretId,
        VersionStage: 'AWSCURRENT',
        RemoveFromVersionId: first.VersionId,
        MoveToVersionId: second.VersionId,
      }),
    );
    expect((await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString).toBe('second');
    const VersionStage = 'AWSPREVIOUS';
    expect((await secrets.send(new GetSecretValueCommand({ SecretId, VersionStage }))).SecretString).toBe('first');
  });
});
