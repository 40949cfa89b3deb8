import { Accelerators } from '../accelerators';
import { ACCOUNT_ID } from '../account';
import { answer, AwsError } from '../answer';
import { inputOf } from '../request';
import { Json } from '../wire';
import { Handler, Service, World } from '../world';

/** Global Accelerator, which moto does not have: accelerators, listeners and endpoint groups as Terraform manages them. */
export function globalAccelerator({ clock }: World, accelerators: Accelerators): Service {
  const { resources } = accelerators;
  const attributes = new Map<string, Json>();
  const tags = new Map<string, Json[]>();
  let count = 0;
  const id = (): string => (++count).toString(16).padStart(8, '0');
  const now = (): number => clock.now() / 1000;

  const need = (kind: Kind, arn: string): Json => {
    const found = resources.get(arn);
    if (!found) throw new AwsError(`${kind.name}NotFoundException`, `${arn} does not exist`);
    return found;
  };
  const childrenOf = (arn: string): Json[] =>
    [...resources.entries()].filter(([key]) => key.startsWith(`${arn}/`)).map(([, resource]) => resource);

  const operations = (kind: Kind): Service => ({
    [`Create${kind.name}`]: async (call) => {
      const { Tags = [], ...input } = inputOf<Json>(call);
      const arn = kind.arn(input, id());
      const resource = { ...kind.defaults(id(), now()), ...kind.described(input), [kind.key]: arn };
      resources.set(arn, resource);
      tags.set(arn, Tags);
      return answer(call, { [kind.name]: resource });
    },
    [`Describe${kind.name}`]: async (call) => {
      const resource = need(kind, inputOf<Json>(call)[kind.key]);
      return answer(call, { [kind.name]: accelerators.withHealth(resource) });
    },
    [`List${kind.name}s`]: async (call) => {
      const parent = kind.parentKey && inputOf<Json>(call)[kind.parentKey];
      const found = [...resources].filter(([arn]) => kind.isArn.test(arn) && (!parent || arn.startsWith(`${parent}/`)));
      return answer(call, { [`${kind.name}s`]: found.map(([, resource]) => accelerators.withHealth(resource)) });
    },
    [`Update${kind.name}`]: async (call) => {
      const { [kind.key]: arn, ...change } = inputOf<Json>(call);
      const resource = { ...need(kind, arn), ...kind.described(change) };
      resources.set(arn, resource);
      return answer(call, { [kind.name]: resource });
    },
    [`Delete${kind.name}`]: async (call) => {
      const arn = inputOf<Json>(call)[kind.key];
      const resource = need(kind, arn);
      if (childrenOf(arn).length > 0) throw new AwsError(`Associated${kind.child}FoundException`, `${arn} is in use`);
      if (resource.Enabled) throw new AwsError('AcceleratorNotDisabledException', `${arn} is enabled`);
      resources.delete(arn);
      return answer(call, {});
    },
  });

  const attributesHandler =
    (isUpdate: boolean): Handler =>
    async (call) => {
      const { AcceleratorArn: arn, ...change } = inputOf<Json>(call);
      need(ACCELERATOR, arn);
      const old = attributes.get(arn) ?? { FlowLogsEnabled: false };
      if (isUpdate) attributes.set(arn, { ...old, ...change });
      return answer(call, { AcceleratorAttributes: attributes.get(arn) ?? old });
    };

  return {
    ...operations(ACCELERATOR),
    ...operations(LISTENER),
    ...operations(ENDPOINT_GROUP),
    DescribeAcceleratorAttributes: attributesHandler(false),
    UpdateAcceleratorAttributes: attributesHandler(true),
    ListCrossAccountResources: async (call) => answer(call, { CrossAccountResources: [] }),
    ListTagsForResource: async (call) => answer(call, { Tags: tags.get(inputOf<Json>(call).ResourceArn) ?? [] }),
    TagResource: async (call) => {
      const { ResourceArn, Tags } = inputOf<Json>(call);
      const kept = (tags.get(ResourceArn) ?? []).filter((old) => !Tags.some(({ Key }: Json) => Key === old.Key));
      tags.set(ResourceArn, [...kept, ...Tags]);
      return answer(call, {});
    },
    UntagResource: async (call) => {
      const { ResourceArn, TagKeys } = inputOf<Json>(call);
      tags.set(
        ResourceArn,
        (tags.get(ResourceArn) ?? []).filter(({ Key }) => !TagKeys.includes(Key)),
      );
      return answer(call, {});
    },
  };
}

/** A kind of resource of an accelerator. */
interface Kind {
  readonly name: string;
  readonly child: string;
  /** The member that holds its ARN. */
  readonly key: string;
  /** The member that holds the ARN of what it belongs to. */
  readonly parentKey?: string;
  readonly isArn: RegExp;
  readonly arn: (input: Json, id: string) => string;
  /** What AWS adds to the input. */
  readonly defaults: (id: string, now: number) => Json;
  /** The input, in the words of the description. */
  readonly described: (input: Json) => Json;
}

const ACCELERATOR: Kind = {
  name: 'Accelerator',
  child: 'Listener',
  key: 'AcceleratorArn',
  isArn: /:accelerator\/[^/]+$/,
  arn: (_input, id) => `arn:aws:globalaccelerator::${ACCOUNT_ID}:accelerator/${id}`,
  defaults: (id, now) => ({
    Enabled: true,
    IpAddressType: 'IPV4',
    // Addresses that documentation may use (RFC 5737), so that nothing real is ever reached.
    IpSets: [{ IpFamily: 'IPv4', IpAddressFamily: 'IPv4', IpAddresses: ['192.0.2.1', '198.51.100.1'] }],
    DnsName: `a${id}.awsglobalaccelerator.com`,
    Status: 'DEPLOYED',
    CreatedTime: now,
    LastModifiedTime: now,
  }),
  described: (input) => input,
};

const LISTENER: Kind = {
  name: 'Listener',
  child: 'EndpointGroup',
  key: 'ListenerArn',
  parentKey: 'AcceleratorArn',
  isArn: /\/listener\/[^/]+$/,
  arn: ({ AcceleratorArn }, id) => `${AcceleratorArn}/listener/${id}`,
  defaults: () => ({ ClientAffinity: 'NONE' }),
  described: (input) => without(input, 'AcceleratorArn'),
};

const ENDPOINT_GROUP: Kind = {
  name: 'EndpointGroup',
  child: 'Endpoint',
  key: 'EndpointGroupArn',
  parentKey: 'ListenerArn',
  isArn: /\/endpoint-group\/[^/]+$/,
  arn: ({ ListenerArn }, id) => `${ListenerArn}/endpoint-group/${id}`,
  defaults: () => ({
    EndpointDescriptions: [],
    TrafficDialPercentage: 100,
    HealthCheckProtocol: 'TCP',
    HealthCheckPort: 80,
    HealthCheckIntervalSeconds: 30,
    ThresholdCount: 3,
    PortOverrides: [],
  }),
  described: ({ EndpointConfigurations, ...input }) => ({
    ...without(input, 'ListenerArn'),
    ...(EndpointConfigurations
      ? {
          EndpointDescriptions: EndpointConfigurations.map((endpoint: Json) => ({
            Weight: 128,
            ClientIPPreservationEnabled: true,
            ...endpoint,
          })),
        }
      : {}),
  }),
};

function without(input: Json, member: string): Json {
  return Object.fromEntries(Object.entries(input).filter(([name]) => name !== member));
}
