import { randomUUID } from 'crypto';
import { ACCOUNT_ID } from '../account';
import { answer, AwsError, jsonOf, succeeded } from '../answer';
import { queueUrl } from '../event-bus';
import { EventSourceMapping, EventSources } from '../event-sources';
import { Call, inputOf } from '../request';
import { Json } from '../wire';
import { Handler, Service, World } from '../world';

/** Lambda's mappings of queues to functions; mappings of streams stay with moto. */
export function eventSourceMappings({ moto, clock }: World, sources: EventSources): Service {
  const functionOf = async (region: string, given: string): Promise<Json> => {
    const url = `/2015-03-31/functions/${encodeURIComponent(given)}`;
    const described = await moto.raw('lambda', region, { method: 'GET', url, headers: {}, body: Buffer.alloc(0) });
    if (succeeded(described)) return jsonOf<Json>(described).Configuration;
    throw new AwsError('ResourceNotFoundException', `Function not found: ${given}`, 404);
  };

  const check = async (mapping: EventSourceMapping, timeout: number): Promise<void> => {
    const { EventSourceArn: queue, BatchSize, MaximumBatchingWindowInSeconds } = mapping;
    const input = { QueueUrl: queueUrl(queue), AttributeNames: ['VisibilityTimeout'] };
    const { Attributes } = await moto.json('sqs', queue.split(':')[3], 'GetQueueAttributes', input).catch(() => {
      throw invalid(
        'Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. ' +
          'SQS Error Message: The specified queue does not exist.',
      );
    });
    if (Number(Attributes.VisibilityTimeout) < timeout) {
      throw invalid(
        `Queue visibility timeout: ${Attributes.VisibilityTimeout} seconds is less than Function timeout: ${timeout} seconds`,
      );
    }
    const isFifo = queue.endsWith('.fifo');
    if (BatchSize < 1 || BatchSize > (isFifo ? 10 : 10_000)) throw invalid(`Batch size ${BatchSize} is out of range`);
    if (isFifo && MaximumBatchingWindowInSeconds > 0) {
      throw invalid('Batching window is not supported for FIFO queues');
    }
    if (BatchSize > 10 && MaximumBatchingWindowInSeconds < 1) {
      throw invalid('Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10');
    }
  };

  /** A mapping with what a call says of it. */
  const changed = async (region: string, old: Json, input: Json): Promise<EventSourceMapping> => {
    const { FunctionName, Enabled } = input;
    const settings = Object.entries(input).filter(([name]) => !KEPT_ELSEWHERE.includes(name));
    const target = await functionOf(region, FunctionName ?? old.FunctionArn);
    const mapping = {
      ...old,
      ...Object.fromEntries(settings),
      FunctionArn: FunctionName?.startsWith('arn:') ? FunctionName : target.FunctionArn,
      State: (Enabled ?? old.State === 'Enabled') ? 'Enabled' : 'Disabled',
      StateTransitionReason: 'USER_INITIATED',
      LastModified: clock.now() / 1000,
    };
    await check(mapping, target.Timeout);
    return mapping;
  };

  const known =
    (handle: (call: Call, mapping: EventSourceMapping) => object | Promise<object>, status = 200): Handler =>
    async (call, pass) => {
      const mapping = sources.find(call.region, call.labels.UUID);
      return mapping ? answer(call, await handle(call, mapping), status) : pass();
    };

  const tags = new Map<string, Json>();
  /** A call about the tags of a mapping: it answers with those that there are now, or changes them. */
  const tagged =
    (change: (call: Call, of: Json) => Json, status = 204): Handler =>
    async (call, pass) => {
      const id = call.labels.Resource.split(':').pop() ?? '';
      const of = tags.get(id);
      if (!of) return pass();
      tags.set(id, change(call, of));
      return answer(call, { Tags: tags.get(id) }, status);
    };

  return {
    CreateEventSourceMapping: async (call, pass) => {
      const input = inputOf<Json>(call);
      const { EventSourceArn: source = '' } = input;
      if (!source.startsWith('arn:aws:sqs:')) return pass();
      if (source.split(':')[3] !== call.region) throw invalid('The queue must be in the region of the function');
      const UUID = randomUUID();
      const mapping = await changed(
        call.region,
        {
          UUID,
          EventSourceArn: source,
          EventSourceMappingArn: `arn:aws:lambda:${call.region}:${ACCOUNT_ID}:event-source-mapping:${UUID}`,
          State: 'Enabled',
          BatchSize: 10,
          MaximumBatchingWindowInSeconds: 0,
        },
        input,
      );
      const same = sources
        .list(call.region)
        .find((other) => other.EventSourceArn === source && other.FunctionArn === mapping.FunctionArn);
      if (same) {
        throw new AwsError(
          'ResourceConflictException',
          `An event source mapping with SQS arn (" ${source} ") and function (" ${mapping.FunctionArn} ") already exists. ` +
            `Please update or delete the existing mapping with UUID ${same.UUID}`,
          409,
        );
      }
      tags.set(UUID, { ...input.Tags });
      sources.put(mapping);
      return answer(call, { ...mapping, State: 'Creating' }, 202);
    },
    UpdateEventSourceMapping: known(async (call, old) => {
      const mapping = await changed(call.region, old, inputOf<Json>(call));
      sources.put(mapping);
      return { ...mapping, State: 'Updating' };
    }, 202),
    GetEventSourceMapping: known((_call, mapping) => mapping),
    DeleteEventSourceMapping: known((_call, mapping) => {
      sources.remove(mapping.UUID);
      tags.delete(mapping.UUID);
      return { ...mapping, State: 'Deleting' };
    }, 202),
    ListEventSourceMappings: async (call, pass) => {
      const [source, target] = ['EventSourceArn', 'FunctionName'].map((name) => call.query.get(name));
      const own = sources
        .list(call.region)
        .filter(
          ({ EventSourceArn, FunctionArn }) =>
            (!source || EventSourceArn === source) &&
            (!target || FunctionArn === target || FunctionArn.endsWith(`:function:${target}`)),
        );
      const { EventSourceMappings: others } = jsonOf<Json>(await pass());
      return answer(call, { EventSourceMappings: [...own, ...others] });
    },
    ListTags: tagged((_call, of) => of, 200),
    TagResource: tagged((call, of) => ({ ...of, ...inputOf<Json>(call).Tags })),
    UntagResource: tagged((call, of) => {
      const gone = call.query.getAll('tagKeys');
      return Object.fromEntries(Object.entries(of).filter(([name]) => !gone.includes(name)));
    }),
  };
}

/** What a call says that the mapping shows under another name, or not at all. */
const KEPT_ELSEWHERE = ['Enabled', 'EventSourceArn', 'FunctionName', 'Tags'];

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message);
}
