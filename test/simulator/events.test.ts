import {
  PutEventsCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  CreateEventBusCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateLogGroupCommand, CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateEventSourceMappingCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { DeleteParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import {
  PutSecretValueCommand,
  CreateSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { Json } from '../../simulator/wire';
import { Fixture, motoDescribe } from './support';

const P = 'us-east-1';
const S = 'us-east-2';
const ACCOUNT = '123456789012';

motoDescribe('events, functions and workflows', () => {
  const aws = new Fixture({ clock: { factor: 0 } });
  const bridge = (region = P): EventBridgeClient => new EventBridgeClient(aws.sdk(region));
  const queue = (region = P): SQSClient => new SQSClient(aws.sdk(region));
  const lambda = (region = P): LambdaClient => new LambdaClient(aws.sdk(region));
  const queueUrl = (name: string): string => `${aws.simulator.url}/${ACCOUNT}/${name}`;
  const functionArn = (name: string): string => `arn:aws:lambda:${P}:${ACCOUNT}:function:${name}`;

  const received = async (name: string, region = P): Promise<Json[]> => {
    const { Messages = [] } = await queue(region).send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl(name), MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
    );
    return Messages.map(({ Body, MessageAttributes }) => ({
      body: JSON.parse(Body ?? ''),
      attributes: MessageAttributes,
    }));
  };
  const ruleTo = async (name: string, pattern: object, target: object, region = P, bus = 'default'): Promise<void> => {
    await bridge(region).send(
      new PutRuleCommand({ Name: name, EventBusName: bus, EventPattern: JSON.stringify(pattern) }),
    );
    await bridge(region).send(
      new PutTargetsCommand({ Rule: name, EventBusName: bus, Targets: [{ Id: 'one', Arn: '', ...target }] }),
    );
  };
  const put = (detail: object, source: string, region = P): Promise<unknown> =>
    bridge(region).send(
      new PutEventsCommand({ Entries: [{ Source: source, DetailType: 'Test', Detail: JSON.stringify(detail) }] }),
    );
  const invoke = async (name: string, event: object): Promise<{ status?: number; error?: string; payload: Json }> => {
    const { StatusCode, FunctionError, Payload } = await lambda().send(
      new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event) }),
    );
    return { status: StatusCode, error: FunctionError, payload: JSON.parse(Payload?.transformToString() ?? '') };
  };

  beforeAll(async () => {
    for (const name of ['events', 'dead']) await queue().send(new CreateQueueCommand({ QueueName: name }));
    await queue(S).send(new CreateQueueCommand({ QueueName: 'events' }));
  });

  describe('Lambda', () => {
    test('runs the code that was deployed, in its region, with its environment', async () => {
      await aws.deploy(
        P,
        'echo',
        `exports.handler = async (event, context) => ({
          event,
          region: process.env.AWS_REGION,
          mode: process.env.MODE,
          name: context.functionName,
          arn: context.invokedFunctionArn,
          left: context.getRemainingTimeInMillis() > 0,
          leaked: process.env.HOME,
          endpoint: process.env.AWS_ENDPOINT_URL,
        });`,
        { Environment: { Variables: { MODE: 'test' } } },
      );
      const { payload, error } = await invoke('echo', { a: 1 });
      expect(error).toBeUndefined();
      expect(payload).toEqual({
        event: { a: 1 },
        region: P,
        mode: 'test',
        name: 'echo',
        arn: functionArn('echo'),
        left: true,
        endpoint: aws.simulator.url,
      });
    });

    test('an error is a function error', async () => {
      await aws.deploy(P, 'fails', `exports.handler = async () => { throw new TypeError('no'); };`);
      expect(await invoke('fails', {})).toMatchObject({
        status: 200,
        error: 'Unhandled',
        payload: { errorType: 'TypeError', errorMessage: 'no' },
      });
    });

    test('a handler that is missing is told as the runtime tells it', async () => {
      await aws.deploy(P, 'nothing', 'exports.other = 1;');
      expect((await invoke('nothing', {})).payload.errorType).toBe('Runtime.HandlerNotFound');
    });

    test('what takes too long is ended', async () => {
      await aws.deploy(P, 'sleeps', 'exports.handler = () => new Promise(() => undefined);', { Timeout: 1 });
      expect((await invoke('sleeps', {})).payload).toMatchObject({ errorType: 'Sandbox.Timedout' });
    });

    test('a process that ends is told', async () => {
      await aws.deploy(P, 'exits', 'exports.handler = () => process.exit(3);');
      expect((await invoke('exits', {})).payload.errorMessage).toContain('exit status 3');
    });

    test('an asynchronous invocation that fails is tried three times, then told to the destination of failures', async () => {
      await lambda().send(
        new PutFunctionEventInvokeConfigCommand({
          FunctionName: 'fails',
          DestinationConfig: { OnFailure: { Destination: `arn:aws:sqs:${P}:${ACCOUNT}:dead` } },
        }),
      );
      const invoked = await lambda().send(
        new InvokeCommand({ FunctionName: 'fails', InvocationType: 'Event', Payload: '{"n":1}' }),
      );
      expect(invoked.StatusCode).toBe(202);
      await aws.control.clock({ advance: 61_000 });
      expect(await received('dead')).toEqual([]);
      await aws.control.clock({ advance: 120_000 });
      expect((await received('dead')).map(({ body: told }) => told)).toMatchObject([
        {
          requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
          requestPayload: { n: 1 },
          responsePayload: { errorMessage: 'no' },
        },
      ]);
    });

    test('what a function writes is in its log group', async () => {
      const logs = new CloudWatchLogsClient(aws.sdk(P));
      const logGroupName = '/aws/lambda/talks';
      await logs.send(new CreateLogGroupCommand({ logGroupName }));
      await aws.deploy(P, 'talks', `exports.handler = async () => console.log('hello');`);
      await invoke('talks', {});
      const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
      expect(events?.map(({ message }) => message)).toEqual(['hello']);
    });

    test('an unknown function is not found', async () => {
      await expect(invoke('unknown', {})).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
        $metadata: { httpStatusCode: 404 },
      });
    });
  });

  describe('EventBridge', () => {
    test('an event reaches the queue of each rule that it matches, with what the target wants of it', async () => {
      const Arn = `arn:aws:sqs:${P}:${ACCOUNT}:events`;
      await ruleTo(
        'matching',
        { source: ['shop'], detail: { amount: [{ numeric: ['>', 10] }] } },
        { Arn, InputPath: '$.detail' },
      );
      await ruleTo('other', { source: ['bank'] }, { Arn });
      await put({ amount: 11 }, 'shop');
      await put({ amount: 9 }, 'shop');
      await aws.control.clock({ advance: 1_000 });
      expect((await received('events')).map(({ body }) => body)).toEqual([{ amount: 11 }]);
    });

    test('an input transformer fills in a template', async () => {
      await ruleTo(
        'transforming',
        { source: ['transform'] },
        {
          Arn: `arn:aws:sqs:${P}:${ACCOUNT}:events`,
          InputTransformer: {
            InputPathsMap: { id: '$.detail.id', items: '$.detail.items', region: '$.region' },
            InputTemplate: '{"id": <id>, "items": <items>, "text": "order <id> of <region>"}',
          },
        },
      );
      await put({ id: 'x1', items: [1, 2] }, 'transform');
      await aws.control.clock({ advance: 1_000 });
      expect((await received('events'))[0].body).toEqual({ id: 'x1', items: [1, 2], text: 'order x1 of us-east-1' });
    });

    test('what a target never takes goes to the dead-letter queue, with the reason', async () => {
      await ruleTo(
        'failing',
        { source: ['to-nowhere'] },
        {
          Arn: `arn:aws:sqs:${P}:${ACCOUNT}:missing`,
          RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 3600 },
          DeadLetterConfig: { Arn: `arn:aws:sqs:${P}:${ACCOUNT}:dead` },
        },
      );
      await put({}, 'to-nowhere');
      await aws.control.clock({ advance: 1_000 });
      expect(await received('dead')).toEqual([]);
      await aws.control.clock({ advance: 60_000 });
      const [letter] = await received('dead');
      expect(letter.body.source).toBe('to-nowhere');
      expect(letter.attributes.RETRY_ATTEMPTS.StringValue).toBe('2');
    });

    test('a bus in another region gets events while it is reached', async () => {
      await bridge(S).send(new CreateEventBusCommand({ Name: 'orders' }));
      await ruleTo('all', { source: ['across'] }, { Arn: `arn:aws:sqs:${S}:${ACCOUNT}:events` }, S, 'orders');
      await ruleTo('across', { source: ['across'] }, { Arn: `arn:aws:events:${S}:${ACCOUNT}:event-bus/orders` });
      const fault = await aws.control.inject({ kind: 'region-down', region: S });
      await put({ n: 1 }, 'across');
      await aws.control.clock({ advance: 1_000 });
      await aws.control.recover({ id: fault.id });
      expect(await received('events', S)).toEqual([]);
      await aws.control.clock({ advance: 60_000 });
      expect((await received('events', S)).map(({ body }) => body.detail)).toEqual([{ n: 1 }]);
    });

    test('entries that are malformed fail one by one', async () => {
      const { FailedEntryCount, Entries } = await bridge().send(
        new PutEventsCommand({
          Entries: [
            { Source: 'a', DetailType: 'b', Detail: '{' },
            { Source: 'a', DetailType: 'b', Detail: '{}' },
            { Source: 'a' },
          ],
        }),
      );
      expect([FailedEntryCount, Entries?.map(({ ErrorCode }) => ErrorCode)]).toEqual([
        2,
        ['MalformedDetail', undefined, 'InvalidArgument'],
      ]);
    });

    test('a rule with a schedule fires', async () => {
      await bridge().send(new PutRuleCommand({ Name: 'often', ScheduleExpression: 'rate(1 minute)' }));
      await bridge().send(
        new PutTargetsCommand({
          Rule: 'often',
          Targets: [{ Id: 'q', Arn: `arn:aws:sqs:${P}:${ACCOUNT}:dead`, Input: '{"tick":1}' }],
        }),
      );
      await aws.control.clock({ advance: 181_000 });
      expect((await received('dead')).filter(({ body }) => body.tick).length).toBeGreaterThanOrEqual(2);
    });
  });

  describe('changes that services tell of', () => {
    test('of parameters: created, updated, deleted', async () => {
      await ruleTo(
        'parameters',
        { source: ['aws.ssm'] },
        { Arn: `arn:aws:sqs:${P}:${ACCOUNT}:events`, InputPath: '$.detail' },
      );
      const ssm = new SSMClient(aws.sdk(P));
      await ssm.send(new PutParameterCommand({ Name: '/app/a', Value: '1', Type: 'String' }));
      await ssm.send(new PutParameterCommand({ Name: '/app/a', Value: '2', Type: 'String', Overwrite: true }));
      await ssm.send(new DeleteParameterCommand({ Name: '/app/a' }));
      await aws.control.clock({ advance: 1_000 });
      const told = (await received('events')).map(({ body }) => [body.operation, body.name]);
      expect(told.sort()).toEqual([
        ['Create', '/app/a'],
        ['Delete', '/app/a'],
        ['Update', '/app/a'],
      ]);
    });

    test('of secrets, as CloudTrail tells it', async () => {
      const pattern = { source: ['aws.secretsmanager'], detail: { eventName: ['PutSecretValue'] } };
      await ruleTo('secrets', pattern, { Arn: `arn:aws:sqs:${P}:${ACCOUNT}:events` });
      const secrets = new SecretsManagerClient(aws.sdk(P));
      await secrets.send(new CreateSecretCommand({ Name: 'told', SecretString: 'a' }));
      await secrets.send(new PutSecretValueCommand({ SecretId: 'told', SecretString: 'b' }));
      await aws.control.clock({ advance: 1_000 });
      const told = (await received('events')).map(({ body }) => body);
      expect(told).toHaveLength(1);
      expect(told[0]).toMatchObject({
        'detail-type': 'AWS API Call via CloudTrail',
        detail: { requestParameters: { secretId: 'told' } },
      });
      expect(JSON.stringify(told)).not.toContain('SecretString');
    });
  });

  describe('of labels of secrets, as the service itself tells them', () => {
    const secrets = (region = P): SecretsManagerClient => new SecretsManagerClient(aws.sdk(region));
    const pattern = { source: ['aws.secretsmanager'], 'detail-type': ['Secret Label Updated'] };
    const told = async (region = P): Promise<Json[]> => {
      await aws.control.clock({ advance: 1_000 });
      return (await received('labels', region)).map(({ body }) => body);
    };
    beforeAll(async () => {
      await queue().send(new CreateQueueCommand({ QueueName: 'labels' }));
      await ruleTo('labels', pattern, { Arn: `arn:aws:sqs:${P}:${ACCOUNT}:labels` });
    });

    test("a first value, a new one, and a label of the user's own", async () => {
      const { ARN, VersionId } = await secrets().send(
        new CreateSecretCommand({ Name: 'app/labelled', SecretString: 'a' }),
      );
      expect(await told()).toEqual([
        expect.objectContaining({
          source: 'aws.secretsmanager',
          'detail-type': 'Secret Label Updated',
          region: P,
          resources: [ARN],
          detail: { name: 'app/labelled', labelUpdated: 'AWSCURRENT', versionId: VersionId },
        }),
      ]);
      const next = await secrets().send(new PutSecretValueCommand({ SecretId: ARN, SecretString: 'b' }));
      expect((await told()).map(({ detail }) => detail.versionId)).toEqual([next.VersionId]);
      await secrets().send(
        new UpdateSecretVersionStageCommand({ SecretId: ARN, VersionStage: 'GOOD', MoveToVersionId: VersionId }),
      );
      expect((await told()).map(({ detail }) => detail)).toEqual([
        { name: 'app/labelled', labelUpdated: 'GOOD', versionId: VersionId },
      ]);
    });

    test('nothing of a version that waits, of tags, and of a secret without a value', async () => {
      await secrets().send(new CreateSecretCommand({ Name: 'app/empty' }));
      await secrets().send(new CreateSecretCommand({ Name: 'app/waits', SecretString: 'a' }));
      expect(await told()).toHaveLength(1);
      await secrets().send(
        new PutSecretValueCommand({ SecretId: 'app/waits', SecretString: 'b', VersionStages: ['AWSPENDING'] }),
      );
      await secrets().send(new TagResourceCommand({ SecretId: 'app/waits', Tags: [{ Key: 'a', Value: '1' }] }));
      expect(await told()).toEqual([]);
    });

    test.each([P, S])('in %s: a rule, its queue, and the function that polls it', async (region) => {
      for (const QueueName of ['secret-changes', 'secret-results']) {
        await queue(region).send(new CreateQueueCommand({ QueueName }));
      }
      await aws.deploy(
        region,
        'replicates',
        `exports.handler = async ({ Records }) => {
          for (const { body } of Records) await fetch(process.env.AWS_ENDPOINT_URL, {
            method: 'POST',
            headers: {
              authorization: 'AWS4-HMAC-SHA256 Credential=a/20200101/' + process.env.AWS_REGION + '/sqs/aws4_request',
              'content-type': 'application/x-amz-json-1.0',
              'x-amz-target': 'AmazonSQS.SendMessage',
            },
            body: JSON.stringify({ QueueUrl: 'http://localhost/${ACCOUNT}/secret-results', MessageBody: body }),
          });
        };`,
      );
      await lambda(region).send(
        new CreateEventSourceMappingCommand({
          EventSourceArn: `arn:aws:sqs:${region}:${ACCOUNT}:secret-changes`,
          FunctionName: 'replicates',
        }),
      );
      await ruleTo('secret-changes', pattern, { Arn: `arn:aws:sqs:${region}:${ACCOUNT}:secret-changes` }, region);
      await secrets(region).send(new CreateSecretCommand({ Name: 'app/polled', SecretString: 'a' }));
      await aws.control.clock({ advance: 1_000 });
      const results = await received('secret-results', region);
      expect(results.map(({ body }) => [body.region, body.detail.name])).toEqual([[region, 'app/polled']]);
      if (region === P) await received('labels');
    });
  });

  describe('Step Functions', () => {
    const sfn = (): SFNClient => new SFNClient({ ...aws.sdk(P), disableHostPrefix: true });
    const run = async (name: string, definition: object, input: object): Promise<Json> => {
      const { stateMachineArn } = await sfn().send(
        new CreateStateMachineCommand({
          name,
          definition: JSON.stringify(definition),
          roleArn: `arn:aws:iam::${ACCOUNT}:role/function`,
        }),
      );
      const { executionArn } = await sfn().send(
        new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
      );
      for (;;) {
        const described = await sfn().send(new DescribeExecutionCommand({ executionArn }));
        if (described.status !== 'RUNNING') return described;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const invokeState = (name: string, more: object): object => ({
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: { FunctionName: functionArn(name), 'Payload.$': '$' },
      OutputPath: '$.Payload',
      ...more,
    });

    test('tasks invoke functions, and their output goes on', async () => {
      await aws.deploy(P, 'adds', 'exports.handler = async ({ n }) => ({ n: n + 1 });');
      const machine = {
        StartAt: 'One',
        States: { One: invokeState('adds', { Next: 'Two' }), Two: invokeState('adds', { End: true }) },
      };
      const { status, output } = await run('sum', machine, { n: 1 });
      expect([status, JSON.parse(output)]).toEqual(['SUCCEEDED', { n: 3 }]);
    });

    test('tasks of other services call them, and branches run', async () => {
      const url = queueUrl('events');
      const machine = {
        StartAt: 'Both',
        States: {
          Both: {
            Type: 'Parallel',
            End: true,
            Branches: [
              {
                StartAt: 'Send',
                States: {
                  Send: {
                    Type: 'Task',
                    Resource: 'arn:aws:states:::sqs:sendMessage',
                    Parameters: { QueueUrl: url, MessageBody: { 'n.$': '$.n' } },
                    ResultSelector: { sent: true },
                    End: true,
                  },
                },
              },
              {
                StartAt: 'Put',
                States: {
                  Put: {
                    Type: 'Task',
                    Resource: 'arn:aws:states:::events:putEvents',
                    Parameters: { Entries: [{ Source: 'shop', DetailType: 'T', Detail: { amount: 99 } }] },
                    ResultSelector: { 'failed.$': '$.FailedEntryCount' },
                    End: true,
                  },
                },
              },
            ],
          },
        },
      };
      const { status, output } = await run('services', machine, { n: 7 });
      expect([status, JSON.parse(output)]).toEqual(['SUCCEEDED', [{ sent: true }, { failed: 0 }]]);
      await aws.control.clock({ advance: 1_000 });
      const bodies = (await received('events')).map(({ body }) => body);
      expect(bodies).toEqual(expect.arrayContaining([{ n: 7 }, { amount: 99 }]));
    });

    test('an error of a function is caught by its name, and what is not caught fails the execution', async () => {
      await aws.deploy(
        P,
        'refuses',
        `exports.handler = async () => { const e = new Error('bad'); e.name = 'Refused'; throw e; };`,
      );
      const caught = invokeState('refuses', { End: true, Catch: [{ ErrorEquals: ['Refused'], Next: 'Sorry' }] });
      const sorry = { Type: 'Pass', Result: 'sorry', End: true };
      expect(await run('catching', { StartAt: 'A', States: { A: caught, Sorry: sorry } }, {})).toMatchObject({
        status: 'SUCCEEDED',
        output: '"sorry"',
      });
      const failing = { StartAt: 'A', States: { A: invokeState('refuses', { End: true }) } };
      const failed = await run('failing', failing, {});
      expect([failed.status, failed.error, JSON.parse(failed.cause).errorMessage]).toEqual([
        'FAILED',
        'Refused',
        'bad',
      ]);
      const { executions } = await sfn().send(
        new ListExecutionsCommand({ stateMachineArn: `arn:aws:states:${P}:${ACCOUNT}:stateMachine:failing` }),
      );
      expect(executions?.map(({ status }) => status)).toEqual(['FAILED']);
    });
  });
});
