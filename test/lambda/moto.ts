import { Moto as Server } from '../../simulator/moto';

// The tests run on the oldest Node.js this library is built with; the functions run on the one of Lambda.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

/** `describe` where a local AWS can be had; skipped, with one line that says why, where not. */
export const describeWithMoto: jest.Describe = (() => {
  if (Server.isInstalled()) return describe;
  process.stderr.write('skipped, there is no local AWS: moto_server is not installed\n');
  return describe.skip as jest.Describe;
})();

/** A local AWS of its own for one test file. */
export class Moto {
  private server?: Server;

  /** @returns its address, once it answers */
  public async start(): Promise<string> {
    this.server = await Server.start();
    return this.server.url;
  }

  public async stop(): Promise<void> {
    await this.server?.stop();
  }
}
