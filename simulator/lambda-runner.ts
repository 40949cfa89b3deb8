import { ChildProcess, fork } from 'child_process';
import { randomUUID } from 'crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { unzipSync } from 'fflate';
import { tmpdir } from 'os';
import { dirname, join } from 'path';
import { installedModules } from './installed-modules';

/** A Lambda function as it is deployed. */
export interface DeployedFunction {
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  readonly runtime: string;
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly logGroup: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly zip: Buffer;
}

/** How an invocation ended. */
export interface Outcome {
  /** JSON: what the handler returned, or the error it threw. */
  readonly payload: string;
  readonly isError: boolean;
  /** What the function wrote. */
  readonly output: string;
}

interface Worker {
  readonly process: ChildProcess;
  readonly folder: string;
  output: string;
  isBusy: boolean;
}

/** Runs functions from their deployed zip, each instance in a Node process of its own with the environment AWS would give. */
export class LambdaRunner {
  private readonly workers = new Map<string, Worker[]>();

  /** @param endpoint URL of the simulator, for the SDK clients in the functions */
  constructor(private readonly endpoint: () => string) {}

  /** Invokes a function in a free instance, or a new one. */
  public async invoke(deployed: DeployedFunction, event: string): Promise<Outcome> {
    const key = `${deployed.region} ${deployed.name}`;
    const pool = this.workers.get(key) ?? [];
    this.workers.set(key, pool);
    const worker = pool.find((each) => !each.isBusy) ?? this.start(deployed);
    if (!pool.includes(worker)) pool.push(worker);
    worker.isBusy = true;
    worker.output = '';
    const outcome = await this.run(worker, deployed, event);
    worker.isBusy = false;
    if (worker.process.exitCode !== null || worker.process.killed) this.drop(key, worker);
    return outcome;
  }

  /** Ends the instances of a function: its code or configuration has changed. */
  public retire(region: string, name: string): void {
    const key = `${region} ${name}`;
    for (const worker of [...(this.workers.get(key) ?? [])]) this.drop(key, worker);
  }

  /** Ends all instances. */
  public stop(): void {
    for (const [key, pool] of this.workers) for (const worker of [...pool]) this.drop(key, worker);
  }

  private run(worker: Worker, deployed: DeployedFunction, event: string): Promise<Outcome> {
    const requestId = randomUUID();
    const milliseconds = deployed.timeoutSeconds * 1000;
    return new Promise((resolve) => {
      const end = (payload: string, isError: boolean): void => {
        clearTimeout(timer);
        worker.process.removeAllListeners('message');
        worker.process.removeAllListeners('exit');
        resolve({ payload, isError, output: worker.output });
      };
      const timer = setTimeout(() => {
        worker.process.kill('SIGKILL');
        end(
          JSON.stringify({
            errorType: 'Sandbox.Timedout',
            errorMessage: `RequestId: ${requestId} Error: Task timed out after ${deployed.timeoutSeconds}.00 seconds`,
          }),
          true,
        );
      }, milliseconds);
      worker.process.once('message', ({ result, error }: { result?: string; error?: object }) =>
        end(result ?? JSON.stringify(error), result === undefined),
      );
      worker.process.once('exit', (code) =>
        end(
          JSON.stringify({
            errorType: 'Runtime.ExitError',
            errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: exit status ${code}`,
          }),
          true,
        ),
      );
      worker.process.send({ event, requestId, arn: deployed.arn, deadline: Date.now() + milliseconds });
    });
  }

  private start(deployed: DeployedFunction): Worker {
    const folder = mkdtempSync(join(tmpdir(), 'lambda-'));
    const task = join(folder, 'task');
    for (const [name, bytes] of Object.entries(unzipSync(deployed.zip))) {
      if (name.endsWith('/')) continue;
      mkdirSync(dirname(join(task, name)), { recursive: true });
      writeFileSync(join(task, name), bytes);
    }
    const modules = installedModules();
    if (modules) symlinkSync(modules, join(folder, 'node_modules'), 'junction');
    const child = fork(join(__dirname, 'lambda-process.js'), [], {
      cwd: task,
      execArgv: [],
      silent: true,
      env: this.environment(deployed, task),
    });
    const worker: Worker = { process: child, folder, output: '', isBusy: true };
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (worker.output += chunk.toString()));
    }
    // A message to a process that has just ended: the exit is told where it is awaited.
    child.on('error', () => undefined);
    return worker;
  }

  private environment(deployed: DeployedFunction, task: string): NodeJS.ProcessEnv {
    const { name, region, runtime, handler, memoryMegabytes, logGroup, environment } = deployed;
    return {
      PATH: process.env.PATH,
      LANG: 'en_US.UTF-8',
      TZ: ':UTC',
      ...environment,
      _HANDLER: handler,
      AWS_ACCESS_KEY_ID: 'simulator',
      AWS_SECRET_ACCESS_KEY: 'simulator',
      AWS_SESSION_TOKEN: 'simulator',
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ENDPOINT_URL: this.endpoint(),
      AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMegabytes),
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: logGroup,
      AWS_LAMBDA_LOG_STREAM_NAME: LOG_STREAM,
      LAMBDA_TASK_ROOT: task,
      LAMBDA_RUNTIME_DIR: '/var/runtime',
    };
  }

  private drop(key: string, worker: Worker): void {
    this.workers.set(
      key,
      (this.workers.get(key) ?? []).filter((other) => other !== worker),
    );
    worker.process.kill('SIGKILL');
    rmSync(worker.folder, { recursive: true, force: true });
  }
}

/** Every instance writes to the same log stream. */
export const LOG_STREAM = '[$LATEST]simulator';
