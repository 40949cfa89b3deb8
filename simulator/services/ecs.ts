import { Answer, jsonOf, succeeded, withBody } from '../answer';
import { inputOf } from '../request';
import { Json } from '../wire';
import { Handler, Service } from '../world';

/** What a service has that is not told otherwise, of the settings that moto drops. */
const DROPPED: Readonly<Record<string, unknown>> = {
  availabilityZoneRebalancing: 'DISABLED',
  enableECSManagedTags: false,
  enableExecuteCommand: false,
  healthCheckGracePeriodSeconds: undefined,
};

/** ECS: settings of services that moto drops. No container runs; a service has at once the tasks that it wants. */
export function ecs(): Service {
  const settings = new Map<string, Json>();
  const amend = (given: Answer): Answer => {
    if (!succeeded(given)) return given;
    const output = jsonOf<Json>(given);
    for (const service of output.services ?? [output.service]) {
      Object.assign(service, DROPPED, settings.get(service.serviceArn));
      if (service.status === 'ACTIVE') Object.assign(service, { runningCount: service.desiredCount, pendingCount: 0 });
    }
    return withBody(given, output);
  };
  const changing: Handler = async (call, pass) => {
    const given = await pass();
    if (succeeded(given)) {
      const { serviceArn } = jsonOf<Json>(given).service;
      const told = Object.entries(inputOf<Json>(call)).filter(([name]) => name in DROPPED);
      settings.set(serviceArn, { ...settings.get(serviceArn), ...Object.fromEntries(told) });
    }
    return amend(given);
  };
  return {
    CreateService: changing,
    UpdateService: changing,
    DescribeServices: async (_call, pass) => amend(await pass()),
  };
}
