import { applyDescribe, Fixture, Workspace } from './support';

/** Each stack holds what moto alone cannot apply, plan or destroy; the provider is the real one. */
const STACKS = ['replication', 'eventing', 'backup', 'objects', 'compute', 'network', 'queues', 'trail'];

/** Aurora keeps the provider waiting for minutes: only where the variable SIMULATE_SLOW is set. */
const SLOW_STACKS = process.env.SIMULATE_SLOW ? ['aurora'] : [];

applyDescribe('the AWS provider', () => {
  const aws = new Fixture();

  test.concurrent.each([...STACKS, ...SLOW_STACKS])(
    '%s: applies, has an empty plan, and is destroyed without a trace',
    async (stack) => {
      const workspace = new Workspace(aws.simulator.url, stack);
      try {
        const applied = await workspace.run('apply', '-auto-approve');
        expect(applied.output).toContain('Apply complete!');
        expect(await workspace.plan()).toBe('');
        const destroyed = await workspace.run('destroy', '-auto-approve');
        expect(destroyed.output).toContain('Destroy complete!');
      } finally {
        workspace.remove();
      }
    },
    600_000,
  );
});
