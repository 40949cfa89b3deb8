import { randomUUID } from 'crypto';
import { answer } from '../answer';
import { Execution, Executions } from '../executions';
import { inputOf } from '../request';
import { Json } from '../wire';
import { Service, World } from '../world';

/** Step Functions: moto keeps state machines, the simulator runs them. */
export function states({ moto, clock }: World, executions: Executions): Service {
  const start = async (region: string, input: Json): Promise<Execution> => {
    const stateMachineArn = input.stateMachineArn;
    const { definition } = await moto.json('states', region, 'DescribeStateMachine', { stateMachineArn });
    return executions.start(region, stateMachineArn, definition, input.name ?? randomUUID(), input.input ?? '{}');
  };
  return {
    // moto knows no versions; Terraform asks for them before it deletes a state machine.
    ListStateMachineVersions: async (call) => answer(call, { stateMachineVersions: [] }),
    ValidateStateMachineDefinition: async (call) => {
      const problem = problemOf(inputOf<{ definition?: string }>(call).definition ?? '');
      return answer(call, {
        result: problem ? 'FAIL' : 'OK',
        truncated: false,
        diagnostics: problem ? [{ severity: 'ERROR', code: 'SCHEMA_VALIDATION_FAILED', message: problem }] : [],
      });
    },
    StartExecution: async (call) => {
      const { arn, started } = await start(call.region, inputOf<Json>(call));
      return answer(call, { executionArn: arn, startDate: started });
    },
    StartSyncExecution: async (call) => {
      const execution = await start(call.region, inputOf<Json>(call));
      await execution.done;
      return answer(call, describe(execution));
    },
    StopExecution: async (call) => {
      executions.need(inputOf<Json>(call).executionArn).abort();
      return answer(call, { stopDate: clock.now() / 1000 });
    },
    DescribeExecution: async (call) => answer(call, describe(executions.need(inputOf<Json>(call).executionArn))),
    ListExecutions: async (call) => {
      const { stateMachineArn, statusFilter } = inputOf<Json>(call);
      const found = executions.of(stateMachineArn).filter(({ status }) => !statusFilter || status === statusFilter);
      return answer(call, { executions: found.map(describe) });
    },
  };
}

function describe(execution: Execution): Json {
  const { arn, machineArn, name, status, started, stopped, input, output, error, cause } = execution;
  return {
    executionArn: arn,
    stateMachineArn: machineArn,
    ...{ name, status, input, output, error, cause },
    startDate: started,
    stopDate: stopped,
  };
}

/** What the service would at least see at a glance: no JSON, no start, a state that does not exist. */
function problemOf(definition: string): string | undefined {
  let machine: { StartAt?: string; States?: Record<string, { Next?: string }> };
  try {
    machine = JSON.parse(definition);
  } catch {
    return 'The definition is not valid JSON';
  }
  const { StartAt, States } = machine;
  if (!StartAt || !States) return 'StartAt and States are required';
  const named = [StartAt, ...Object.values(States).flatMap(({ Next }) => (Next ? [Next] : []))];
  const missing = named.find((name) => !(name in States));
  return missing && `The state ${missing} does not exist`;
}
