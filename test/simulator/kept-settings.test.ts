import {
  ApplicationAutoScalingClient,
  ListTagsForResourceCommand,
  RegisterScalableTargetCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateNetworkAclCommand,
  CreateNetworkAclEntryCommand,
  CreateSecurityGroupCommand,
  DescribeNetworkAclsCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeVpcsCommand,
  EC2Client,
  NetworkAclEntry,
} from '@aws-sdk/client-ec2';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  CreateServiceCommandInput,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  Service,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
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
import { Fixture, motoDescribe } from './support';

const P = 'us-east-1';

motoDescribe('settings that Terraform reads back', () => {
  const aws = new Fixture({ clock: { factor: 0 } });
  const ec2 = (): EC2Client => new EC2Client(aws.sdk(P));
  const ecs = (): ECSClient => new ECSClient(aws.sdk(P));

  /** Makes a service of two tasks, in a cluster and of a task definition that have its name. */
  const service = async (name: string, settings: Partial<CreateServiceCommandInput> = {}): Promise<void> => {
    await ecs().send(new CreateClusterCommand({ clusterName: name }));
    const containerDefinitions = [{ name, image: `${name}:1`, memory: 128 }];
    await ecs().send(new RegisterTaskDefinitionCommand({ family: name, containerDefinitions }));
    const own = { cluster: name, serviceName: name, taskDefinition: name, desiredCount: 2 };
    await ecs().send(new CreateServiceCommand({ ...own, ...settings }));
  };

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
    const scaling = new ApplicationAutoScalingClient(aws.sdk(P));
    await service('web');
    const { ScalableTargetARN: ResourceARN } = await scaling.send(
      new RegisterScalableTargetCommand({
        ServiceNamespace: 'ecs',
        ResourceId: 'service/web/web',
        ScalableDimension: 'ecs:service:DesiredCount',
        MinCapacity: 1,
        MaxCapacity: 4,
        Tags: { Environment: 'dev' },
      }),
    );
    const tags = async (): Promise<Record<string, string> | undefined> =>
      (await scaling.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags;
    await scaling.send(new TagResourceCommand({ ResourceARN, Tags: { Region: P } }));
    expect(await tags()).toEqual({ Environment: 'dev', Region: P });
    await scaling.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['Environment'] }));
    expect(await tags()).toEqual({ Region: P });
  });

  test('a service of ECS has the settings it was told, the tasks that it wants, and defaults', async () => {
    const own = { enableECSManagedTags: true, healthCheckGracePeriodSeconds: 60 };
    await service('shop', own);
    const told = async (): Promise<Service | undefined> =>
      (await ecs().send(new DescribeServicesCommand({ cluster: 'shop', services: ['shop'] }))).services?.[0];
    expect(await told()).toMatchObject({
      ...own,
      availabilityZoneRebalancing: 'DISABLED',
      enableExecuteCommand: false,
      desiredCount: 2,
      runningCount: 2,
      pendingCount: 0,
    });
    const change = { cluster: 'shop', service: 'shop', availabilityZoneRebalancing: 'ENABLED' } as const;
    await ecs().send(new UpdateServiceCommand(change));
    expect(await told()).toMatchObject({ ...own, availabilityZoneRebalancing: 'ENABLED' });
  });

  test('a rule of a network ACL for ICMP has its type and code, the others have none', async () => {
    const { Vpcs } = await ec2().send(new DescribeVpcsCommand({}));
    const { NetworkAcl } = await ec2().send(new CreateNetworkAclCommand({ VpcId: Vpcs?.[0].VpcId }));
    const NetworkAclId = NetworkAcl?.NetworkAclId ?? '';
    expect(NetworkAclId).toMatch(/^acl-/);
    const entry = { NetworkAclId, RuleAction: 'allow', Egress: false, CidrBlock: '0.0.0.0/0' } as const;
    const IcmpTypeCode = { Type: 3, Code: 4 };
    await ec2().send(new CreateNetworkAclEntryCommand({ ...entry, RuleNumber: 100, Protocol: '1', IcmpTypeCode }));
    await ec2().send(new CreateNetworkAclEntryCommand({ ...entry, RuleNumber: 110, Protocol: '-1' }));
    const { NetworkAcls } = await ec2().send(new DescribeNetworkAclsCommand({ NetworkAclIds: [NetworkAclId] }));
    const told = (RuleNumber: number): NetworkAclEntry[] | undefined =>
      NetworkAcls?.[0].Entries?.filter((each) => each.RuleNumber === RuleNumber);
    expect(told(100)?.map((each) => each.IcmpTypeCode)).toEqual([IcmpTypeCode]);
    expect(told(110)?.map((each) => each.IcmpTypeCode)).toEqual([undefined]);
  });

  test('rules of security groups for other groups keep their description', async () => {
    const named = async (GroupName: string): Promise<string> =>
      (await ec2().send(new CreateSecurityGroupCommand({ GroupName, Description: 'test' }))).GroupId ?? '';
    const [GroupId, other] = [await named('own'), await named('other')];
    const described = [{ GroupId: other, Description: 'the other' }];
    const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, UserIdGroupPairs: described }];
    await ec2().send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
    const Filters = [{ Name: 'group-id', Values: [GroupId] }];
    const { SecurityGroupRules } = await ec2().send(new DescribeSecurityGroupRulesCommand({ Filters }));
    const rule = SecurityGroupRules?.find(({ ReferencedGroupInfo }) => ReferencedGroupInfo?.GroupId === other);
    expect(rule?.Description).toBe('the other');
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
