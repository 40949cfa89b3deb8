import { Answer, jsonOf, succeeded, withBody } from '../answer';
import { inputOf } from '../request';
import { Json } from '../wire';
import { Handler, Service } from '../world';

/** ECS: settings of services that moto drops. */
export function ecs(): Service {
  const rebalancing = new Map<string, string>();
  const amend = (given: Answer): Answer => {
    if (!succeeded(given)) return given;
    const output = jsonOf<Json>(given);
    for (const service of output.services ?? [output.service]) {
      service.availabilityZoneRebalancing = rebalancing.get(service.serviceArn) ?? 'DISABLED';
    }
    return withBody(given, output);
  };
  const changing: Handler = async (call, pass) => {
    const given = await pass();
    const { availabilityZoneRebalancing: wanted } = inputOf<Json>(call);
    if (succeeded(given) && wanted) rebalancing.set(jsonOf<Json>(given).service.serviceArn, wanted);
    return amend(given);
  };
  return {
    CreateService: changing,
    UpdateService: changing,
    DescribeServices: async (_call, pass) => amend(await pass()),
  };
}
