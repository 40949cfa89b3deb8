import { Encryption } from '../../lib/constructs/encryption';
import { foreignReferences, withoutProvider } from '../support/locality';
import { errorOf, synth } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

describe('Encryption', () => {
  const synthesized = synth((scope, regions) => new Encryption(scope, 'Encryption', { regions }));

  test('is a multi-Region key with rotation in the primary and a replica in the secondary (R-KMS-5)', () => {
    const key = synthesized.only('aws_kms_key');
    const replica = synthesized.only('aws_kms_replica_key');
    expect(key.region).toBe('us-east-1');
    expect(key.body).toMatchObject({ multi_region: true, enable_key_rotation: true, deletion_window_in_days: 7 });
    expect(replica.region).toBe('us-east-2');
    expect(synthesized.target(replica.body.primary_key_arn)).toBe(key);
  });

  test.each(['us-east-1', 'us-east-2'])('lets the services of %s use its key (R-KMS-2, R-KMS-3, R-KMS-4)', (region) => {
    const [key] = [
      ...synthesized.resources('aws_kms_key', region),
      ...synthesized.resources('aws_kms_replica_key', region),
    ];
    const { Statement } = JSON.parse(key.body.policy);
    expect(Statement[0]).toMatchObject({ Action: ['kms:*'] });
    expect(Statement[0].Principal.AWS).toMatch(/^arn:aws:iam::\$\{data\.aws_caller_identity\..*\.account_id\}:root$/);
    expect(Statement[1].Principal.Service).toBe(`logs.${region}.amazonaws.com`);
    expect(Statement[1].Condition.ArnLike['kms:EncryptionContext:aws:logs:arn']).toContain(`arn:aws:logs:${region}:`);
    expect(Statement[2].Principal.Service).toEqual(
      expect.arrayContaining([
        'cloudwatch.amazonaws.com',
        'events.amazonaws.com',
        'backup.amazonaws.com',
        'sns.amazonaws.com',
      ]),
    );
    expect(Statement[2].Action).toEqual(['kms:Decrypt', 'kms:GenerateDataKey*']);
  });

  test('gives both regions the same alias, which carries the suffix (R-KMS-6)', () => {
    expect(synthesized.resources('aws_kms_alias').map((alias) => [alias.region, alias.body.name])).toEqual([
      ['us-east-1', 'alias/multi-region-dr-dev'],
      ['us-east-2', 'alias/multi-region-dr-dev'],
    ]);
  });

  test('protects its keys under the protected profile (R-AUR-23, R-DEL-6)', () => {
    const kept = synth((scope, regions) => new Encryption(scope, 'Encryption', { regions }), {
      protection: 'protected',
    });
    for (const key of [kept.only('aws_kms_key'), kept.only('aws_kms_replica_key')]) {
      expect(key.body.deletion_window_in_days).toBe(30);
      expect(key.body.lifecycle.prevent_destroy).toBe(true);
    }
  });

  test('adds a replica in us-east-1 when neither region is us-east-1 (R-R53-14)', () => {
    const europe = synth((scope, regions) => new Encryption(scope, 'Encryption', { regions }), {
      primaryRegion: 'eu-west-1',
      secondaryRegion: 'eu-central-1',
    });
    expect(europe.resources('aws_kms_replica_key').map(({ region }) => region)).toEqual(['us-east-1', 'eu-central-1']);
  });

  test('every resource names its provider and stays in its region (R-TF-1, R-TF-3)', () => {
    expect(withoutProvider(synthesized)).toEqual([]);
    expect(foreignReferences(synthesized)).toEqual([]);
  });

  test('fails on an unknown prop, naming it', () => {
    expect(errorOf((scope, regions) => new Encryption(scope, 'E', { regions, alias: 'x' } as never))).toBe(
      'test/E: alias is "x"; there is no such prop, remove it or correct its spelling',
    );
  });

  test('fails on something that is not a service principal', () => {
    expect(
      errorOf((scope, regions) => new Encryption(scope, 'E', { regions, additionalServicePrincipals: ['sns'] })),
    ).toContain('additionalServicePrincipals[0] is "sns"; give service principals');
  });
});

terraformTest(
  'the real AWS provider accepts it',
  () => {
    expect(validate(synth((scope, regions) => new Encryption(scope, 'Encryption', { regions })))).toEqual([]);
  },
  60_000,
);
