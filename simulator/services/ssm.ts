import { ACCOUNT_ID } from '../account';
import { jsonOf, succeeded } from '../answer';
import { EventBus } from '../event-bus';
import { Call, inputOf } from '../request';
import { Json } from '../wire';
import { Service, World } from '../world';

/**
 * Systems Manager: changes of parameters are told to EventBridge.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html
 */
export function ssm(_world: World, bus: EventBus): Service {
  const tell = (call: Call, name: string, operation: string, input: Json): Promise<void> =>
    bus.emit(call.region, {
      source: 'aws.ssm',
      detailType: 'Parameter Store Change',
      resources: [`arn:aws:ssm:${call.region}:${ACCOUNT_ID}:parameter/${name.replace(/^\//, '')}`],
      detail: { operation, name, type: input.Type, description: input.Description },
    });
  return {
    PutParameter: async (call, pass) => {
      const given = await pass();
      const input = inputOf<Json>(call);
      const isNew = succeeded(given) && jsonOf<Json>(given).Version === 1;
      if (succeeded(given)) await tell(call, input.Name, isNew ? 'Create' : 'Update', input);
      return given;
    },
    DeleteParameter: async (call, pass) => {
      const given = await pass();
      if (succeeded(given)) await tell(call, inputOf<Json>(call).Name, 'Delete', {});
      return given;
    },
    DeleteParameters: async (call, pass) => {
      const given = await pass();
      if (succeeded(given)) {
        for (const name of jsonOf<Json>(given).DeletedParameters ?? []) await tell(call, name, 'Delete', {});
      }
      return given;
    },
  };
}
