import {
  BackupClient,
  CreateBackupPlanCommand,
  CreateBackupSelectionCommand,
  CreateBackupVaultCommand,
  CreateRestoreTestingPlanCommand,
  CreateRestoreTestingSelectionCommand,
  DeleteBackupSelectionCommand,
  DeleteRecoveryPointCommand,
  DeleteRestoreTestingPlanCommand,
  DeleteRestoreTestingSelectionCommand,
  DescribeBackupJobCommand,
  DescribeCopyJobCommand,
  DescribeGlobalSettingsCommand,
  DescribeRecoveryPointCommand,
  DescribeRegionSettingsCommand,
  GetBackupSelectionCommand,
  GetRestoreTestingPlanCommand,
  GetRestoreTestingSelectionCommand,
  ListBackupSelectionsCommand,
  ListRecoveryPointsByBackupVaultCommand,
  ListTagsCommand,
  StartBackupJobCommand,
  StartCopyJobCommand,
  TagResourceCommand as TagBackupCommand,
  UntagResourceCommand as UntagBackupCommand,
  UpdateGlobalSettingsCommand,
  UpdateRegionSettingsCommand,
  UpdateRestoreTestingPlanCommand,
  UpdateRestoreTestingSelectionCommand,
} from '@aws-sdk/client-backup';
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  ListTagsForResourceCommand,
  PutCompositeAlarmCommand,
  TagResourceCommand as TagAlarmCommand,
  UntagResourceCommand as UntagAlarmCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupEgressCommandInput,
  AuthorizeSecurityGroupIngressCommand,
  CreateNetworkAclCommand,
  CreateNetworkAclEntryCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  CreateVpcPeeringConnectionCommand,
  DeleteTagsCommand,
  DescribeNetworkAclsCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeVpcPeeringConnectionsCommand,
  EC2Client,
  IcmpTypeCode,
  ReplaceNetworkAclEntryCommand,
  Tag,
} from '@aws-sdk/client-ec2';
import {
  CreateEndpointCommand,
  DeleteEndpointCommand,
  EventBridgeClient,
  ListEndpointsCommand,
  UpdateEndpointCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  CreateKeyCommandInput,
  DecryptCommand,
  DecryptCommandInput,
  DecryptCommandOutput,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GetKeyPolicyCommand,
  KeyMetadata,
  KMSClient,
  ListAliasesCommand,
  ListResourceTagsCommand,
  ReplicateKeyCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import { DescribeDBEngineVersionsCommand, RDSClient } from '@aws-sdk/client-rds';
import {
  CreateHealthCheckCommand,
  DeleteHealthCheckCommand,
  GetHealthCheckCommand,
  GetHealthCheckCountCommand,
  ListHealthChecksCommand,
  Route53Client,
  UpdateHealthCheckCommand,
} from '@aws-sdk/client-route-53';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteBucketReplicationCommand,
  DeleteObjectsCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  GetObjectCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RemoveRegionsFromReplicationCommand,
  ReplicateSecretToRegionsCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  UntagResourceCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ListExecutionsCommand,
  ListStateMachineVersionsCommand,
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StopExecutionCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn';
import {
  CreateTopicCommand,
  GetTopicAttributesCommand,
  PublishBatchCommand,
  SetTopicAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { DeleteParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { Fixture, motoDescribe } from './support';

const P = 'us-east-1';
const S = 'us-east-2';
const ACCOUNT = '123456789012';

/** Operations that the simulator answers itself or amends, and that no story of the other tests is about. */
motoDescribe('single operations', () => {
  const aws = new Fixture({ clock: { factor: 0 } });
  const pass = (seconds: number): Promise<unknown> => aws.control.clock({ advance: seconds * 1000 });
  const createTable = (TableName: string): Promise<unknown> =>
    new DynamoDBClient(aws.sdk(P)).send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      }),
    );

  describe('AWS Backup', () => {
    const backup = (region = P): BackupClient => new BackupClient(aws.sdk(region));
    const IamRoleArn = `arn:aws:iam::${ACCOUNT}:role/backup`;
    const missing = { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } };

    test('selections belong to a plan', async () => {
      const BackupPlanId = 'plan-1';
      const ListOfTags = [{ ConditionType: 'STRINGEQUALS' as const, ConditionKey: 'a', ConditionValue: '1' }];
      const BackupSelection = { SelectionName: 'tagged', IamRoleArn, ListOfTags };
      const { SelectionId } = await backup().send(new CreateBackupSelectionCommand({ BackupPlanId, BackupSelection }));
      const selection = { BackupPlanId, SelectionId };
      const shown = await backup().send(new GetBackupSelectionCommand(selection));
      expect(shown.BackupSelection).toMatchObject(BackupSelection);
      const listed = await backup().send(new ListBackupSelectionsCommand({ BackupPlanId }));
      expect(listed.BackupSelectionsList).toMatchObject([{ SelectionId, SelectionName: 'tagged', IamRoleArn }]);
      await backup().send(new DeleteBackupSelectionCommand(selection));
      await expect(backup().send(new GetBackupSelectionCommand(selection))).rejects.toMatchObject(missing);
    });

    test('settings are those of the region, or of the account', async () => {
      await backup().send(new UpdateRegionSettingsCommand({ ResourceTypeOptInPreference: { EBS: false } }));
      const opted = async (region: string): Promise<Record<string, boolean> | undefined> =>
        (await backup(region).send(new DescribeRegionSettingsCommand({}))).ResourceTypeOptInPreference;
      expect(await opted(P)).toMatchObject({ EBS: false, S3: true });
      expect(await opted(S)).toMatchObject({ EBS: true });
      const GlobalSettings = { isCrossAccountBackupEnabled: 'true' };
      await backup().send(new UpdateGlobalSettingsCommand({ GlobalSettings }));
      const shown = await backup().send(new DescribeGlobalSettingsCommand({}));
      expect(shown.GlobalSettings?.isCrossAccountBackupEnabled).toBe('true');
    });

    test('restore testing has plans, and selections in them', async () => {
      const RestoreTestingPlanName = 'weekly';
      const RecoveryPointSelection = {
        Algorithm: 'LATEST_WITHIN_WINDOW' as const,
        IncludeVaults: ['*'],
        RecoveryPointTypes: ['SNAPSHOT' as const],
      };
      const created = await backup().send(
        new CreateRestoreTestingPlanCommand({
          RestoreTestingPlan: {
            RestoreTestingPlanName,
            ScheduleExpression: 'rate(7 days)',
            RecoveryPointSelection,
          },
          Tags: { a: '1' },
        }),
      );
      expect(created).toMatchObject({ $metadata: { httpStatusCode: 201 }, RestoreTestingPlanName });
      await backup().send(
        new UpdateRestoreTestingPlanCommand({
          RestoreTestingPlanName,
          RestoreTestingPlan: { ScheduleExpression: 'rate(1 day)' },
        }),
      );
      const plan = await backup().send(new GetRestoreTestingPlanCommand({ RestoreTestingPlanName }));
      expect(plan.RestoreTestingPlan).toMatchObject({ ScheduleExpression: 'rate(1 day)', RecoveryPointSelection });
      const RestoreTestingSelectionName = 'tables';
      const settings = { RestoreTestingSelectionName, ProtectedResourceType: 'DynamoDB', IamRoleArn };
      const selection = { RestoreTestingPlanName, RestoreTestingSelectionName };
      await backup().send(
        new CreateRestoreTestingSelectionCommand({ RestoreTestingPlanName, RestoreTestingSelection: settings }),
      );
      await backup().send(
        new UpdateRestoreTestingSelectionCommand({
          ...selection,
          RestoreTestingSelection: { ValidationWindowHours: 2 },
        }),
      );
      const shown = await backup().send(new GetRestoreTestingSelectionCommand(selection));
      expect(shown.RestoreTestingSelection).toMatchObject({ ...settings, ValidationWindowHours: 2 });
      const gone = { $metadata: { httpStatusCode: 204 } };
      expect(await backup().send(new DeleteRestoreTestingSelectionCommand(selection))).toMatchObject(gone);
      expect(await backup().send(new DeleteRestoreTestingPlanCommand({ RestoreTestingPlanName }))).toMatchObject(gone);
      await expect(backup().send(new GetRestoreTestingPlanCommand({ RestoreTestingPlanName }))).rejects.toMatchObject(
        missing,
      );
    });

    test('vaults and plans keep their tags', async () => {
      const { BackupVaultArn } = await backup().send(
        new CreateBackupVaultCommand({ BackupVaultName: 'tagged', BackupVaultTags: { a: '1' } }),
      );
      const { BackupPlanArn } = await backup().send(
        new CreateBackupPlanCommand({
          BackupPlan: { BackupPlanName: 'tagged', Rules: [{ RuleName: 'r', TargetBackupVaultName: 'tagged' }] },
          BackupPlanTags: { p: '1' },
        }),
      );
      for (const [ResourceArn, first] of [
        [BackupVaultArn, { a: '1' }],
        [BackupPlanArn, { p: '1' }],
      ] as const) {
        const tags = async (): Promise<Record<string, string> | undefined> =>
          (await backup().send(new ListTagsCommand({ ResourceArn }))).Tags;
        expect(await tags()).toEqual(first);
        await backup().send(new TagBackupCommand({ ResourceArn, Tags: { b: '2' } }));
        await backup().send(new UntagBackupCommand({ ResourceArn, TagKeyList: Object.keys(first) }));
        expect(await tags()).toEqual({ b: '2' });
      }
    });

    test('a backup on demand becomes a recovery point, and its copy one of the other region', async () => {
      const table = `arn:aws:dynamodb:${P}:${ACCOUNT}:table/orders`;
      const { BackupJobId, RecoveryPointArn } = await backup().send(
        new StartBackupJobCommand({ BackupVaultName: 'here', ResourceArn: table, IamRoleArn }),
      );
      const state = async (): Promise<string | undefined> =>
        (await backup().send(new DescribeBackupJobCommand({ BackupJobId }))).State;
      expect(await state()).toBe('RUNNING');
      await pass(31);
      expect(await state()).toBe('COMPLETED');
      const there = `arn:aws:backup:${S}:${ACCOUNT}:backup-vault:there`;
      const copy = (point: string | undefined): StartCopyJobCommand =>
        new StartCopyJobCommand({
          RecoveryPointArn: point,
          SourceBackupVaultName: 'here',
          DestinationBackupVaultArn: there,
          IamRoleArn,
        });
      const { CopyJobId } = await backup().send(copy(RecoveryPointArn));
      await pass(120);
      expect((await backup().send(new DescribeCopyJobCommand({ CopyJobId }))).CopyJob?.State).toBe('COMPLETED');
      const vault = { BackupVaultName: 'there' };
      const { RecoveryPoints } = await backup(S).send(new ListRecoveryPointsByBackupVaultCommand(vault));
      expect(RecoveryPoints).toMatchObject([{ ResourceArn: table, ResourceType: 'DynamoDB', Status: 'COMPLETED' }]);
      const point = { ...vault, RecoveryPointArn: RecoveryPoints?.[0].RecoveryPointArn };
      expect((await backup(S).send(new DescribeRecoveryPointCommand(point))).BackupVaultArn).toBe(there);
      await backup(S).send(new DeleteRecoveryPointCommand(point));
      await expect(backup(S).send(new DescribeRecoveryPointCommand(point))).rejects.toMatchObject(missing);
      const noJob = new DescribeBackupJobCommand({ BackupJobId: 'none' });
      await expect(backup().send(noJob)).rejects.toMatchObject(missing);
      await expect(backup().send(copy('none'))).rejects.toMatchObject(missing);
    });
  });

  describe('KMS', () => {
    const kms = (region = P): KMSClient => new KMSClient(aws.sdk(region));
    const createKey = async (input: CreateKeyCommandInput): Promise<string> => {
      const { KeyMetadata: created } = await kms().send(new CreateKeyCommand(input));
      if (!created?.KeyId) throw new Error('the key has no ID');
      return created.KeyId;
    };
    const describeKey = async (KeyId: string, region = P): Promise<KeyMetadata | undefined> =>
      (await kms(region).send(new DescribeKeyCommand({ KeyId }))).KeyMetadata;
    const decrypt = (input: DecryptCommandInput, region = P): Promise<DecryptCommandOutput> =>
      kms(region).send(new DecryptCommand(input));
    const arn = (KeyId: string, region = P): string => `arn:aws:kms:${region}:${ACCOUNT}:key/${KeyId}`;

    test('an alias is of one region, and stands for its key in every call', async () => {
      const one = await createKey({ MultiRegion: true });
      const two = await createKey({});
      const AliasName = 'alias/orders';
      await kms().send(new CreateAliasCommand({ AliasName, TargetKeyId: one }));
      await expect(kms().send(new CreateAliasCommand({ AliasName, TargetKeyId: two }))).rejects.toMatchObject({
        name: 'AlreadyExistsException',
      });
      const { CiphertextBlob } = await kms().send(
        new EncryptCommand({ KeyId: AliasName, Plaintext: Buffer.from('a') }),
      );
      expect((await decrypt({ CiphertextBlob })).KeyId).toBe(arn(one));
      await kms().send(new UpdateAliasCommand({ AliasName, TargetKeyId: two }));
      expect((await describeKey(AliasName))?.KeyId).toBe(two);
      const named = async (KeyId: string): Promise<(string | undefined)[] | undefined> =>
        (await kms().send(new ListAliasesCommand({ KeyId }))).Aliases?.map((alias) => alias.AliasName);
      expect(await named(two)).toEqual([AliasName]);
      expect(await named(one)).toEqual([]);
      await kms().send(new DeleteAliasCommand({ AliasName }));
      const notFound = { name: 'NotFoundException' };
      await expect(kms().send(new DeleteAliasCommand({ AliasName }))).rejects.toMatchObject(notFound);
      await expect(kms().send(new UpdateAliasCommand({ AliasName, TargetKeyId: one }))).rejects.toMatchObject(notFound);
    });

    test('what a multi-Region key encrypts its replica decrypts, in the same context only', async () => {
      const KeyId = await createKey({ MultiRegion: true });
      const EncryptionContext = { table: 'orders', a: '1' };
      const { CiphertextBlob } = await kms().send(
        new EncryptCommand({ KeyId, Plaintext: Buffer.from('secret'), EncryptionContext }),
      );
      await expect(decrypt({ CiphertextBlob, EncryptionContext }, S)).rejects.toMatchObject({
        name: 'AccessDeniedException',
      });
      await kms().send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: S }));
      for (const region of [P, S]) {
        const opened = await decrypt({ CiphertextBlob, EncryptionContext }, region);
        expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe('secret');
        expect(opened.KeyId).toBe(arn(KeyId, region));
      }
      await expect(decrypt({ CiphertextBlob }, S)).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
      await kms(S).send(new DisableKeyCommand({ KeyId }));
      await expect(decrypt({ CiphertextBlob, EncryptionContext }, S)).rejects.toMatchObject({
        name: 'DisabledException',
      });
    });

    test.each([true, false])('data keys are decrypted again; multi-Region: %s', async (MultiRegion) => {
      const input = { KeyId: await createKey({ MultiRegion }), KeySpec: 'AES_256' as const };
      const { Plaintext, CiphertextBlob } = await kms().send(new GenerateDataKeyCommand(input));
      expect(Plaintext).toHaveLength(32);
      expect((await decrypt({ CiphertextBlob })).Plaintext).toEqual(Plaintext);
      const alone = await kms().send(new GenerateDataKeyWithoutPlaintextCommand(input));
      expect(Object.keys(alone)).toEqual(expect.arrayContaining(['CiphertextBlob', 'KeyId']));
      expect(alone).not.toHaveProperty('Plaintext');
      expect((await decrypt({ CiphertextBlob: alone.CiphertextBlob })).Plaintext).toHaveLength(32);
      await expect(kms().send(new GenerateDataKeyCommand({ ...input, KeyId: 'none' }))).rejects.toMatchObject({
        name: 'NotFoundException',
      });
    });

    test('a replica has a description, a policy and tags of its own, and knows its primary', async () => {
      const KeyId = await createKey({ MultiRegion: true, Description: 'here' });
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });
      await kms().send(
        new ReplicateKeyCommand({
          KeyId,
          ReplicaRegion: S,
          Description: 'there',
          Policy,
          Tags: [{ TagKey: 'a', TagValue: '1' }],
        }),
      );
      expect(await describeKey(KeyId, S)).toMatchObject({
        Description: 'there',
        MultiRegionConfiguration: { MultiRegionKeyType: 'REPLICA', PrimaryKey: { Region: P } },
      });
      expect(await describeKey(KeyId)).toMatchObject({
        Description: 'here',
        MultiRegionConfiguration: { MultiRegionKeyType: 'PRIMARY' },
      });
      const kept = await kms(S).send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }));
      expect(JSON.parse(kept.Policy ?? '')).toEqual(JSON.parse(Policy));
      const { Tags } = await kms(S).send(new ListResourceTagsCommand({ KeyId }));
      expect(Tags).toEqual([{ TagKey: 'a', TagValue: '1' }]);
      await expect(describeKey('none')).rejects.toMatchObject({ name: 'NotFoundException' });
    });
  });

  describe('Step Functions', () => {
    const sfn = (): SFNClient => new SFNClient({ ...aws.sdk(P), disableHostPrefix: true });
    const create = async (name: string, states: object): Promise<string> => {
      const definition = JSON.stringify({ StartAt: 'A', States: states });
      const roleArn = `arn:aws:iam::${ACCOUNT}:role/function`;
      return (await sfn().send(new CreateStateMachineCommand({ name, definition, roleArn }))).stateMachineArn ?? '';
    };

    test.each([
      ['{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}', 'OK', undefined],
      ['{', 'FAIL', 'The definition is not valid JSON'],
      ['{}', 'FAIL', 'StartAt and States are required'],
      ['{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}}', 'FAIL', 'The state B does not exist'],
    ])('validates %s', async (definition, result, message) => {
      const validated = await sfn().send(new ValidateStateMachineDefinitionCommand({ definition }));
      expect([validated.result, validated.diagnostics?.[0]?.message]).toEqual([result, message]);
    });

    test('runs an express execution to its end, and has no versions', async () => {
      const stateMachineArn = await create('express', { A: { Type: 'Pass', Result: 1, End: true } });
      expect(await sfn().send(new StartSyncExecutionCommand({ stateMachineArn }))).toMatchObject({
        status: 'SUCCEEDED',
        output: '1',
      });
      expect((await sfn().send(new ListStateMachineVersionsCommand({ stateMachineArn }))).stateMachineVersions).toEqual(
        [],
      );
    });

    test.each([
      ['dynamodb:putItem', { TableName: 'tasks', Item: { id: { S: 'a' } } }, '{}'],
      ['dynamodb:getItem', { TableName: 'tasks', Key: { id: { S: 'a' } } }, '{"Item":{"id":{"S":"a"}}}'],
      ['dynamodb:deleteItem', { TableName: 'tasks', Key: { id: { S: 'a' } } }, '{}'],
      ['sns:publish', { TopicArn: `arn:aws:sns:${P}:${ACCOUNT}:tasks`, Message: { a: 1 } }, '{}'],
      [
        'states:startExecution',
        { StateMachineArn: `arn:aws:states:${P}:${ACCOUNT}:stateMachine:express`, Name: 'by-task' },
        'execution:express:by-task',
      ],
      ['ecs:runTask', {}, undefined],
    ])('a task %s calls the service', async (integration, Parameters, output) => {
      if (integration === 'dynamodb:putItem') {
        await createTable('tasks');
        await new SNSClient(aws.sdk(P)).send(new CreateTopicCommand({ Name: 'tasks' }));
      }
      const Resource = `arn:aws:states:::${integration}`;
      const name = integration.replace(':', '-');
      const stateMachineArn = await create(name, { A: { Type: 'Task', Resource, Parameters, End: true } });
      const done = await sfn().send(new StartSyncExecutionCommand({ stateMachineArn }));
      if (output === undefined) {
        expect(done.cause).toBe('tasks of arn:aws:states:::ecs:runTask are not simulated');
      } else expect([done.status, done.output]).toEqual(['SUCCEEDED', expect.stringContaining(output)]);
    });

    test('an execution can be stopped', async () => {
      const stateMachineArn = await create('waits', { A: { Type: 'Wait', Seconds: 60, End: true } });
      const { executionArn } = await sfn().send(new StartExecutionCommand({ stateMachineArn }));
      await sfn().send(new StopExecutionCommand({ executionArn }));
      expect((await sfn().send(new DescribeExecutionCommand({ executionArn }))).status).toBe('ABORTED');
      const aborted = new ListExecutionsCommand({ stateMachineArn, statusFilter: 'ABORTED' });
      expect((await sfn().send(aborted)).executions).toHaveLength(1);
      await expect(sfn().send(new StopExecutionCommand({ executionArn: 'none' }))).rejects.toThrow();
    });
  });

  describe('Route 53 health checks', () => {
    const route53 = (): Route53Client => new Route53Client(aws.sdk(P));

    test('are shown, counted, changed, and deleted', async () => {
      const { HealthCheck } = await route53().send(
        new CreateHealthCheckCommand({
          CallerReference: 'one',
          HealthCheckConfig: { Type: 'HTTPS', FullyQualifiedDomainName: 'a.test', FailureThreshold: 3 },
        }),
      );
      const HealthCheckId = HealthCheck?.Id ?? '';
      await route53().send(
        new UpdateHealthCheckCommand({
          HealthCheckId,
          FailureThreshold: 5,
          ResetElements: ['FullyQualifiedDomainName'],
        }),
      );
      const shown = await route53().send(new GetHealthCheckCommand({ HealthCheckId }));
      expect(shown.HealthCheck?.HealthCheckVersion).toBe(2);
      expect(shown.HealthCheck?.HealthCheckConfig).toMatchObject({ Type: 'HTTPS', FailureThreshold: 5 });
      expect((await route53().send(new ListHealthChecksCommand({}))).HealthChecks?.map(({ Id }) => Id)).toEqual([
        HealthCheckId,
      ]);
      expect((await route53().send(new GetHealthCheckCountCommand({}))).HealthCheckCount).toBe(1);
      await route53().send(new DeleteHealthCheckCommand({ HealthCheckId }));
      await expect(route53().send(new GetHealthCheckCommand({ HealthCheckId }))).rejects.toMatchObject({
        name: 'NoSuchHealthCheck',
      });
    });

    test.each([
      ['a path of a TCP check', { Type: 'TCP' as const, IPAddress: '192.0.2.1', ResourcePath: '/' }],
      ['a threshold of a calculated check', { Type: 'CALCULATED' as const, FailureThreshold: 3 }],
      ['an endpoint that is not named', { Type: 'HTTPS' as const }],
    ])('refuse %s', async (why, HealthCheckConfig) => {
      const refused = route53().send(new CreateHealthCheckCommand({ CallerReference: why, HealthCheckConfig }));
      await expect(refused).rejects.toMatchObject({ name: 'InvalidInput' });
    });
  });

  describe('Secrets Manager', () => {
    const secrets = (region = P): SecretsManagerClient => new SecretsManagerClient(aws.sdk(region));

    test('a secret is replicated afterwards, changed, and taken back', async () => {
      const { ARN } = await secrets().send(
        new CreateSecretCommand({ Name: 'alone', SecretString: 'a', Tags: [{ Key: 'a', Value: '1' }] }),
      );
      await secrets().send(
        new ReplicateSecretToRegionsCommand({ SecretId: ARN, AddReplicaRegions: [{ Region: S, KmsKeyId: 'alias/k' }] }),
      );
      await pass(2);
      const there = (): Promise<string | undefined> =>
        secrets(S)
          .send(new GetSecretValueCommand({ SecretId: 'alone' }))
          .then(({ SecretString }) => SecretString);
      expect(await there()).toBe('a');
      await secrets().send(new UpdateSecretCommand({ SecretId: ARN, SecretString: 'b' }));
      expect(await there()).toBe('a');
      await pass(2);
      expect(await there()).toBe('b');
      const described = await secrets().send(new DescribeSecretCommand({ SecretId: ARN }));
      expect(described.ReplicationStatus).toMatchObject([{ Region: S, KmsKeyId: 'alias/k' }]);
      await secrets().send(new UntagResourceCommand({ SecretId: ARN, TagKeys: ['a'] }));
      await secrets().send(new RemoveRegionsFromReplicationCommand({ SecretId: ARN, RemoveReplicaRegions: [S] }));
      await expect(there()).rejects.toThrow();
    });

    test('a secret is deleted and restored', async () => {
      await secrets().send(new CreateSecretCommand({ Name: 'gone', SecretString: 'a' }));
      await secrets().send(new DeleteSecretCommand({ SecretId: 'gone', RecoveryWindowInDays: 7 }));
      await expect(secrets().send(new GetSecretValueCommand({ SecretId: 'gone' }))).rejects.toThrow();
      await secrets().send(new RestoreSecretCommand({ SecretId: 'gone' }));
      expect((await secrets().send(new GetSecretValueCommand({ SecretId: 'gone' }))).SecretString).toBe('a');
    });
  });

  describe('S3', () => {
    const s3 = (region = P): S3Client => new S3Client({ ...aws.sdk(region), forcePathStyle: true });
    const create = async (Bucket: string, region = P): Promise<void> => {
      const LocationConstraint = S;
      const CreateBucketConfiguration = region === P ? undefined : ({ LocationConstraint } as const);
      await s3(region).send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
      await s3(region).send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    };

    test('several parts and several deletions replicate like one', async () => {
      await create('parts-here');
      await create('parts-there', S);
      const Role = `arn:aws:iam::${ACCOUNT}:role/function`;
      const Rules = [
        {
          ID: 'all',
          Priority: 1,
          Status: 'Enabled' as const,
          Filter: { Prefix: '' },
          DeleteMarkerReplication: { Status: 'Enabled' as const },
          Destination: { Bucket: 'arn:aws:s3:::parts-there' },
        },
      ];
      const Bucket = 'parts-here';
      await s3().send(new PutBucketReplicationCommand({ Bucket, ReplicationConfiguration: { Role, Rules } }));
      const { ReplicationConfiguration } = await s3().send(new GetBucketReplicationCommand({ Bucket }));
      expect(ReplicationConfiguration?.Rules).toMatchObject(Rules);
      const Key = 'large';
      const { UploadId } = await s3().send(new CreateMultipartUploadCommand({ Bucket, Key }));
      const part = await s3().send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: 'abc' }));
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: part.ETag }] };
      await s3().send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }));
      const there = (): Promise<string | undefined> =>
        s3(S)
          .send(new GetObjectCommand({ Bucket: 'parts-there', Key }))
          .then(({ Body }) => Body?.transformToString());
      await pass(10);
      expect(await there()).toBe('abc');
      await s3().send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }] } }));
      await pass(10);
      await expect(there()).rejects.toMatchObject({ name: 'NoSuchKey' });
      await s3().send(new DeleteBucketReplicationCommand({ Bucket }));
      await expect(s3().send(new GetBucketReplicationCommand({ Bucket }))).rejects.toThrow();
      await s3().send(new PutObjectCommand({ Bucket, Key: 'stays', Body: 'x' }));
    });

    test('a policy is kept word for word, until it or its bucket goes', async () => {
      await create('with-policy');
      const Bucket = 'with-policy';
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });
      await s3().send(new PutBucketPolicyCommand({ Bucket, Policy }));
      expect((await s3().send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(Policy);
      await s3().send(new DeleteBucketPolicyCommand({ Bucket }));
      await expect(s3().send(new GetBucketPolicyCommand({ Bucket }))).rejects.toMatchObject({
        name: 'NoSuchBucketPolicy',
      });
      await s3().send(new DeleteBucketCommand({ Bucket }));
      await expect(s3().send(new DeleteBucketCommand({ Bucket }))).rejects.toThrow();
    });
  });

  describe('the others', () => {
    test('EventBridge: endpoints are listed, changed and deleted', async () => {
      const bridge = new EventBridgeClient(aws.sdk(P));
      const settings = {
        Name: 'orders',
        EventBuses: [P, S].map((region) => ({ EventBusArn: `arn:aws:events:${region}:${ACCOUNT}:event-bus/orders` })),
        ReplicationConfig: { State: 'DISABLED' as const },
        RoutingConfig: {
          FailoverConfig: {
            Primary: { HealthCheck: 'arn:aws:route53:::healthcheck/none' },
            Secondary: { Route: S },
          },
        },
      };
      await bridge.send(new CreateEndpointCommand(settings));
      await expect(bridge.send(new CreateEndpointCommand(settings))).rejects.toMatchObject({
        name: 'ResourceAlreadyExistsException',
      });
      const list = async (): Promise<(string | undefined)[]> =>
        ((await bridge.send(new ListEndpointsCommand({ NamePrefix: 'ord' }))).Endpoints ?? []).map(
          ({ Description }) => Description,
        );
      await bridge.send(new UpdateEndpointCommand({ Name: 'orders', Description: 'changed' }));
      expect(await list()).toEqual(['changed']);
      await bridge.send(new DeleteEndpointCommand({ Name: 'orders' }));
      expect(await list()).toEqual([]);
      await expect(bridge.send(new DeleteEndpointCommand({ Name: 'orders' }))).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
      for (const [change, message] of [
        [{ ReplicationConfig: { State: 'ENABLED' as const } }, 'RoleArn is required'],
        [{ EventBuses: settings.EventBuses.slice(1) }, 'two event buses of the same name'],
      ] as const) {
        await expect(bridge.send(new CreateEndpointCommand({ ...settings, ...change }))).rejects.toThrow(message);
      }
    });

    test('CloudWatch: a composite alarm has tags, and is deleted beside others', async () => {
      const cloudwatch = new CloudWatchClient(aws.sdk(P));
      await cloudwatch.send(
        new PutCompositeAlarmCommand({
          AlarmName: 'both',
          AlarmRule: 'TRUE OR ALARM("one")',
          Tags: [{ Key: 'a', Value: '1' }],
        }),
      );
      const ResourceARN = `arn:aws:cloudwatch:${P}:${ACCOUNT}:alarm:both`;
      await cloudwatch.send(new TagAlarmCommand({ ResourceARN, Tags: [{ Key: 'b', Value: '2' }] }));
      await cloudwatch.send(new UntagAlarmCommand({ ResourceARN, TagKeys: ['a'] }));
      const { Tags } = await cloudwatch.send(new ListTagsForResourceCommand({ ResourceARN }));
      expect(Tags).toEqual([{ Key: 'b', Value: '2' }]);
      const child = cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['one'] }));
      await expect(child).rejects.toThrow('Cannot delete one as there are composite alarm(s) depending on it: both');
      await cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['both'] }));
      const { CompositeAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmTypes: ['CompositeAlarm'] }));
      expect(CompositeAlarms).toEqual([]);
    });

    test('SSM: of several parameters each deletion is told', async () => {
      const ssm = new SSMClient(aws.sdk(P));
      await ssm.send(new PutParameterCommand({ Name: '/a', Value: '1', Type: 'String' }));
      const { DeletedParameters, InvalidParameters } = await ssm.send(
        new DeleteParametersCommand({ Names: ['/a', '/none'] }),
      );
      expect([DeletedParameters, InvalidParameters]).toEqual([['/a'], ['/none']]);
    });

    test('DynamoDB: expiry is a setting of the table, and goes with it', async () => {
      const dynamodb = new DynamoDBClient(aws.sdk(P));
      const TableName = 'expiring';
      await createTable(TableName);
      await dynamodb.send(
        new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { Enabled: true, AttributeName: 'at' } }),
      );
      const { TimeToLiveDescription } = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName }));
      expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'at' });
      await dynamodb.send(new DeleteItemCommand({ TableName, Key: { id: { S: 'none' } } }));
      await dynamodb.send(new DeleteTableCommand({ TableName }));
      await expect(dynamodb.send(new DeleteTableCommand({ TableName }))).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
    });

    test('SNS: the signature version of a topic is kept, and several messages are one call', async () => {
      const sns = new SNSClient(aws.sdk(P));
      const { TopicArn } = await sns.send(
        new CreateTopicCommand({ Name: 'signed', Attributes: { SignatureVersion: '2' } }),
      );
      expect(TopicArn).toBe(`arn:aws:sns:${P}:${ACCOUNT}:signed`);
      const version = async (): Promise<string | undefined> =>
        (await sns.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes?.SignatureVersion;
      expect(await version()).toBe('2');
      await sns.send(
        new SetTopicAttributesCommand({ TopicArn, AttributeName: 'SignatureVersion', AttributeValue: '1' }),
      );
      expect(await version()).toBe('1');
      const PublishBatchRequestEntries = ['a', 'b'].map((Id) => ({ Id, Message: Id }));
      const { Successful, Failed } = await sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }));
      expect(Successful?.map(({ Id }) => Id)).toEqual(['a', 'b']);
      expect(Failed).toEqual([]);
    });

    describe('EC2', () => {
      const ec2 = (region = P): EC2Client => new EC2Client(aws.sdk(region));
      const createVpc = async (CidrBlock: string, region = P): Promise<string | undefined> =>
        (await ec2(region).send(new CreateVpcCommand({ CidrBlock }))).Vpc?.VpcId;

      test('each side of a peering connection has its own tags', async () => {
        const created = await ec2().send(
          new CreateVpcPeeringConnectionCommand({
            VpcId: await createVpc('10.0.0.0/16'),
            PeerVpcId: await createVpc('10.1.0.0/16', S),
            PeerRegion: S,
            TagSpecifications: [{ ResourceType: 'vpc-peering-connection', Tags: [{ Key: 'side', Value: 'here' }] }],
          }),
        );
        const id = created.VpcPeeringConnection?.VpcPeeringConnectionId ?? '';
        const tags = async (region: string): Promise<Tag[] | undefined> => {
          const command = new DescribeVpcPeeringConnectionsCommand({ VpcPeeringConnectionIds: [id] });
          const { VpcPeeringConnections } = await ec2(region).send(command);
          expect(VpcPeeringConnections).toHaveLength(1);
          return VpcPeeringConnections?.[0].Tags;
        };
        const change = { Resources: [id], Tags: [{ Key: 'side', Value: 'there' }] };
        await ec2(S).send(new CreateTagsCommand(change));
        expect(await tags(P)).toEqual([{ Key: 'side', Value: 'here' }]);
        expect(await tags(S)).toEqual([{ Key: 'side', Value: 'there' }]);
        await ec2(S).send(new DeleteTagsCommand(change));
        expect(await tags(P)).toEqual([{ Key: 'side', Value: 'here' }]);
        expect(await tags(S)).toEqual([]);
      });

      test('a rule has its description', async () => {
        const group = { GroupName: 'g', Description: 'g', VpcId: await createVpc('10.2.0.0/16') };
        const { GroupId = '' } = await ec2().send(new CreateSecurityGroupCommand(group));
        const permission = (Description: string): AuthorizeSecurityGroupEgressCommandInput => ({
          GroupId,
          IpPermissions: [
            { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, UserIdGroupPairs: [{ GroupId, Description }] },
          ],
        });
        await ec2().send(new AuthorizeSecurityGroupIngressCommand(permission('comes in')));
        await ec2().send(new AuthorizeSecurityGroupEgressCommand(permission('goes out')));
        const { SecurityGroupRules } = await ec2().send(
          new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [GroupId] }] }),
        );
        const described = SecurityGroupRules?.filter(({ FromPort }) => FromPort === 443);
        expect(described?.map(({ IsEgress, Description }) => [IsEgress, Description])).toEqual(
          expect.arrayContaining([
            [false, 'comes in'],
            [true, 'goes out'],
          ]),
        );
      });

      test('an entry of an ACL has its ICMP type', async () => {
        const VpcId = await createVpc('10.3.0.0/16');
        const { NetworkAcl } = await ec2().send(new CreateNetworkAclCommand({ VpcId }));
        const NetworkAclId = NetworkAcl?.NetworkAclId ?? '';
        const entry = {
          NetworkAclId,
          RuleNumber: 100,
          Protocol: '1',
          RuleAction: 'allow' as const,
          Egress: false,
          CidrBlock: '10.0.0.0/8',
        };
        const icmp = async (): Promise<IcmpTypeCode | undefined> => {
          const command = new DescribeNetworkAclsCommand({ NetworkAclIds: [NetworkAclId] });
          const { NetworkAcls } = await ec2().send(command);
          return NetworkAcls?.[0].Entries?.find(({ RuleNumber }) => RuleNumber === 100)?.IcmpTypeCode;
        };
        await ec2().send(new CreateNetworkAclEntryCommand({ ...entry, IcmpTypeCode: { Type: 3, Code: 3 } }));
        expect(await icmp()).toEqual({ Type: 3, Code: 3 });
        await ec2().send(new ReplaceNetworkAclEntryCommand({ ...entry, IcmpTypeCode: { Type: 3, Code: 4 } }));
        expect(await icmp()).toEqual({ Type: 3, Code: 4 });
      });
    });

    test('RDS: versions that support a global database are listed', async () => {
      const { DBEngineVersions } = await new RDSClient(aws.sdk(P)).send(
        new DescribeDBEngineVersionsCommand({ Engine: 'aurora-postgresql', EngineVersion: '16' }),
      );
      const versions = DBEngineVersions?.map(({ EngineVersion }) => EngineVersion) ?? [];
      expect(versions).toContain('16.6');
      expect(versions.filter((version) => !version?.startsWith('16.'))).toEqual([]);
    });
  });
});
