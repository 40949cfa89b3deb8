import {
  CreateEventSourceMappingCommand,
  CreateEventSourceMappingRequest,
  DeleteEventSourceMappingCommand,
  EventSourceMappingConfiguration,
  GetEventSourceMappingCommand,
  LambdaClient,
  LambdaServiceException,
  ListEventSourceMappingsCommand,
  ListEventSourceMappingsRequest,
  ListTagsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateEventSourceMappingCommand,
  UpdateEventSourceMappingRequest,
} from '@aws-sdk/client-lambda';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { Json } from '../../simulator/wire';
import { Fixture, motoDescribe } from './support';

const P = 'us-east-1';
const S = 'us-east-2';
const ACCOUNT = '123456789012';

/** Answers by what the message says, and tells the queue `seen` what it got. */
const WORKER = `
  const call = (operation, input) => fetch(process.env.AWS_ENDPOINT_URL, {
    method: 'POST',
    headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=a/20200101/' + process.env.AWS_REGION + '/sqs/aws4_request, SignedHeaders=host, Signature=0',
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.' + operation,
    },
    body: JSON.stringify(input),
  });
  exports.handler = async ({ Records }) => {
    const bodies = Records.map(({ body }) => body);
    const MessageBody = JSON.stringify(process.env.WHOLE ? Records : bodies);
    await call('SendMessage', { QueueUrl: 'http://localhost/${ACCOUNT}/seen', MessageBody });
    for (const { receiptHandle, body } of Records) {
      if (body === 'later') await call('ChangeMessageVisibility', { QueueUrl: 'http://localhost/${ACCOUNT}/later', ReceiptHandle: receiptHandle, VisibilityTimeout: 300 });
    }
    if (bodies.includes('throw')) throw new Error('no');
    if (bodies.includes('nonsense')) return { batchItemFailures: [{ itemIdentifier: 'unknown' }] };
    if (bodies.includes('no list')) return { batchItemFailures: 'all' };
    if (bodies.includes('nothing')) return undefined;
    return { batchItemFailures: Records.filter(({ body }) => ['bad', 'later'].includes(body)).map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
`;

