import { DataAwsRegion } from '@cdktf/provider-aws/lib/data-aws-region';
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { Fn, TerraformStack, Testing } from 'cdktf';
import { Construct } from 'constructs';
import { stableId } from '../../lib/core/stable-id';
import { synth } from '../support/synth';

/** Ids of what the callback gives, in a stack of its own. */
function idsOf(subjects: (scope: Construct) => string[]): string[] {
  let ids: string[] = [];
  synth((scope, { primary: { provider } }) => {
    const half = new Construct(scope, 'Orders');
    new SqsQueue(half, 'Queue', { provider });
    new DataAwsRegion(scope, 'Region', { provider });
    ids = subjects(scope).map((subject) => stableId(scope, subject));
  });
  return ids;
}

const queueOf = (scope: Construct): SqsQueue => scope.node.findChild('Orders').node.findChild('Queue') as SqsQueue;

describe('stableId', () => {
  test('of a name is the name', () => {
    expect(idsOf(() => ['orders-primary_dev', 'documents.example'])).toEqual([
      'orders-primary_dev',
      'documents.example',
    ]);
  });

  test('of a name that an id does not take tells apart what differs in such characters only', () => {
    const ids = idsOf(() => ['Orders API', 'Orders/API', 'Orders-API', ' ', '/']);
    expect(ids.slice(0, 3)).toEqual([
      expect.stringMatching(/^Orders-API-[0-9a-f]{8}$/),
      expect.stringMatching(/^Orders-API-[0-9a-f]{8}$/),
      'Orders-API',
    ]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('of a reference to a resource or a data source is its logical id, by whatever token or text', () => {
    const [token, again, text, data] = idsOf((scope) => [
      queueOf(scope).name,
      queueOf(scope).name,
      '${aws_sqs_queue.Orders.name}',
      (scope.node.findChild('Region') as DataAwsRegion).name,
    ]);
    expect(token).toMatch(/^Orders_Queue_[0-9A-F]{8}$/);
    expect([again, text, data]).toEqual([token, 'Orders', 'Region']);
  });

  test('of any other expression has its words, and is its own', () => {
    const ids = idsOf((scope) => [
      `${queueOf(scope).name}-dead`,
      Fn.upper(queueOf(scope).name),
      '${module.orders.queue_name}',
      '${module.orders.dead_letter_queue_name}',
    ]);
    expect(ids).toEqual([
      expect.stringMatching(/^aws_sqs_queue\.Orders_Queue_[0-9A-F]{8}\.name--dead-[0-9a-f]{8}$/),
      expect.stringMatching(/^upper-aws_sqs_queue\.Orders_Queue_[0-9A-F]{8}\.name-[0-9a-f]{8}$/),
      expect.stringMatching(/^module\.orders\.queue_name-[0-9a-f]{8}$/),
      expect.stringMatching(/^module\.orders\.dead_letter_queue_name-[0-9a-f]{8}$/),
    ]);
    expect(ids).toEqual(
      idsOf((scope) => [
        `${queueOf(scope).name}-dead`,
        Fn.upper(queueOf(scope).name),
        '${module.orders.queue_name}',
        '${module.orders.dead_letter_queue_name}',
      ]),
    );
  });

  test('of a reference to another stack names the stack, and leaves it to cdktf to cross over', () => {
    const app = Testing.app({ fakeCdktfJsonPath: true });
    const [orders, payments, here] = ['orders', 'payments', 'here'].map((id) => new TerraformStack(app, id));
    const references = [orders, payments, here].map((stack) => new SqsQueue(stack, 'Queue', {}).arn);
    expect(references.map((reference) => stableId(here, reference))).toEqual([
      'orders-Queue',
      'payments-Queue',
      'Queue',
    ]);
    expect(JSON.parse(Testing.synth(orders)).output).toBeUndefined();
  });
});
