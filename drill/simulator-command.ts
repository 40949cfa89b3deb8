import { Command, InvalidArgumentError } from 'commander';
import { SimulatorClient } from '../simulator/client';
import { FAULT_KINDS } from '../simulator/faults';
import { DEFAULT_PORT } from '../simulator/port';

/** `dr sim`: starts a local AWS, breaks parts of it, lets time pass in it. */
export function simulatorCommand(): Command {
  const sim = new Command('sim').option('--port <number>', 'port on the loopback interface', toNumber, DEFAULT_PORT);
  const client = (): SimulatorClient => new SimulatorClient(`http://127.0.0.1:${sim.opts<{ port: number }>().port}`);

  sim
    .command('start')
    .description('run it until interrupted or stopped')
    .option('--factor <number>', 'simulated seconds per real one; 0: time is stepped', toNumber, 1)
    .option('--seed <number>', 'seed of what is drawn by chance', toNumber, 1)
    .option('--dns-port <number>', 'UDP port of a name server for dig', toNumber)
    .action(async ({ factor, seed, dnsPort }: { factor: number; seed: number; dnsPort?: number }) => {
      const { port } = sim.opts<{ port: number }>();
      // Only this command needs the simulator itself, the others call it.
      const { Simulator } = await import('../simulator/server');
      const simulator = await Simulator.start({ port, dnsPort, clock: { factor }, seed });
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.stop());
      write(`AWS_ENDPOINT_URL=${simulator.url} (${simulator.explanation})`);
    });

  sim
    .command('status')
    .description('time, faults, and what is on its way between the regions')
    .action(async () => write(await client().status()));

  const fault = sim.command('fault').description('break something, or make it whole');
  for (const kind of FAULT_KINDS) {
    fault
      .command(kind)
      .option('--region <name>')
      .option('--peer <name>', 'of a partition: the other region')
      .option('--service <name>', 'as in the scope of a signature: dynamodb, rds, states')
      .option('--milliseconds <number>', 'of slow: what each call takes longer', toNumber)
      .option('--share <number>', 'of throttle: the part of the calls that is refused', toNumber)
      .option('--endpoint <name>', 'of endpoint-down: the DNS name or address')
      .action(async (options: object) => write(await client().inject({ kind, ...options })));
  }
  fault
    .command('recover [id]')
    .description('end one fault, or all')
    .option('--lose', 'what only the region of the fault had is lost for good', false)
    .action(async (id: string | undefined, { lose }: { lose: boolean }) => write(await client().recover({ id, lose })));

  sim
    .command('clock')
    .description('change how time passes')
    .option('--factor <number>', 'simulated seconds per real one; 0: time is stepped', toNumber)
    .option('--advance <seconds>', 'let so much time pass at once', toNumber)
    .action(async ({ factor, advance }: { factor?: number; advance?: number }) =>
      write(await client().clock({ factor, advance: advance === undefined ? undefined : advance * 1000 })),
    );

  sim
    .command('lag <service> <milliseconds>')
    .description('set how long a service takes to replicate')
    .option('--sigma <number>', 'spread, if the delay is drawn (log-normal)', toNumber, 0)
    .action(async (service: string, milliseconds: string, { sigma }: { sigma: number }) =>
      write(await client().lag({ [service]: { milliseconds: toNumber(milliseconds), sigma } })),
    );

  sim
    .command('log')
    .description('the calls that reached it, one JSON object per line')
    .option('--since <time>', 'simulated time, ISO 8601')
    .option('--region <name>')
    .option('--service <name>')
    .option('--operation <name>')
    .option('--plane <name>', 'control or data')
    .action(async (filter: object) => {
      (await client().log(filter)).forEach(write);
      const { callsForgotten } = await client().status();
      if (callsForgotten > 0) process.stderr.write(`the ${callsForgotten} oldest calls are no longer in the log\n`);
    });

  sim
    .command('stop')
    .description('end it')
    .action(() => client().stop());

  return sim;
}

function toNumber(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !(number >= 0)) throw new InvalidArgumentError('a number from 0 on is needed');
  return number;
}

function write(output: unknown): void {
  process.stdout.write(`${typeof output === 'string' ? output : JSON.stringify(output)}\n`);
}
