import { readEvents } from '../../../lambda/secrets-replicator/events';
import { Refusal } from '../../../lambda/secrets-replicator/refusal';
import { secretIdOf } from '../../../lambda/secrets-replicator/secret-id';

const ARN = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:app/prod/db-AbC123';
const FROM_ARN = { id: ARN, name: 'app/prod/db' };
const ORIGIN = { region: 'us-east-1', time: '2026-01-02T03:04:05Z' };

function call(eventName: string, detail: object = {}, fields: object = {}) {
  return {
    version: '0',
    source: 'aws.secretsmanager',
    'detail-type': 'AWS API Call via CloudTrail',
    account: '111122223333',
    resources: [],
    ...ORIGIN,
    detail: { eventSource: 'secretsmanager.amazonaws.com', eventName, ...detail },
    ...fields,
  };
}

describe('an id of a secret (R-SEC-4)', () => {
  test.each([
    ['app/db', { id: 'app/db', name: 'app/db' }],
    ['app/my-secret', { id: 'app/my-secret', name: 'app/my-secret' }],
    [ARN, { id: ARN }],
    [
      'arn:aws:secretsmanager:us-east-1:111122223333:secret:db',
      { id: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:db', name: 'db' },
    ],
    [
      'arn:aws:secretsmanager:us-east-1:111122223333:secret:my-secret',
      { id: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:my-secret' },
    ],
    ['arn:aws:kms:us-east-1:111122223333:key/1', { id: 'arn:aws:kms:us-east-1:111122223333:key/1' }],
  ])('%s says a name only where it is sure', (id, expected) => {
    expect(secretIdOf(id)).toEqual(expected);
  });

  test('is complete when it comes from AWS', () => {
    expect(secretIdOf(ARN, true)).toEqual(FROM_ARN);
    const partial = 'arn:aws-us-gov:secretsmanager:us-gov-west-1:111122223333:secret:db';
    expect(secretIdOf(partial, true)).toEqual({ id: partial, name: 'db' });
  });
});

describe('an event (R-SEC-3)', () => {
  test.each([
    [
      'CreateSecret',
      { requestParameters: { name: 'app/prod/db' }, responseElements: { arn: ARN } },
      'replicate',
      FROM_ARN,
    ],
    [
      'CreateSecret',
      { requestParameters: { name: 'app/x' }, responseElements: null },
      'replicate',
      { id: 'app/x', name: 'app/x' },
    ],
    ['PutSecretValue', { requestParameters: { secretId: ARN }, responseElements: { aRN: ARN } }, 'replicate', FROM_ARN],
    [
      'UpdateSecret',
      { requestParameters: { secretId: 'app/prod/db' }, responseElements: { ARN } },
      'replicate',
      FROM_ARN,
    ],
    ['UpdateSecretVersionStage', { requestParameters: { secretId: 'a' } }, 'replicate', { id: 'a', name: 'a' }],
    ['TagResource', { requestParameters: { secretId: 'a' } }, 'replicate', { id: 'a', name: 'a' }],
    ['DeleteSecret', { requestParameters: { secretId: 'a' } }, 'delete', { id: 'a', name: 'a' }],
    ['RestoreSecret', { requestParameters: { secretId: 'a' }, responseElements: { arn: ARN } }, 'restore', FROM_ARN],
  ])('%s %j', (eventName, detail, kind, secret) => {
    expect(readEvents(call(eventName, detail))).toEqual({
      commands: [{ kind, secret, ...ORIGIN, cause: eventName }],
      ignored: [],
      unreadable: [],
    });
  });

  test('of a rotation has no parameters', () => {
    const detail = { requestParameters: null, responseElements: null, additionalEventData: { SecretId: ARN } };
    const event = call('RotationSucceeded', detail, { 'detail-type': 'AWS Service Event via CloudTrail' });
    expect(readEvents(event).commands).toEqual([
      { kind: 'replicate', secret: FROM_ARN, ...ORIGIN, cause: 'RotationSucceeded' },
    ]);
  });

  test('of a moved label is native', () => {
    const event = call(
      '',
      {},
      {
        'detail-type': 'Secret Label Updated',
        resources: [ARN],
        detail: { name: 'app/prod/db', labelUpdated: 'AWSCURRENT', versionId: 'v' },
      },
    );
    const command = { kind: 'replicate', secret: FROM_ARN, ...ORIGIN, cause: 'Secret Label Updated' };
    expect(readEvents(event).commands).toEqual([command]);
    expect(readEvents({ ...event, resources: [] }).commands).toEqual([
      { ...command, secret: { id: 'app/prod/db', name: 'app/prod/db' } },
    ]);
    expect(() => readEvents({ ...event, resources: undefined, detail: {} })).toThrow(Refusal);
  });

  test.each([
    [call('PutSecretValue', { errorCode: 'AccessDenied', requestParameters: { secretId: 'a' } }), 'the call failed'],
    [call('PutSecretValue', { errorMessage: 'no' }), 'the call failed'],
    [call('GetSecretValue'), 'the call changes nothing that is replicated'],
    [call('RotateSecret'), 'the call changes nothing that is replicated'],
    [call('toString'), 'the call changes nothing that is replicated'],
    [call('', {}, { 'detail-type': 'AWS Service Event' }), 'the event is of another type'],
  ])('that asks for nothing is ignored', (event, reason) => {
    expect(readEvents(event)).toEqual({ commands: [], ignored: [{ reason }], unreadable: [] });
  });

  test.each([
    [null, 'the event is not from Secrets Manager, and no manual call'],
    [{ source: 'aws.ssm' }, 'the event is not from Secrets Manager, and no manual call'],
    [call('PutSecretValue', {}, { region: '' }), 'the event has no region or no time'],
    [call('PutSecretValue', {}, { time: 'now' }), 'the event has no region or no time'],
    [call('PutSecretValue'), 'the event names no secret'],
  ])('that cannot be read is refused', (event, message) => {
    expect(() => readEvents(event)).toThrow(new Refusal(message));
  });
});

describe('a manual call', () => {
  test('names one secret or several, and may limit the destinations', () => {
    expect(readEvents({ source: 'manual', secretId: ' a ', secretIds: ['b', 'a', ARN] }).commands).toEqual([
      { kind: 'replicate', secret: { id: 'a', name: 'a' }, cause: 'Manual' },
      { kind: 'replicate', secret: { id: 'b', name: 'b' }, cause: 'Manual' },
      { kind: 'replicate', secret: { id: ARN }, cause: 'Manual' },
    ]);
    const limited = {
      source: 'manual',
      secretId: 'a',
      secretIds: null,
      region: 'eu-west-1',
      destinations: ['us-west-2'],
    };
    expect(readEvents(limited).commands).toEqual([
      {
        kind: 'replicate',
        secret: { id: 'a', name: 'a' },
        cause: 'Manual',
        region: 'eu-west-1',
        destinations: ['us-west-2'],
      },
    ]);
  });

  test('may repeat that a secret was deleted', () => {
    expect(readEvents({ source: 'manual', secretId: 'a', kind: 'delete' }).commands).toMatchObject([
      { kind: 'delete' },
    ]);
  });

  test.each([
    [{}, 'a manual call has secretId or secretIds'],
    [{ secretIds: [] }, 'a manual call has secretId or secretIds'],
    [{ secretId: 5 }, 'secretId, secretIds and destinations of a manual call are names'],
    [{ secretIds: ['a', ''] }, 'secretId, secretIds and destinations of a manual call are names'],
  ])('%j is refused', (fields, message) => {
    expect(() => readEvents({ source: 'manual', ...fields })).toThrow(new Refusal(message));
  });
});

test('of a batch from SQS what cannot be read goes back alone', () => {
  const record = (messageId: string, body: unknown) => ({
    messageId,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const batch = {
    Records: [
      record('1', call('PutSecretValue', { requestParameters: { secretId: 'a' } })),
      record('2', 'not JSON'),
      record('3', call('GetSecretValue')),
      record('4', { source: 'manual', secretIds: ['b', 'c'] }),
      record('5', { source: 'other' }),
    ],
  };
  const { commands, ignored, unreadable } = readEvents(batch);
  expect(commands.map(({ secret, messageId }) => [messageId, secret.id])).toEqual([
    ['1', 'a'],
    ['4', 'b'],
    ['4', 'c'],
  ]);
  expect(ignored).toEqual([{ reason: 'the call changes nothing that is replicated', messageId: '3' }]);
  expect(unreadable).toEqual(['2', '5']);
});
