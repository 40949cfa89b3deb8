import { ChildProcess, spawn, spawnSync } from 'child_process';
import { createServer, AddressInfo } from 'net';

// The tests run on the oldest Node.js this library is built with; the functions run on the one of Lambda.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const reason =
  spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status === 0 ? undefined : 'moto_server is not on PATH';

/** `describe` where a local AWS can be had; skipped, with one line that says why, where not. */
export const describeWithMoto: jest.Describe = (() => {
  if (reason === undefined) return describe;
  process.stderr.write(`skipped, there is no local AWS: ${reason}\n`);
  return describe.skip as jest.Describe;
})();

/** A local AWS of its own for one test file. */
export class Moto {
  private process?: ChildProcess;

  /** @returns its address, once it answers */
  public async start(): Promise<string> {
    const port = await freePort();
    this.process = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    const url = `http://127.0.0.1:${port}`;
    for (const deadline = Date.now() + 30_000; Date.now() < deadline;) {
      if (
        await fetch(`${url}/moto-api/data.json`).then(
          ({ ok }) => ok,
          () => false,
        )
      )
        return url;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('moto_server did not answer in 30 s');
  }

  public async stop(): Promise<void> {
    const { process: running } = this;
    if (!running || running.exitCode !== null) return;
    const stopped = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await stopped;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
