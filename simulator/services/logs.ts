import { gzipSync } from 'zlib';
import { ACCOUNT_ID } from '../account';
import { answer, AwsError, jsonOf, succeeded } from '../answer';
import { inputOf } from '../request';
import { Json } from '../wire';
import { Handler, Service, World } from '../world';

/** A log group takes no more. */
const MAX_FILTERS = 2;

/**
 * CloudWatch Logs: subscription filters to a destination, which leads to a Firehose stream of this or of another region.
 * moto has those to functions and to streams of the own region.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CrossAccountSubscriptions-Firehose.html
 */
export function logs(world: World): Service {
  const { moto, aws, replication } = world;
  /** By region and log group. */
  const filters = new Map<string, Json[]>();
  const keyOf = (region: string, group: string): string => `${region} ${group}`;
  const filtersOf = (region: string, group: string): Json[] => filters.get(keyOf(region, group)) ?? [];

  const targetOf = async (region: string, destinationArn: string): Promise<string | undefined> => {
    const { destinations } = await moto.json('logs', region, 'DescribeDestinations', {});
    return destinations.find(({ arn }: Json) => arn === destinationArn)?.targetArn;
  };

  const forward = async (region: string, { destinationArn, filterName }: Json, input: Json): Promise<void> => {
    const { logGroupName: logGroup, logStreamName: logStream } = input;
    const target = await targetOf(region, destinationArn);
    if (!target) return;
    const logEvents = input.logEvents.map((event: Json, index: number) => ({ id: String(index), ...event }));
    const subscriptionFilters = [filterName];
    const message = { messageType: 'DATA_MESSAGE', owner: ACCOUNT_ID, logGroup, logStream, subscriptionFilters };
    const Data = gzipSync(JSON.stringify({ ...message, logEvents })).toString('base64');
    const [, , , to, , stream] = target.split(':');
    const DeliveryStreamName = stream.replace('deliverystream/', '');
    replication.submit({
      service: 'logs',
      from: region,
      to,
      resource: destinationArn,
      apply: () => aws.json('firehose', to, 'PutRecord', { DeliveryStreamName, Record: { Data } }),
    });
  };

  const put: Handler = async (call, pass) => {
    const filter = inputOf<Json>(call);
    const { logGroupName, filterName, destinationArn } = filter;
    if (!isDestination(destinationArn)) return pass();
    const others = await moto.json('logs', call.region, 'DescribeSubscriptionFilters', { logGroupName });
    if (!(await targetOf(call.region, destinationArn))) {
      throw new AwsError('InvalidParameterException', 'Could not deliver test message to specified destination.');
    }
    const kept = filtersOf(call.region, logGroupName).filter((each) => each.filterName !== filterName);
    if (others.subscriptionFilters.length + kept.length >= MAX_FILTERS) {
      throw new AwsError('LimitExceededException', 'Resource limit exceeded.');
    }
    const added = { distribution: 'ByLogStream', ...filter, creationTime: Math.round(world.clock.now()) };
    filters.set(keyOf(call.region, logGroupName), [...kept, added]);
    return answer(call, {});
  };

  return {
    PutSubscriptionFilter: put,
    DescribeSubscriptionFilters: async (call, pass) => {
      const given = await pass();
      if (!succeeded(given)) return given;
      const { logGroupName, filterNamePrefix = '' } = inputOf<Json>(call);
      const own = filtersOf(call.region, logGroupName).filter((each) => each.filterName.startsWith(filterNamePrefix));
      const output = jsonOf<Json>(given);
      return answer(call, { ...output, subscriptionFilters: [...output.subscriptionFilters, ...own] });
    },
    DeleteSubscriptionFilter: async (call, pass) => {
      const { logGroupName, filterName } = inputOf<Json>(call);
      const found = filtersOf(call.region, logGroupName);
      const kept = found.filter((each) => each.filterName !== filterName);
      if (kept.length === found.length) return pass();
      filters.set(keyOf(call.region, logGroupName), kept);
      return answer(call, {});
    },
    DeleteLogGroup: async (call, pass) => {
      filters.delete(keyOf(call.region, inputOf<Json>(call).logGroupName));
      return pass();
    },
    PutLogEvents: async (call, pass) => {
      const given = await pass();
      const input = inputOf<Json>(call);
      if (succeeded(given)) {
        for (const filter of filtersOf(call.region, input.logGroupName)) await forward(call.region, filter, input);
      }
      return given;
    },
  };
}

function isDestination(arn: string): boolean {
  return /^arn:[^:]+:logs:[^:]*:\d*:destination:/.test(arn);
}
