import { answer, AwsError } from '../answer';
import { ACCOUNT_ID } from '../account';
import { EventBus } from '../event-bus';
import { GlobalEndpoints } from '../global-endpoints';
import { Call, inputOf } from '../request';
import { Json } from '../wire';
import { Service, World } from '../world';
import { Schedules } from './scheduler';

/** EventBridge: events that reach their targets, and global endpoints, which moto does not have. */
export function events(world: World, bus: EventBus, globalEndpoints: GlobalEndpoints, schedules: Schedules): Service {
  const { clock, replication } = world;
  const endpoints = globalEndpoints.all;
  const now = (): number => clock.now() / 1000;
  const need = (call: Call): Json => {
    const { Name } = inputOf<Json>(call);
    const found = endpoints.get(`${call.region} ${Name}`);
    if (!found) throw new AwsError('ResourceNotFoundException', `Endpoint ${Name} does not exist.`);
    return found;
  };

  const put = async (region: string, copy: string | undefined, entry: Json): Promise<Json> => {
    const problem = problemOf(entry);
    if (problem) return problem;
    const name = String(entry.EventBusName ?? 'default').replace(/^.*:event-bus\//, '');
    const content = {
      source: entry.Source,
      detailType: entry.DetailType,
      resources: entry.Resources,
      detail: JSON.parse(entry.Detail),
    };
    const event = bus.toEvent(region, content);
    await bus.put(region, name, event);
    if (copy) {
      // The copy is an event of its own: ids differ across regions.
      replication.submit({
        service: 'events',
        from: region,
        to: copy,
        resource: name,
        apply: () => bus.put(copy, name, { ...bus.toEvent(copy, content), time: event.time }),
      });
    }
    return { EventId: event.id };
  };

  return {
    PutRule: schedules.watching,
    PutEvents: async (call) => {
      const { Entries = [], EndpointId } = inputOf<Json>(call);
      const { region, copy } = EndpointId
        ? globalEndpoints.routeOf(EndpointId)
        : { region: call.region, copy: undefined };
      if (!world.faults.isServing(region, 'events')) {
        throw new AwsError('InternalException', `${region} does not take events`, 500);
      }
      const results: Json[] = [];
      for (const entry of Entries) results.push(await put(region, copy, entry));
      return answer(call, {
        FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode).length,
        Entries: results,
      });
    },
    CreateEndpoint: async (call) => {
      const { Name, Description, RoutingConfig, ReplicationConfig, EventBuses, RoleArn } = inputOf<Json>(call);
      const replication = ReplicationConfig ?? { State: 'ENABLED' };
      if (endpoints.has(`${call.region} ${Name}`)) {
        throw new AwsError('ResourceAlreadyExistsException', `Endpoint ${Name} already exists.`);
      }
      if (replication.State === 'ENABLED' && !RoleArn) {
        throw new AwsError('ValidationException', 'RoleArn is required when replication is enabled.');
      }
      const names = EventBuses.map(({ EventBusArn }: Json) => String(EventBusArn).split('/').pop());
      if (names.length !== 2 || names[0] !== names[1]) {
        throw new AwsError('ValidationException', 'An endpoint needs two event buses of the same name.');
      }
      const EndpointId = `${hash(`${call.region} ${Name}`)}.veo`;
      const endpoint = {
        Name,
        Description,
        Arn: `arn:aws:events:${call.region}:${ACCOUNT_ID}:endpoint/${Name}`,
        RoutingConfig,
        ReplicationConfig: replication,
        EventBuses,
        RoleArn,
        EndpointId,
        EndpointUrl: `https://${EndpointId}.endpoint.events.amazonaws.com`,
        State: 'ACTIVE',
        CreationTime: now(),
        LastModifiedTime: now(),
      };
      endpoints.set(`${call.region} ${Name}`, endpoint);
      return answer(call, { ...endpoint, State: 'CREATING' });
    },
    DescribeEndpoint: async (call) => answer(call, need(call)),
    UpdateEndpoint: async (call) => {
      const endpoint = { ...need(call), ...inputOf<Json>(call), LastModifiedTime: now() };
      endpoints.set(`${call.region} ${endpoint.Name}`, endpoint);
      return answer(call, { ...endpoint, State: 'UPDATING' });
    },
    DeleteEndpoint: async (call) => {
      endpoints.delete(`${call.region} ${need(call).Name}`);
      return answer(call, {});
    },
    ListEndpoints: async (call) => {
      const { NamePrefix = '' } = inputOf<Json>(call);
      return answer(call, {
        Endpoints: [...endpoints.entries()]
          .filter(([id]) => id.startsWith(`${call.region} ${NamePrefix}`))
          .map(([, endpoint]) => endpoint),
      });
    },
  };
}

/** What is wrong with an entry, as the service answers for it. */
function problemOf({ Source, DetailType, Detail }: Json): Json | undefined {
  if (!Source || !DetailType || !Detail) {
    return { ErrorCode: 'InvalidArgument', ErrorMessage: 'Parameter Source, DetailType or Detail is missing.' };
  }
  try {
    JSON.parse(Detail);
    return undefined;
  } catch {
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  }
}

/** Ten letters and digits that are the same for the same text. */
function hash(text: string): string {
  let sum = 0;
  for (const character of text) sum = (Math.imul(sum, 31) + character.charCodeAt(0)) >>> 0;
  return sum.toString(36).padStart(10, '0');
}
