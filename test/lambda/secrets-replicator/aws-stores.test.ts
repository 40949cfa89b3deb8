import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AwsStore, AwsStores } from '../../../lambda/secrets-replicator/aws-stores';
import { converge } from '../../../lambda/secrets-replicator/convergence';
import { MemoryAws } from './memory';
import { EAST, WEST } from './scenarios';

const answering = (...answers: unknown[]) => {
  const send = jest.fn();
  for (const answer of answers) send.mockResolvedValueOnce(answer);
  return { send, store: new AwsStore(WEST, { send } as unknown as SecretsManagerClient) };
};

test('reads what AWS leaves out as its defaults', async () => {
  const { store } = answering({}, { Tags: [{}] }, {});
  const nothing = { arn: '', name: '', description: '', deleted: false };
  expect(await store.describe('a')).toEqual({ ...nothing, tags: {} });
  expect(await store.describe('a')).toEqual({ ...nothing, tags: { '': '' } });
  expect(await store.current('a')).toEqual({ id: '', created: 0, content: { text: '' } });
});

test('reads a list to its end', async () => {
  const { store } = answering(
    { NextToken: 'more', SecretList: [{ Name: 'a', ARN: 'arn' }] },
    { NextToken: 'on' },
    { SecretList: [{}] },
  );
  const listed = [];
  for await (const one of store.list()) listed.push(one);
  expect(listed).toEqual([
    { arn: 'arn', name: 'a' },
    { arn: '', name: '' },
  ]);
});

test('sends which tags to remove, and moves AWSCURRENT on one condition only (W11)', async () => {
  const { store, send } = answering({}, {});
  await store.untag('a', ['x']);
  await store.promote('a', 'from', 'to');
  expect(send.mock.calls.map(([{ input }]) => input)).toEqual([
    { SecretId: 'a', TagKeys: ['x'] },
    { SecretId: 'a', VersionStage: 'AWSCURRENT', RemoveFromVersionId: 'from', MoveToVersionId: 'to' },
  ]);
});

test('makes one client for each region and role (W24)', () => {
  const stores = new AwsStores(EAST);
  expect(stores.at({ region: WEST })).toBe(stores.at({ region: WEST }));
  expect(stores.at({ region: WEST })).not.toBe(
    stores.at({ region: WEST, roleArn: 'arn:aws:iam::444455556666:role/a' }),
  );
});

test.each([
  ['alias/a', 'arn:aws:kms:us-west-2:1:alias/a', false],
  ['alias/a', 'arn:aws:kms:us-west-2:1:alias/b', true],
  ['alias/a', 'arn:aws:kms:us-west-2:1:key/k', false],
  ['k', 'arn:aws:kms:us-west-2:1:key/k', false],
  ['arn:aws:kms:us-west-2:1:key/k', 'k', false],
  ['arn:aws:kms:us-west-2:1:key/l', 'k', true],
  ['k', undefined, true],
])('the key %s changes %s: %s', async (kmsKeyId, actual, changes) => {
  const aws = new MemoryAws();
  aws.write(WEST, 'a', 'x');
  aws.change(WEST, 'a', { kmsKeyId: actual });
  const origin = { region: EAST, created: aws.time + 1 };
  const outcome = await converge(aws.store(WEST, '111122223333'), {
    origin,
    identity: [],
    name: 'a',
    content: { text: 'x' },
    kmsKeyId,
  });
  expect(outcome).toMatchObject({ status: 'unchanged', ...(changes && { reason: 'key' }) });
  expect(aws.calls.some((call) => call.startsWith('UpdateSecret '))).toBe(changes);
});
