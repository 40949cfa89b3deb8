import { DescribeParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { dr } from '../../drill/dr';
import { Fixture, motoDescribe } from './support';

motoDescribe('dr sim', () => {
  const aws = new Fixture({ clock: { factor: 0 } });
  const run = async (...words: string[]): Promise<string> => {
    let written = '';
    const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written += String(text);
      return true;
    });
    try {
      const all = ['sim', '--port', new URL(aws.simulator.url).port, ...words];
      await (await dr(all)).parseAsync(all, { from: 'user' });
    } finally {
      write.mockRestore();
    }
    return written;
  };

  test('breaks a region, tells so, and makes it whole', async () => {
    const fault = JSON.parse(await run('fault', 'region-down', '--region', 'us-east-1'));
    expect(fault).toMatchObject({ kind: 'region-down', region: 'us-east-1' });
    expect(JSON.parse(await run('status')).faults).toEqual([fault]);
    expect(JSON.parse(await run('fault', 'recover', fault.id, '--lose')).faults).toEqual([]);
  });

  test('lets time pass', async () => {
    const before = Date.parse(JSON.parse(await run('status')).time);
    const after = JSON.parse(await run('clock', '--advance', '3600'));
    expect(Date.parse(after.time) - before).toBe(3_600_000);
  });

  test('sets a lag', async () => {
    expect(JSON.parse(await run('lag', 'dynamodb', '250', '--sigma', '0.5')).dynamodb).toEqual({
      milliseconds: 250,
      sigma: 0.5,
    });
  });

  test('tells the calls, one per line', async () => {
    await new SSMClient(aws.sdk('us-east-2')).send(new DescribeParametersCommand({}));
    const lines = (await run('log', '--service', 'ssm')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).operation)).toEqual(['DescribeParameters']);
  });

  test('a number that is none is refused before anything happens', async () => {
    const command = await dr(['sim']);
    command.commands.forEach((sim) =>
      [sim, ...sim.commands].forEach((each) => each.exitOverride().configureOutput({ writeErr: () => undefined })),
    );
    await expect(command.parseAsync(['node', 'dr', 'sim', 'clock', '--factor', 'x'])).rejects.toThrow(
      'a number from 0 on is needed',
    );
  });

  test('stops it', async () => {
    await run('stop');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await expect(fetch(aws.simulator.url)).rejects.toThrow();
  });
});
