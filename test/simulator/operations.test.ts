import { CloudWatchClient, DeleteAlarmsCommand, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateEndpointCommand,
  DeleteEndpointCommand,
  EventBridgeClient,
  ListEndpointsCommand,
  UpdateEndpointCommand,
} from '@aws-sdk/client-eventbridge';
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
import { DeleteParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { Json } from '../../simulator/wire';
import { Fixture, motoDescribe } from './support';

const P = 'us-east-1';
const S = 'us-east-2';
const ACCOUNT = '123456789012';

/** Operations that the simulator answers itself or amends, and that no story of the other tests is about. */
motoDescribe('single operations', () => {
  const aws = new Fixture({ clock: { factor: 0 } });
  const pass = (seconds: number): Promise<unknown> => aws.control.clock({ advance: seconds * 1000 });
  const rest = async (service: string, method: string, url: string, input?: object, region = P): Promise<Json> => {
    const headers = { 'content-type': 'application/json' };
    const body = Buffer.from(input ? JSON.stringify(input) : '');
    const answer = await aws.wire.raw(service, region, { method, url, headers, body });
    return { status: answer.status, ...JSON.parse(answer.body.toString() || '{}') };
  };

  describe('AWS Backup', () => {
    const backup = (method: string, path: string, input?: object, region = P): Promise<Json> =>
      rest('backup', method, path, input, region);

    test('selections belong to a plan', async () => {
      const path = '/backup/plans/plan-1/selections';
      const selection = { SelectionName: 'tagged', IamRoleArn: 'role', ListOfTags: [{ ConditionKey: 'a' }] };
      const { SelectionId } = await backup('PUT', path, { BackupSelection: selection });
      expect((await backup('GET', `${path}/${SelectionId}`)).BackupSelection).toMatchObject(selection);
      expect((await backup('GET', path)).BackupSelectionsList).toMatchObject([
        { SelectionId, SelectionName: 'tagged' },
      ]);
      await backup('DELETE', `${path}/${SelectionId}`);
      expect(await backup('GET', `${path}/${SelectionId}`)).toMatchObject({
        status: 404,
        __type: 'ResourceNotFoundException',
      });
    });

    test('settings are those of the region, or of the account', async () => {
      await backup('PUT', '/account-settings', { ResourceTypeOptInPreference: { EBS: false } });
      const opted = async (region: string): Promise<Json> =>
        (await backup('GET', '/account-settings', undefined, region)).ResourceTypeOptInPreference;
      expect(await opted(P)).toMatchObject({ EBS: false, S3: true });
      expect(await opted(S)).toMatchObject({ EBS: true });
      await backup('PUT', '/global-settings', { GlobalSettings: { isCrossAccountBackupEnabled: 'true' } });
      expect((await backup('GET', '/global-settings')).GlobalSettings.isCrossAccountBackupEnabled).toBe('true');
    });

    test('restore testing has plans, and selections in them', async () => {
      const plan = { RestoreTestingPlanName: 'weekly', ScheduleExpression: 'rate(7 days)' };
      const created = await backup('PUT', '/restore-testing/plans', { RestoreTestingPlan: plan, Tags: { a: '1' } });
      expect(created).toMatchObject({ status: 201, RestoreTestingPlanName: 'weekly' });
      const path = '/restore-testing/plans/weekly';
      await backup('PUT', path, { RestoreTestingPlan: { ScheduleExpression: 'rate(1 day)' } });
      expect((await backup('GET', path)).RestoreTestingPlan.ScheduleExpression).toBe('rate(1 day)');
      const selection = { RestoreTestingSelectionName: 'tables', ProtectedResourceType: 'DynamoDB' };
      await backup('PUT', `${path}/selections`, { RestoreTestingSelection: selection });
      await backup('PUT', `${path}/selections/tables`, { RestoreTestingSelection: { ValidationWindowHours: 2 } });
      const { RestoreTestingSelection: shown } = await backup('GET', `${path}/selections/tables`);
      expect(shown).toMatchObject({ ...selection, ValidationWindowHours: 2 });
      expect((await backup('DELETE', `${path}/selections/tables`)).status).toBe(204);
      expect((await backup('DELETE', path)).status).toBe(204);
      expect((await backup('GET', path)).status).toBe(404);
    });

    test('vaults and plans keep their tags', async () => {
      const { BackupVaultArn } = await backup('PUT', '/backup-vaults/tagged', { BackupVaultTags: { a: '1' } });
      const { BackupPlanArn } = await backup('PUT', '/backup/plans', {
        BackupPlan: { BackupPlanName: 'tagged', Rules: [{ RuleName: 'r', TargetBackupVaultName: 'tagged' }] },
        BackupPlanTags: { p: '1' },
      });
      for (const [arn, first] of [
        [BackupVaultArn, { a: '1' }],
        [BackupPlanArn, { p: '1' }],
      ]) {
        const path = encodeURIComponent(arn);
        expect((await backup('GET', `/tags/${path}`)).Tags).toEqual(first);
        await backup('POST', `/tags/${path}`, { Tags: { b: '2' } });
        await backup('POST', `/untag/${path}`, { TagKeyList: Object.keys(first) });
        expect((await backup('GET', `/tags/${path}`)).Tags).toEqual({ b: '2' });
      }
    });

    test('a backup on demand becomes a recovery point, and its copy one of the other region', async () => {
      const table = `arn:aws:dynamodb:${P}:${ACCOUNT}:table/orders`;
      const started = await backup('PUT', '/backup-jobs', { BackupVaultName: 'here', ResourceArn: table });
      const job = `/backup-jobs/${started.BackupJobId}`;
      expect((await backup('GET', job)).State).toBe('RUNNING');
      await pass(31);
      expect((await backup('GET', job)).State).toBe('COMPLETED');
      const there = `arn:aws:backup:${S}:${ACCOUNT}:backup-vault:there`;
      const { CopyJobId } = await backup('PUT', '/copy-jobs', {
        RecoveryPointArn: started.RecoveryPointArn,
        SourceBackupVaultName: 'here',
        DestinationBackupVaultArn: there,
      });
      await pass(120);
      const { CopyJob } = await backup('GET', `/copy-jobs/${CopyJobId}`);
      expect(CopyJob.State).toBe('COMPLETED');
      const list = '/backup-vaults/there/recovery-points';
      const { RecoveryPoints } = await backup('GET', list, undefined, S);
      expect(RecoveryPoints).toMatchObject([{ ResourceArn: table, ResourceType: 'dynamodb', Status: 'COMPLETED' }]);
      const point = `${list}/${encodeURIComponent(RecoveryPoints[0].RecoveryPointArn)}`;
      expect((await backup('GET', point, undefined, S)).BackupVaultArn).toBe(there);
      await backup('DELETE', point, undefined, S);
      expect((await backup('GET', point, undefined, S)).status).toBe(404);
      expect((await backup('GET', '/backup-jobs/none')).status).toBe(404);
      const missing = { RecoveryPointArn: 'none', SourceBackupVaultName: 'here', DestinationBackupVaultArn: there };
      expect((await backup('PUT', '/copy-jobs', missing)).status).toBe(404);
    });
  });

  describe('KMS', () => {
    const kms = (operation: string, input: object, region = P): Promise<Json> =>
      aws.wire.json('kms', region, operation, input);

    test('an alias is of one region, and stands for its key in every call', async () => {
      const { KeyMetadata: one } = await kms('CreateKey', { MultiRegion: true });
      const { KeyMetadata: two } = await kms('CreateKey', {});
      const AliasName = 'alias/orders';
      await kms('CreateAlias', { AliasName, TargetKeyId: one.KeyId });
      await expect(kms('CreateAlias', { AliasName, TargetKeyId: two.KeyId })).rejects.toMatchObject({
        code: 'AlreadyExistsException',
      });
      const { CiphertextBlob } = await kms('Encrypt', { KeyId: AliasName, Plaintext: 'YQ==' });
      expect((await kms('Decrypt', { CiphertextBlob })).KeyId).toContain(one.KeyId);
      await kms('UpdateAlias', { AliasName, TargetKeyId: two.KeyId });
      expect((await kms('DescribeKey', { KeyId: AliasName })).KeyMetadata.KeyId).toBe(two.KeyId);
      const named = async (input: object): Promise<string[]> =>
        (await kms('ListAliases', input)).Aliases.map((alias: Json) => alias.AliasName);
      expect(await named({ KeyId: two.KeyId })).toEqual([AliasName]);
      expect(await named({ KeyId: one.KeyId })).toEqual([]);
      await kms('DeleteAlias', { AliasName });
      for (const operation of ['DeleteAlias', 'UpdateAlias']) {
        await expect(kms(operation, { AliasName, TargetKeyId: one.KeyId })).rejects.toMatchObject({
          code: 'NotFoundException',
        });
      }
    });

    test('what a multi-Region key encrypts its replica decrypts, in the same context only', async () => {
      const { KeyMetadata: key } = await kms('CreateKey', { MultiRegion: true });
      const EncryptionContext = { table: 'orders', a: '1' };
      const Plaintext = Buffer.from('secret').toString('base64');
      const { CiphertextBlob } = await kms('Encrypt', { KeyId: key.KeyId, Plaintext, EncryptionContext });
      await expect(kms('Decrypt', { CiphertextBlob, EncryptionContext }, S)).rejects.toMatchObject({
        code: 'AccessDeniedException',
      });
      await kms('ReplicateKey', { KeyId: key.KeyId, ReplicaRegion: S });
      for (const region of [P, S]) {
        expect(await kms('Decrypt', { CiphertextBlob, EncryptionContext }, region)).toMatchObject({
          Plaintext,
          KeyId: expect.stringContaining(`:${region}:`),
        });
      }
      await expect(kms('Decrypt', { CiphertextBlob }, S)).rejects.toMatchObject({ code: 'InvalidCiphertextException' });
      await kms('DisableKey', { KeyId: key.KeyId }, S);
      await expect(kms('Decrypt', { CiphertextBlob, EncryptionContext }, S)).rejects.toMatchObject({
        code: 'DisabledException',
      });
    });

    test.each([true, false])('data keys are decrypted again; multi-Region: %s', async (MultiRegion) => {
      const { KeyMetadata: key } = await kms('CreateKey', { MultiRegion });
      const input = { KeyId: key.KeyId, KeySpec: 'AES_256' };
      const { Plaintext, CiphertextBlob } = await kms('GenerateDataKey', input);
      expect((await kms('Decrypt', { CiphertextBlob })).Plaintext).toBe(Plaintext);
      const alone = await kms('GenerateDataKeyWithoutPlaintext', input);
      expect(Object.keys(alone).sort()).toEqual(expect.arrayContaining(['CiphertextBlob', 'KeyId']));
      expect(alone.Plaintext).toBeUndefined();
      const opened = await kms('Decrypt', { CiphertextBlob: alone.CiphertextBlob });
      expect(Buffer.from(opened.Plaintext, 'base64')).toHaveLength(32);
      await expect(kms('GenerateDataKey', { ...input, KeyId: 'none' })).rejects.toMatchObject({
        code: 'NotFoundException',
      });
    });

    test('a replica has a description, a policy and tags of its own, and knows its primary', async () => {
      const { KeyMetadata: key } = await kms('CreateKey', { MultiRegion: true, Description: 'here' });
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });
      await kms('ReplicateKey', {
        KeyId: key.KeyId,
        ReplicaRegion: S,
        Description: 'there',
        Policy,
        Tags: [{ TagKey: 'a', TagValue: '1' }],
      });
      const replica = (await kms('DescribeKey', { KeyId: key.KeyId }, S)).KeyMetadata;
      expect(replica).toMatchObject({ Description: 'there' });
      expect(replica.MultiRegionConfiguration).toMatchObject({
        MultiRegionKeyType: 'REPLICA',
        PrimaryKey: { Region: P },
      });
      expect((await kms('DescribeKey', { KeyId: key.KeyId })).KeyMetadata).toMatchObject({
        Description: 'here',
        MultiRegionConfiguration: { MultiRegionKeyType: 'PRIMARY' },
      });
      expect(JSON.parse((await kms('GetKeyPolicy', { KeyId: key.KeyId, PolicyName: 'default' }, S)).Policy)).toEqual(
        JSON.parse(Policy),
      );
      await expect(kms('DescribeKey', { KeyId: 'none' })).rejects.toMatchObject({ code: 'NotFoundException' });
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
        await aws.wire.json('dynamodb', P, 'CreateTable', {
          TableName: 'tasks',
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        });
        await aws.wire.query('sns', P, 'CreateTopic', { Name: 'tasks' });
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
      const query = (operation: string, form: Record<string, string>): Promise<Json> =>
        aws.wire.query('monitoring', P, operation, form);
      await query('PutCompositeAlarm', {
        AlarmName: 'both',
        AlarmRule: 'TRUE OR ALARM("one")',
        'Tags.member.1.Key': 'a',
        'Tags.member.1.Value': '1',
      });
      const ResourceARN = `arn:aws:cloudwatch:${P}:${ACCOUNT}:alarm:both`;
      await query('TagResource', { ResourceARN, 'Tags.member.1.Key': 'b', 'Tags.member.1.Value': '2' });
      await query('UntagResource', { ResourceARN, 'TagKeys.member.1': 'a' });
      const listed = JSON.stringify(await query('ListTagsForResource', { ResourceARN }));
      expect(listed).toContain('"b"');
      expect(listed).not.toContain('"a"');
      const child = new CloudWatchClient(aws.sdk(P)).send(new DeleteAlarmsCommand({ AlarmNames: ['one'] }));
      await expect(child).rejects.toThrow('Cannot delete one as there are composite alarm(s) depending on it: both');
      await new CloudWatchClient(aws.sdk(P)).send(new DeleteAlarmsCommand({ AlarmNames: ['both'] }));
      const { CompositeAlarms } = await new CloudWatchClient(aws.sdk(P)).send(
        new DescribeAlarmsCommand({ AlarmTypes: ['CompositeAlarm'] }),
      );
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
      await aws.wire.json('dynamodb', P, 'CreateTable', {
        TableName: 'expiring',
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      });
      const TableName = 'expiring';
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
      const sns = (operation: string, form: Record<string, string>): Promise<Json> =>
        aws.wire.query('sns', P, operation, form);
      await sns('CreateTopic', {
        Name: 'signed',
        'Attributes.entry.1.key': 'SignatureVersion',
        'Attributes.entry.1.value': '2',
      });
      const TopicArn = `arn:aws:sns:${P}:${ACCOUNT}:signed`;
      const version = async (): Promise<string> => JSON.stringify(await sns('GetTopicAttributes', { TopicArn }));
      expect(await version()).toMatch(/SignatureVersion.*"text":"2"/);
      await sns('SetTopicAttributes', { TopicArn, AttributeName: 'SignatureVersion', AttributeValue: '1' });
      expect(await version()).toMatch(/SignatureVersion.*"text":"1"/);
      await sns('PublishBatch', {
        TopicArn,
        'PublishBatchRequestEntries.member.1.Id': 'a',
        'PublishBatchRequestEntries.member.1.Message': 'a',
      });
    });

    test('EC2: each side of a peering connection has its own tags, a rule its description, an ACL its ICMP type', async () => {
      const ec2 = async (operation: string, form: Record<string, string>, region = P): Promise<string> =>
        JSON.stringify(await aws.wire.query('ec2', region, operation, form));
      const idIn = (text: string, kind: string): string => new RegExp(`${kind}-[0-9a-f]{17}`).exec(text)?.[0] ?? '';
      const here = idIn(await ec2('CreateVpc', { CidrBlock: '10.0.0.0/16' }), 'vpc');
      const there = idIn(await ec2('CreateVpc', { CidrBlock: '10.1.0.0/16' }, S), 'vpc');
      const peering = idIn(
        await ec2('CreateVpcPeeringConnection', {
          VpcId: here,
          PeerVpcId: there,
          PeerRegion: S,
          'TagSpecification.1.ResourceType': 'vpc-peering-connection',
          'TagSpecification.1.Tag.1.Key': 'side',
          'TagSpecification.1.Tag.1.Value': 'here',
        }),
        'pcx',
      );
      const tag = { 'ResourceId.1': peering, 'Tag.1.Key': 'side', 'Tag.1.Value': 'there' };
      await ec2('CreateTags', tag, S);
      expect(await ec2('DescribeVpcPeeringConnections', {})).toMatch(/"text":"here"/);
      expect(await ec2('DescribeVpcPeeringConnections', {}, S)).toMatch(/"text":"there"/);
      await ec2('DeleteTags', tag, S);
      expect(await ec2('DescribeVpcPeeringConnections', {}, S)).not.toMatch(/"text":"there"/);

      const group = idIn(
        await ec2('CreateSecurityGroup', { GroupName: 'g', GroupDescription: 'g', VpcId: here }),
        'sg',
      );
      for (const operation of ['AuthorizeSecurityGroupIngress', 'AuthorizeSecurityGroupEgress']) {
        await ec2(operation, {
          GroupId: group,
          'IpPermissions.1.IpProtocol': 'tcp',
          'IpPermissions.1.FromPort': '443',
          'IpPermissions.1.ToPort': '443',
          'IpPermissions.1.Groups.1.GroupId': group,
          'IpPermissions.1.Groups.1.Description': `by ${operation}`,
        });
      }
      const rules = await ec2('DescribeSecurityGroupRules', {});
      expect(rules).toContain('by AuthorizeSecurityGroupIngress');
      expect(rules).toContain('by AuthorizeSecurityGroupEgress');

      const acl = idIn(await ec2('CreateNetworkAcl', { VpcId: here }), 'acl');
      const entry = {
        NetworkAclId: acl,
        RuleNumber: '100',
        Protocol: '1',
        RuleAction: 'allow',
        Egress: 'false',
        CidrBlock: '10.0.0.0/8',
        'Icmp.Type': '3',
      };
      await ec2('CreateNetworkAclEntry', { ...entry, 'Icmp.Code': '3' });
      expect(await ec2('DescribeNetworkAcls', {})).toMatch(/icmpTypeCode.*"text":"3"/);
      await ec2('ReplaceNetworkAclEntry', { ...entry, 'Icmp.Code': '4' });
      expect(await ec2('DescribeNetworkAcls', {})).toMatch(/icmpTypeCode.*"text":"4"/);
    });

    test('RDS: versions that support a global database are listed', async () => {
      const form = { Engine: 'aurora-postgresql', EngineVersion: '16' };
      const listed = JSON.stringify(await aws.wire.query('rds', P, 'DescribeDBEngineVersions', form));
      expect(listed).toContain('16.6');
      expect(listed).not.toContain('"15.');
    });
  });
});
