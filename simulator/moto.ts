import { ChildProcess, spawn, spawnSync } from 'child_process';
import { existsSync } from 'fs';
import { Agent, request } from 'http';
import { createServer } from 'net';
import { homedir } from 'os';
import { join } from 'path';
import { Answer } from './answer';
import { RawRequest } from './request';

/** The release that the simulator is tested against. */
export const MOTO_VERSION = '5.2.1';

/** How long moto may take until it answers; a container image may have to be pulled first. */
const START_MS = 120_000;

/** Headers that belong to one connection, not to the request. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'expect']);

/** moto_server as a child process: it keeps what the simulator does not model itself. */
export class Moto {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });

  private constructor(
    private readonly child: ChildProcess,
    private readonly port: number,
    /** Which moto it is, in one line a person can read. */
    public readonly explanation: string,
  ) {}

  /**
   * Starts the first moto that works: on PATH, in a virtual environment, in a container.
   *
   * @param env where `PATH` and `HOME` are looked up
   * @throws Error that says of each way why it is none
   */
  public static async start(env: NodeJS.ProcessEnv = process.env): Promise<Moto> {
    const reasons: string[] = [];
    for (const source of SOURCES) {
      const port = await freePort();
      const command = source.command(port, env);
      if (!command) {
        reasons.push(source.unavailable);
        continue;
      }
      const moto = new Moto(launch(command, env), port, source.explanation);
      if ((await moto.isReady()) && (await moto.leaveExecution())) return moto;
      await moto.stop();
      reasons.push(`${source.explanation} did not start`);
    }
    throw new Error(`moto_server cannot be started: ${reasons.join('; ')}`);
  }

  /** Whether one can be started without installing anything. */
  public static isInstalled(): boolean {
    return onPath('moto_server', process.env) || existsSync(inVenv('moto_server', process.env));
  }

  /** Where it answers. */
  public get url(): string {
    return `http://${LOOPBACK}:${this.port}`;
  }

  /** Passes a request on. */
  public send({ method, url, headers, body }: RawRequest): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const kept = Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name));
      const outgoing = request(
        {
          host: LOOPBACK,
          port: this.port,
          method,
          path: url,
          agent: this.agent,
          headers: { ...Object.fromEntries(kept), 'content-length': body.length },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () =>
            resolve({
              status: incoming.statusCode ?? 500,
              headers: Object.fromEntries(
                Object.entries(incoming.headers)
                  .filter(([name]) => !HOP_BY_HOP.has(name))
                  .map(([name, value]) => [name, String(value)]),
              ),
              body: Buffer.concat(chunks),
            }),
          );
        },
      );
      outgoing.on('error', (error) => {
        // moto may close an idle connection in the moment in which it is used again.
        if (outgoing.reusedSocket) resolve(this.send({ method, url, headers, body }));
        else reject(error);
      });
      outgoing.end(body);
    });
  }

  /** Ends the process and waits until it is gone. */
  public async stop(): Promise<void> {
    this.agent.destroy();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    // Its keeper ends it when its input ends; the same happens when this process dies.
    this.child.stdin?.end();
    await gone;
  }

  /** Functions are run by the simulator: moto must not look for a container engine when a topic or a queue has one. */
  private async leaveExecution(): Promise<boolean> {
    const body = Buffer.from(JSON.stringify({ lambda: { use_docker: false } }));
    const headers = { 'content-type': 'application/json' };
    for (let tries = 1; tries <= 5; tries++) {
      try {
        await this.send({ method: 'POST', url: '/moto-api/config', headers, body });
        return true;
      } catch {
        // A server that has just begun to listen may drop a connection.
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
    return false;
  }

  private async isReady(): Promise<boolean> {
    const end = Date.now() + START_MS;
    while (Date.now() < end && this.child.exitCode === null) {
      try {
        const { status } = await this.send({ method: 'GET', url: '/moto-api/', headers: {}, body: Buffer.alloc(0) });
        if (status === 200) return true;
      } catch {
        // Not listening yet.
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return false;
  }
}

/** A way to get at moto_server. */
interface Source {
  readonly explanation: string;
  readonly unavailable: string;
  /** The command that serves on a port; undefined where this way does not exist. */
  readonly command: (port: number, env: NodeJS.ProcessEnv) => readonly string[] | undefined;
}

const LOOPBACK = '127.0.0.1';

const SOURCES: readonly Source[] = [
  {
    explanation: 'moto_server found on PATH',
    unavailable: 'moto_server is not on PATH',
    command: (port, env) => (onPath('moto_server', env) ? serve('moto_server', port) : undefined),
  },
  {
    explanation: `moto ${MOTO_VERSION} in a virtual environment of its own`,
    unavailable: 'python3 cannot install it',
    command: (port, env) => (installed(env) ? serve(inVenv('moto_server', env), port) : undefined),
  },
  {
    explanation: `the container image motoserver/moto:${MOTO_VERSION}`,
    unavailable: 'no container engine answers',
    command: (port, env) =>
      spawnSync('docker', ['info'], { stdio: 'ignore', env }).status === 0
        ? [
            'docker',
            'run',
            '--rm',
            // The server would be process 1, which the kernel spares the signal that ends it.
            '--init',
            '-p',
            `${LOOPBACK}:${port}:5000`,
            '-e',
            'MOTO_IAM_LOAD_MANAGED_POLICIES',
            `motoserver/moto:${MOTO_VERSION}`,
          ]
        : undefined,
  },
];

function serve(program: string, port: number): readonly string[] {
  return [program, '-H', LOOPBACK, '-p', String(port)];
}

function onPath(program: string, env: NodeJS.ProcessEnv): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore', env }).status === 0;
}

function venv(env: NodeJS.ProcessEnv): string {
  return join(env.HOME ?? homedir(), '.cache', 'moto-server', MOTO_VERSION);
}

function inVenv(program: string, env: NodeJS.ProcessEnv): string {
  return join(venv(env), 'bin', program);
}

function installed(env: NodeJS.ProcessEnv): boolean {
  if (existsSync(inVenv('moto_server', env))) return true;
  const quiet = { stdio: 'ignore', env } as const;
  return (
    spawnSync('python3', ['-m', 'venv', venv(env)], quiet).status === 0 &&
    spawnSync(inVenv('pip', env), ['install', '--quiet', `moto[server]==${MOTO_VERSION}`], quiet).status === 0
  );
}

/**
 * The shell keeps the server alive exactly as long as its input is open, so that a dead simulator leaves no moto behind. What
 * waits for the end of the input goes with the server: later, it would end whatever has the server's number by then.
 */
function launch(command: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const keeper =
    'exec 3<&0; "$@" </dev/null & server=$!; { read _ <&3; kill $server; } 2>/dev/null & reader=$!; ' +
    'wait $server; status=$?; kill $reader 2>/dev/null; exit $status';
  return spawn('sh', ['-c', keeper, 'keeper', ...command], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {
      // moto would take the settings of the machine's AWS clients for its own.
      ...Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_'))),
      // Roles attach policies that AWS manages.
      MOTO_IAM_LOAD_MANAGED_POLICIES: 'true',
    },
  });
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, LOOPBACK, () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
