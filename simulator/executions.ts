import { StateMachine } from 'aws-local-stepfunctions';
import { AwsError, jsonOf, succeeded } from './answer';
import { EventBus } from './event-bus';
import { Json } from './wire';
import { World } from './world';

/** Node.js 20 lacks what the interpreter takes for granted. */
const promises = Promise as PromiseConstructor & { withResolvers?: () => object };
promises.withResolvers ??= () => {
  const parts: { resolve?: unknown; reject?: unknown } = {};
  const promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return { promise, ...parts };
};

/** An execution of a state machine. */
export interface Execution {
  readonly arn: string;
  readonly machineArn: string;
  readonly name: string;
  readonly region: string;
  readonly input: string;
  /** Simulated seconds since 1970. */
  readonly started: number;
  stopped: number | undefined;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  output: string | undefined;
  error: string | undefined;
  cause: string | undefined;
  readonly done: Promise<void>;
  readonly abort: () => void;
}

/** What the calls of `arn:aws:states:::` tasks are: the service's name and protocol, and the operation. */
const OPTIMIZED: Readonly<Record<string, readonly [string, string]>> = {
  'dynamodb:deleteItem': ['dynamodb', 'DeleteItem'],
  'dynamodb:getItem': ['dynamodb', 'GetItem'],
  'dynamodb:putItem': ['dynamodb', 'PutItem'],
  'dynamodb:updateItem': ['dynamodb', 'UpdateItem'],
  'events:putEvents': ['events', 'PutEvents'],
};

/** Runs state machines: an interpreter of the States language, whose tasks call the simulated services. */
export class Executions {
  private readonly executions = new Map<string, Execution>();

  constructor(
    private readonly world: World,
    private readonly bus: EventBus,
  ) {}

  public start(region: string, machineArn: string, definition: string, name: string, input: string): Execution {
    const arn = `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    const old = this.executions.get(arn);
    if (old?.input === input) return old;
    if (old) throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    const started = this.world.clock.now() / 1000;
    const states = JSON.parse(definition);
    const machine = new StateMachine(states, { validationOptions: { noValidate: true } });
    const running = machine.run(JSON.parse(input), {
      noThrowOnAbort: true,
      overrides: { taskResourceLocalHandlers: this.tasksOf(region, states) },
      context: {
        Execution: {
          Id: arn,
          Input: JSON.parse(input),
          Name: name,
          RoleArn: '',
          StartTime: new Date(started * 1000).toISOString(),
        },
        StateMachine: { Id: machineArn, Name: machineArn.split(':').pop() ?? '' },
      },
    });
    const execution: Execution = {
      ...{ arn, machineArn, name, region, input, started },
      ...{ stopped: undefined, output: undefined, error: undefined, cause: undefined },
      status: 'RUNNING',
      abort: () => {
        execution.status = 'ABORTED';
        running.abort();
      },
      done: running.result.then(
        (output) => this.end(execution, 'SUCCEEDED', { output: JSON.stringify(output) }),
        (error: Error) => {
          // The interpreter wraps the error that ended the execution.
          const { name, message } = error.cause instanceof Error ? error.cause : error;
          return this.end(execution, 'FAILED', { error: name, cause: message });
        },
      ),
    };
    this.executions.set(arn, execution);
    return execution;
  }

  public need(arn: string): Execution {
    const found = this.executions.get(arn);
    if (!found) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return found;
  }

  public of(machineArn: string): Execution[] {
    return [...this.executions.values()].filter((execution) => execution.machineArn === machineArn).reverse();
  }

  private async end(execution: Execution, status: Execution['status'], result: Partial<Execution>): Promise<void> {
    if (execution.status === 'RUNNING') Object.assign(execution, { status, ...result });
    execution.stopped = this.world.clock.now() / 1000;
    await this.bus.emit(execution.region, {
      source: 'aws.states',
      detailType: 'Step Functions Execution Status Change',
      resources: [execution.arn],
      detail: {
        executionArn: execution.arn,
        stateMachineArn: execution.machineArn,
        name: execution.name,
        status: execution.status,
        startDate: execution.started * 1000,
        stopDate: execution.stopped * 1000,
      },
    });
  }

  /** A handler for each task, by the name of its state, also of those in branches and iterators. */
  private tasksOf(region: string, machine: Json): Record<string, (input: Json) => Promise<Json>> {
    return Object.fromEntries(
      Object.entries<Json>(machine.States ?? {}).flatMap(([name, state]) => {
        const inner = [...(state.Branches ?? []), state.ItemProcessor ?? state.Iterator ?? {}];
        return [
          ...(state.Type === 'Task'
            ? [[name, (input: Json) => this.perform(region, state.Resource, input)] as const]
            : []),
          ...inner.flatMap((each) => Object.entries(this.tasksOf(region, each))),
        ];
      }),
    );
  }

  private async perform(region: string, resource: string, input: Json): Promise<Json> {
    const { aws } = this.world;
    if (resource.includes(':lambda:') && resource.includes(':function:')) return this.invoke(region, resource, input);
    const integration = resource.replace(/^arn:[^:]*:states:[^:]*:[^:]*:/, '').replace(/\.(sync|sync:2)$/, '');
    if (integration === 'lambda:invoke') {
      return {
        ExecutedVersion: '$LATEST',
        StatusCode: 200,
        Payload: await this.invoke(region, input.FunctionName, input.Payload),
      };
    }
    if (integration === 'sqs:sendMessage') {
      const MessageBody = asText(input.MessageBody);
      return aws.json('sqs', region, 'SendMessage', { ...input, MessageBody });
    }
    if (integration === 'sns:publish') {
      await aws.query('sns', region, 'Publish', { TopicArn: input.TopicArn, Message: asText(input.Message) });
      return {};
    }
    if (integration === 'states:startExecution') {
      const started = await aws.json('states', region, 'StartExecution', {
        stateMachineArn: input.StateMachineArn,
        name: input.Name,
        input: asText(input.Input ?? {}),
      });
      return { ExecutionArn: started.executionArn, StartDate: started.startDate };
    }
    const [service, operation] = OPTIMIZED[integration] ?? [];
    if (service) return aws.json(service, region, operation, withTextDetails(input));
    throw new AwsError('States.TaskFailed', `tasks of ${resource} are not simulated`);
  }

  private async invoke(region: string, target: string, payload: Json): Promise<Json> {
    const answer = await this.world.aws.raw('lambda', region, {
      method: 'POST',
      url: `/2015-03-31/functions/${encodeURIComponent(target)}/invocations`,
      headers: {},
      body: Buffer.from(JSON.stringify(payload ?? {})),
    });
    const output = jsonOf<Json>(answer);
    if (!succeeded(answer)) throw named(`Lambda.${output.__type ?? 'Unknown'}`, output.message);
    if (answer.headers['x-amz-function-error'])
      throw named(output.errorType ?? 'Lambda.Unknown', answer.body.toString());
    return output;
  }
}

/** The error whose name `Retry` and `Catch` look for. */
function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Details of events may be objects in the States language; the service itself wants text. */
function withTextDetails(input: Json): Json {
  if (!Array.isArray(input.Entries)) return input;
  return { ...input, Entries: input.Entries.map((entry: Json) => ({ ...entry, Detail: asText(entry.Detail) })) };
}
