import { ACCOUNT_ID } from '../account';
import { Answer, answer, AwsError, failure, jsonOf, succeeded, withBody } from '../answer';
import { queueUrl } from '../event-bus';
import { LambdaRunner, LOG_STREAM, Outcome } from '../lambda-runner';
import { publish } from '../metrics';
import { Call, inputOf } from '../request';
import { Json } from '../wire';
import { Handler, Service, World } from '../world';

/** Pauses between the attempts of an asynchronous invocation. */
const RETRY_MS = [60_000, 120_000];

/** Lambda: moto keeps the configuration of functions, the simulator runs their code. */
export function lambda(world: World, runner: LambdaRunner): Service {
  const { moto, aws, clock } = world;
  const code = new Map<string, Buffer>();
  const settings = new Map<string, Json>();

  /** Adds the settings that moto drops. */
  const amend = (region: string, given: Answer): Answer => {
    if (!succeeded(given)) return given;
    const output = jsonOf<Json>(given);
    const configuration = output.Configuration ?? output;
    Object.assign(configuration, settings.get(`${region} ${configuration.FunctionName}`));
    return withBody(given, output);
  };

  const get = (region: string, path: string): Promise<Answer> =>
    moto.raw('lambda', region, { method: 'GET', url: path, headers: {}, body: Buffer.alloc(0) });

  const keepCode = async (region: string, name: string, given: Json): Promise<void> => {
    const { ZipFile, S3Bucket, S3Key } = given ?? {};
    if (ZipFile) code.set(`${region} ${name}`, Buffer.from(ZipFile, 'base64'));
    if (!S3Bucket) return;
    const url = `/${S3Bucket}/${S3Key}`;
    const { body } = await moto.raw('s3', region, { method: 'GET', url, headers: {}, body: Buffer.alloc(0) });
    code.set(`${region} ${name}`, body);
  };

  const run = async (region: string, name: string, event: string): Promise<Outcome> => {
    const described = amend(region, await get(region, `/2015-03-31/functions/${name}`));
    if (!succeeded(described)) {
      throw new AwsError('ResourceNotFoundException', `Function not found: ${arnOf(region, name)}`, 404);
    }
    const { Configuration: configuration } = jsonOf<Json>(described);
    const zip = code.get(`${region} ${name}`);
    if (!zip || !String(configuration.Runtime).startsWith('nodejs')) {
      throw new AwsError('InvalidRuntimeException', `${name}: only zipped functions for Node.js are run`, 501);
    }
    const logGroup = configuration.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`;
    const started = clock.now();
    const outcome = await runner.invoke(
      {
        name,
        region,
        zip,
        logGroup,
        arn: arnOf(region, name),
        runtime: configuration.Runtime,
        handler: configuration.Handler,
        timeoutSeconds: configuration.Timeout,
        memoryMegabytes: configuration.MemorySize,
        environment: configuration.Environment?.Variables ?? {},
      },
      event,
    );
    await log(region, logGroup, outcome.output);
    const metrics = { Invocations: 1, Errors: outcome.isError ? 1 : 0, Duration: clock.now() - started };
    for (const [metric, value] of Object.entries(metrics)) {
      await publish(world, { region, namespace: 'AWS/Lambda', metric, dimensions: { FunctionName: name }, value });
    }
    return outcome;
  };

  const log = async (region: string, group: string, output: string): Promise<void> => {
    const lines = output.split('\n').filter(Boolean);
    if (lines.length === 0) return;
    const stream = { logGroupName: group, logStreamName: LOG_STREAM };
    // The stream exists from the second time on; without the group there is no log, as on AWS without the permission.
    await aws.json('logs', region, 'CreateLogStream', stream).catch(() => undefined);
    const timestamp = Math.round(clock.now());
    const logEvents = lines.map((message) => ({ timestamp, message }));
    await aws.json('logs', region, 'PutLogEvents', { ...stream, logEvents }).catch(() => undefined);
  };

  /** Tries an asynchronous invocation as often as the function wants, then tells whom it wants to be told. */
  const runLater = (region: string, name: string, event: string): void => {
    const attempt = async (tried: number): Promise<void> => {
      if (!world.faults.isServing(region, 'lambda')) {
        clock.after(RETRY_MS[0], () => attempt(tried));
        return;
      }
      const outcome = await run(region, name, event).catch((error: Error) => ({
        isError: true,
        payload: JSON.stringify({ errorMessage: error.message }),
        output: '',
      }));
      if (!outcome.isError) return;
      const retries = jsonOf<Json>(await get(region, `/2019-09-25/functions/${name}/event-invoke-config`));
      if (tried < (retries.MaximumRetryAttempts ?? RETRY_MS.length)) {
        clock.after(RETRY_MS[tried], () => attempt(tried + 1));
        return;
      }
      const target: string | undefined = retries.DestinationConfig?.OnFailure?.Destination;
      const record = JSON.stringify({
        version: '1.0',
        timestamp: new Date(clock.now()).toISOString(),
        requestContext: {
          functionArn: arnOf(region, name),
          condition: 'RetriesExhausted',
          approximateInvokeCount: tried + 1,
        },
        requestPayload: JSON.parse(event),
        responsePayload: JSON.parse(outcome.payload),
      });
      if (target?.includes(':sqs:')) {
        await aws.json('sqs', target.split(':')[3], 'SendMessage', { QueueUrl: queueUrl(target), MessageBody: record });
      }
      if (target?.includes(':sns:')) {
        await aws.query('sns', target.split(':')[3], 'Publish', { TopicArn: target, Message: record });
      }
    };
    clock.after(0, () => attempt(0));
  };

  const changing =
    (codeOf: (input: Json) => Json): Handler =>
    async (call, pass) => {
      const given = await pass();
      if (!succeeded(given)) return given;
      const input = inputOf<Json>(call);
      const name = nameOf(input.FunctionName ?? call.labels.FunctionName);
      await keepCode(call.region, name, codeOf(input));
      const { KMSKeyArn, LoggingConfig } = input;
      const key = `${call.region} ${name}`;
      settings.set(key, {
        ...settings.get(key),
        ...(KMSKeyArn === undefined ? {} : { KMSKeyArn }),
        ...(LoggingConfig === undefined ? {} : { LoggingConfig }),
      });
      runner.retire(call.region, name);
      return amend(call.region, given);
    };

  return {
    CreateFunction: changing(({ Code }) => Code),
    UpdateFunctionCode: changing((input) => input),
    UpdateFunctionConfiguration: changing(() => undefined),
    GetFunction: async (call, pass) => amend(call.region, await pass()),
    GetFunctionConfiguration: async (call, pass) => amend(call.region, await pass()),
    DeleteFunction: async (call, pass) => {
      runner.retire(call.region, nameOf(call.labels.FunctionName));
      return pass();
    },
    Invoke: async (call) => {
      const name = nameOf(call.labels.FunctionName);
      const event = call.body.length > 0 ? call.body.toString() : '{}';
      const type = call.headers['x-amz-invocation-type'] ?? 'RequestResponse';
      if (type === 'DryRun') return { ...answer(call, {}), status: 204 };
      if (type === 'Event') return later(call, name, event);
      const { payload, isError } = await run(call.region, name, event);
      return {
        status: 200,
        headers: {
          'content-type': 'application/json',
          'x-amz-executed-version': '$LATEST',
          ...(isError ? { 'x-amz-function-error': 'Unhandled' } : {}),
        },
        body: Buffer.from(payload),
      };
    },
  };

  async function later(call: Call, name: string, event: string): Promise<Answer> {
    if (!code.has(`${call.region} ${name}`)) {
      return failure(call, new AwsError('ResourceNotFoundException', `Function not found: ${name}`, 404));
    }
    runLater(call.region, name, event);
    return { ...answer(call, {}), status: 202 };
  }
}

function arnOf(region: string, name: string): string {
  return `arn:aws:lambda:${region}:${ACCOUNT_ID}:function:${name}`;
}

/** The name in an ARN, with or without a qualifier, or the name itself. */
function nameOf(given: string): string {
  return given.replace(/^(arn:[^:]*:lambda:[^:]*:\d+|\d+):function:/, '').split(':')[0];
}