motoDescribe('queues as event sources of functions', () => {
  const aws = new Fixture({ clock: { factor: 0 } });
  const sqs = (region = P): SQSClient => new SQSClient(aws.sdk(region));
  const url = (name: string): string => `${aws.simulator.url}/${ACCOUNT}/${name}`;
  const arn = (name: string, region = P): string => `arn:aws:sqs:${region}:${ACCOUNT}:${name}`;

  const lambda = (region = P): LambdaClient => new LambdaClient(aws.sdk(region));
  type Mapping = EventSourceMappingConfiguration & { $metadata: { httpStatusCode?: number } };
  const map = (name: string, settings: Partial<CreateEventSourceMappingRequest> = {}, region = P): Promise<Mapping> =>
    lambda(region).send(
      new CreateEventSourceMappingCommand({
        EventSourceArn: arn(name, region),
        FunctionName: 'worker',
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ...settings,
      }),
    );
  const update = (
    UUID: string | undefined,
    settings: Omit<UpdateEventSourceMappingRequest, 'UUID'>,
    region = P,
  ): Promise<Mapping> => lambda(region).send(new UpdateEventSourceMappingCommand({ UUID, ...settings }));
  const shown = (UUID: string | undefined): Promise<Mapping> =>
    lambda().send(new GetEventSourceMappingCommand({ UUID }));
  const tagsOf = async (Resource: string | undefined): Promise<Record<string, string> | undefined> =>
    (await lambda().send(new ListTagsCommand({ Resource }))).Tags;
  const NOT_FOUND = { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } };
  const create = async (name: string, attributes: Record<string, string> = {}, region = P): Promise<void> => {
    const Attributes = { VisibilityTimeout: '60', ...attributes };
    await sqs(region).send(new CreateQueueCommand({ QueueName: name, Attributes }));
  };
  const send = async (name: string, ...bodies: string[]): Promise<void> => {
    for (const MessageBody of bodies) await sqs().send(new SendMessageCommand({ QueueUrl: url(name), MessageBody }));
  };
  /** What the function got since the last look. */
  const seen = async (region = P): Promise<Json[]> => {
    const got: Json[] = [];
    for (;;) {
      const { Messages = [] } = await sqs(region).send(
        new ReceiveMessageCommand({ QueueUrl: url('seen'), MaxNumberOfMessages: 10 }),
      );
      if (Messages.length === 0) return got;
      got.push(...Messages.map(({ Body }) => JSON.parse(Body ?? '')));
    }
  };
  const left = async (name: string): Promise<number> => {
    const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const { Attributes = {} } = await sqs().send(
      new GetQueueAttributesCommand({ QueueUrl: url(name), AttributeNames: [...AttributeNames] }),
    );
    return AttributeNames.reduce((sum, attribute) => sum + Number(Attributes[attribute]), 0);
  };
  const pass = (seconds: number): Promise<unknown> => aws.control.clock({ advance: seconds * 1000 });

  beforeAll(async () => {
    for (const region of [P, S]) {
      await create('seen', { VisibilityTimeout: '1000' }, region);
      await aws.deploy(region, 'worker', WORKER, { Timeout: 10 });
    }
  });

  test('a message reaches the function as Lambda hands it over, and is deleted', async () => {
    await create('whole');
    await aws.deploy(P, 'whole', WORKER, { Timeout: 10, Environment: { Variables: { WHOLE: '1' } } });
    await map('whole', { FunctionName: 'whole' });
    const attribute = { DataType: 'String', StringValue: 'v' };
    await sqs().send(
      new SendMessageCommand({ QueueUrl: url('whole'), MessageBody: 'one', MessageAttributes: { a: attribute } }),
    );
    await pass(1);
    const [[record]] = await seen();
    expect(record).toMatchObject({
      body: 'one',
      attributes: { ApproximateReceiveCount: '1', SentTimestamp: expect.stringMatching(/^\d+$/) },
      messageAttributes: { a: { dataType: 'String', stringValue: 'v' } },
      md5OfBody: 'f97c5d29941bfb1b2fdab0874906ab82',
      eventSource: 'aws:sqs',
      eventSourceARN: arn('whole'),
      awsRegion: P,
    });
    expect(record.messageId).toMatch(/^[0-9a-f-]{36}$/);
    expect(await left('whole')).toBe(0);
  });

  test('batches are as large as they may be', async () => {
    await create('batches');
    const { UUID } = await map('batches', { BatchSize: 3, Enabled: false });
    const Entries = ['a', 'b', 'c', 'd'].map((body) => ({ Id: body, MessageBody: body }));
    await sqs().send(new SendMessageBatchCommand({ QueueUrl: url('batches'), Entries }));
    await update(UUID, { Enabled: true });
    await pass(1);
    expect(await seen()).toEqual([['a', 'b', 'c'], ['d']]);
  });

  test('a batching window collects messages until it ends, or the batch is full', async () => {
    await create('window', { VisibilityTimeout: '120' });
    await map('window', { BatchSize: 12, MaximumBatchingWindowInSeconds: 30 });
    await send('window', 'a');
    await pass(10);
    await send('window', 'b');
    await pass(19);
    expect(await seen()).toEqual([]);
    await pass(2);
    expect(await seen()).toEqual([['a', 'b']]);
    const many = [...'abcdefghijkl'];
    await send('window', ...many);
    await pass(1);
    expect(await seen()).toEqual([many]);
  });

  test('only what the function reports comes back, after the visibility timeout, and in the end to the dead letters', async () => {
    await create('dead');
    await create('partial', {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn('dead'), maxReceiveCount: 2 }),
    });
    await map('partial');
    await send('partial', 'good', 'bad');
    await pass(59);
    expect((await seen()).flat().sort()).toEqual(['bad', 'good']);
    expect(await left('partial')).toBe(1);
    await pass(2);
    expect(await seen()).toEqual([['bad']]);
    await pass(61);
    expect(await seen()).toEqual([]);
    expect([await left('partial'), await left('dead')]).toEqual([0, 1]);
  });

  test.each(['throw', 'nonsense', 'no list'])('%s: the whole batch comes back', async (body) => {
    const name = body.replace(' ', '-');
    await create(name);
    await map(name, { BatchSize: 10, MaximumBatchingWindowInSeconds: 1 });
    await send(name, 'fine', body);
    await pass(2);
    expect(await seen()).toEqual([['fine', body]]);
    expect(await left(name)).toBe(2);
    await pass(60);
    expect(await seen()).toEqual([['fine', body]]);
    await sqs().send(new DeleteQueueCommand({ QueueUrl: url(name) }));
    await pass(100);
    expect(await seen()).toEqual([]);
  });

  test('no answer is success, and so is a report that nobody asked for', async () => {
    await create('silent');
    await map('silent', { FunctionResponseTypes: [] });
    await send('silent', 'bad', 'nothing');
    await pass(1);
    expect(await left('silent')).toBe(0);
    await create('nothing');
    await map('nothing');
    await send('nothing', 'nothing');
    await pass(1);
    expect(await left('nothing')).toBe(0);
    await seen();
  });

  test('a function that hides a message for longer is obeyed', async () => {
    await create('later');
    await map('later');
    await send('later', 'later');
    await pass(299);
    expect(await seen()).toEqual([['later']]);
    await pass(2);
    expect(await seen()).toEqual([['later']]);
    await sqs().send(new DeleteQueueCommand({ QueueUrl: url('later') }));
  });

  test('and so is whoever hides it after the function has ended', async () => {
    await create('hidden');
    await aws.deploy(P, 'tells', WORKER, { Timeout: 10, Environment: { Variables: { WHOLE: '1' } } });
    await map('hidden', { FunctionName: 'tells' });
    await send('hidden', 'bad');
    await pass(1);
    const [[{ receiptHandle }]] = await seen();
    const hide = { QueueUrl: url('hidden'), ReceiptHandle: receiptHandle, VisibilityTimeout: 300 };
    await sqs().send(new ChangeMessageVisibilityCommand(hide));
    await pass(299);
    expect(await seen()).toEqual([]);
    await pass(2);
    expect(await seen()).toHaveLength(1);
    await sqs().send(new DeleteQueueCommand({ QueueUrl: url('hidden') }));
  });

  test('a filter lets through what fits and drops the rest', async () => {
    await create('filtered');
    const Filters = [{ Pattern: '{"body":{"kind":["order"]}}' }, { Pattern: '{"body":["plain"]}' }];
    await map('filtered', { FilterCriteria: { Filters } });
    await send('filtered', '{"kind":"order"}', '{"kind":"other"}', 'plain', 'text');
    await pass(1);
    expect((await seen()).flat()).toEqual(['{"kind":"order"}', 'plain']);
    expect(await left('filtered')).toBe(0);
  });

  test('a disabled mapping takes nothing and gives back what it had collected; an enabled one goes on', async () => {
    await create('disabled');
    const { UUID } = await map('disabled', { MaximumBatchingWindowInSeconds: 30 });
    await send('disabled', 'a');
    await pass(1);
    await update(UUID, { Enabled: false });
    await pass(60);
    expect(await seen()).toEqual([]);
    const { Messages = [] } = await sqs().send(new ReceiveMessageCommand({ QueueUrl: url('disabled') }));
    expect(Messages.map(({ Body }) => Body)).toEqual(['a']);
    const ReceiptHandle = Messages[0].ReceiptHandle;
    await sqs().send(
      new ChangeMessageVisibilityCommand({ QueueUrl: url('disabled'), ReceiptHandle, VisibilityTimeout: 0 }),
    );
    await update(UUID, { Enabled: true, MaximumBatchingWindowInSeconds: 0 });
    await pass(1);
    expect(await seen()).toEqual([['a']]);
  });

  test('what a topic sends to the queue arrives', async () => {
    await create('subscribed');
    await map('subscribed');
    const sns = new SNSClient(aws.sdk(P));
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'told' }));
    expect(TopicArn).toBe(`arn:aws:sns:${P}:${ACCOUNT}:told`);
    const Attributes = { RawMessageDelivery: 'true' };
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: arn('subscribed'), Attributes }));
    await sns.send(new PublishCommand({ TopicArn, Message: 'news' }));
    await pass(1);
    expect(await seen()).toEqual([['news']]);
  });

  test.each([
    { kind: 'region-down' as const, region: S },
    { kind: 'service-down' as const, region: S, service: 'sqs' },
    { kind: 'service-down' as const, region: S, service: 'lambda' },
  ])('nothing is polled while $kind $service lasts, and everything afterwards', async (fault) => {
    const name = `broken-${fault.kind}-${fault.service}`;
    await create(name, {}, S);
    const { UUID } = await map(name, {}, S);
    await update(UUID, { Enabled: false }, S);
    await sqs(S).send(new SendMessageCommand({ QueueUrl: url(name), MessageBody: name }));
    await update(UUID, { Enabled: true }, S);
    const { id } = await aws.control.inject(fault);
    await pass(60);
    await aws.control.recover({ id });
    expect(await seen(S)).toEqual([]);
    await pass(21);
    expect(await seen(S)).toEqual([[name]]);
  });

  test('an invocation that is refused leaves the messages to the visibility timeout', async () => {
    await create('throttled');
    await map('throttled');
    const { id } = await aws.control.inject({ kind: 'throttle', region: P, service: 'lambda' });
    await send('throttled', 'a');
    await pass(1);
    await aws.control.recover({ id });
    expect(await seen()).toEqual([]);
    await pass(60);
    expect(await seen()).toEqual([['a']]);
  });

  describe('the API', () => {
    test('creates, shows, lists, tags, changes and deletes', async () => {
      await create('managed', { VisibilityTimeout: '900' });
      await aws.deploy(P, 'worker-2', WORKER, { Timeout: 10 });
      const created = await map('managed', { FunctionName: 'worker', Tags: { a: '1' } });
      const target = `arn:aws:lambda:${P}:${ACCOUNT}:function:worker`;
      expect(created).toMatchObject({
        $metadata: { httpStatusCode: 202 },
        State: 'Creating',
        BatchSize: 10,
        EventSourceArn: arn('managed'),
        FunctionArn: target,
      });
      const { UUID, EventSourceMappingArn: Resource } = created;
      expect(await shown(UUID)).toMatchObject({ $metadata: { httpStatusCode: 200 }, State: 'Enabled' });
      await lambda().send(new TagResourceCommand({ Resource, Tags: { b: '2' } }));
      await lambda().send(new UntagResourceCommand({ Resource, TagKeys: ['a'] }));
      expect(await tagsOf(Resource)).toEqual({ b: '2' });
      const list = async (by: ListEventSourceMappingsRequest): Promise<(string | undefined)[] | undefined> => {
        const { EventSourceMappings } = await lambda().send(new ListEventSourceMappingsCommand(by));
        return EventSourceMappings?.map((each) => each.UUID);
      };
      expect(await list({ EventSourceArn: arn('managed') })).toEqual([UUID]);
      expect(await list({ FunctionName: 'worker' })).toContain(UUID);
      expect(await list({ FunctionName: 'other' })).toEqual([]);
      expect(await update(UUID, { BatchSize: 5 })).toMatchObject({ State: 'Updating', BatchSize: 5 });
      await update(UUID, { FunctionName: `${target}-2`, Enabled: false });
      expect(await shown(UUID)).toMatchObject({ State: 'Disabled', FunctionArn: `${target}-2` });
      expect(await lambda().send(new DeleteEventSourceMappingCommand({ UUID }))).toMatchObject({
        $metadata: { httpStatusCode: 202 },
        State: 'Deleting',
      });
      await expect(shown(UUID)).rejects.toMatchObject(NOT_FOUND);
    });

    test.each([
      ['another region', { EventSourceArn: arn('refused', S) }, 'The queue must be in the region of the function'],
      ['no queue', { EventSourceArn: arn('missing') }, 'AWS.SimpleQueueService.NonExistentQueue'],
      ['no function', { FunctionName: 'missing' }, 'Function not found: missing'],
      [
        'a batch without a window',
        { BatchSize: 11 },
        'must be greater than 0 if maximum batch size is greater than 10',
      ],
      ['a batch too large', { BatchSize: 10_001, MaximumBatchingWindowInSeconds: 1 }, 'out of range'],
      ['a short visibility timeout', { EventSourceArn: arn('short') }, 'Queue visibility timeout: 5 seconds is less'],
      [
        'a window of a FIFO queue',
        { EventSourceArn: arn('refused.fifo'), MaximumBatchingWindowInSeconds: 1 },
        'Batching window is not supported for FIFO queues',
      ],
      ['a second mapping', { EventSourceArn: arn('twice') }, 'already exists'],
    ])('refuses %s', async (_why, settings, message) => {
      for (const name of ['refused', 'twice']) await create(name);
      await create('short', { VisibilityTimeout: '5' });
      await create('refused.fifo', { FifoQueue: 'true' });
      if (message === 'already exists') await map('twice');
      const refusal = await map('refused', settings).then(
        () => undefined,
        (error: LambdaServiceException) => error,
      );
      expect(refusal?.$metadata.httpStatusCode).toBeGreaterThanOrEqual(400);
      expect(refusal?.message).toContain(message);
    });

    test('leaves mappings of streams to moto', async () => {
      const stream = { EventSourceArn: `arn:aws:kinesis:${P}:${ACCOUNT}:stream/none` };
      await expect(map('x', stream)).rejects.toMatchObject({ message: 'Invalid EventSourceArn' });
      await expect(shown('none')).rejects.toMatchObject(NOT_FOUND);
      expect(await tagsOf(`arn:aws:lambda:${P}:${ACCOUNT}:function:worker`)).toEqual({});
    });
  });
});
