import { TerraformVariable } from 'cdktf';
import { Backup, BackupProps } from '../../lib/constructs/backup';
import { Storage } from '../../lib/constructs/storage';
import { foreignReferences, withoutProvider } from '../support/locality';
import { errorOf, Json, synth, Synthesized } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

const KEYS = {
  primaryKeyArn: 'arn:aws:kms:us-east-1:111122223333:key/p',
  secondaryKeyArn: 'arn:aws:kms:us-east-2:111122223333:key/s',
};

const REGIONS = ['us-east-1', 'us-east-2'];

function backup(props: Partial<BackupProps> = {}, pair = {}): Synthesized {
  return synth((scope, regions) => new Backup(scope, 'Backup', { regions, ...props }), pair);
}

/** The only rule of the plan of a region. */
function ruleOf(synthesized: Synthesized, region = 'us-east-1'): Json {
  const { rule } = synthesized.only('aws_backup_plan', region).body;
  expect(rule).toHaveLength(1);
  return rule[0];
}

describe('Backup', () => {
  const synthesized = backup();

  test('keeps a vault in each region, with the key of that region (R-BKP-1, R-KMS-1)', () => {
    const vaults = backup(KEYS).resources('aws_backup_vault');
    expect(vaults.map(({ region, body }) => [region, body.name, body.kms_key_arn])).toEqual([
      ['us-east-1', 'backup-primary-dev', KEYS.primaryKeyArn],
      ['us-east-2', 'backup-secondary-dev', KEYS.secondaryKeyArn],
    ]);
    for (const { body } of synthesized.resources('aws_backup_vault')) expect(body).not.toHaveProperty('kms_key_arn');
  });

  test('backs up in the region of the resources and copies to the other, with a retention of its own (R-BKP-2)', () => {
    const rule = ruleOf(backup({ retentionDays: 14, copyRetentionDays: 28 }));
    expect(synthesized.target(rule.target_vault_name).region).toBe('us-east-1');
    expect(rule.lifecycle).toEqual({ delete_after: 14 });
    expect(rule.copy_action).toHaveLength(1);
    expect(synthesized.target(rule.copy_action[0].destination_vault_arn).region).toBe('us-east-2');
    expect(rule.copy_action[0].lifecycle).toEqual({ delete_after: 28 });
  });

  test('keeps backups and copies for seven days, none of them in cold storage (R-BKP-3)', () => {
    expect(ruleOf(synthesized).lifecycle).toEqual({ delete_after: 7 });
    expect(ruleOf(synthesized).copy_action[0].lifecycle).toEqual({ delete_after: 7 });
  });

  test('moves backups and copies to cold storage when they stay there for 90 days (R-BKP-3)', () => {
    const rule = ruleOf(backup({ coldStorageAfterDays: 30, retentionDays: 120, copyRetentionDays: 365 }));
    expect(rule.lifecycle).toEqual({ delete_after: 120, cold_storage_after: 30 });
    expect(rule.copy_action[0].lifecycle).toEqual({ delete_after: 365, cold_storage_after: 30 });
  });

  test('selects by the tag that the storage of the same regions carries (R-BKP-4)', () => {
    const system = synth((scope, regions) => {
      new Storage(scope, 'Storage', { regions });
      new Backup(scope, 'Backup', { regions });
    });
    const { selection_tag } = system.only('aws_backup_selection').body;
    expect(selection_tag).toEqual([{ type: 'STRINGEQUALS', key: 'Backup', value: 'daily-dev' }]);
    const tagged = system.all.filter(({ body }) => body.tags?.[selection_tag[0].key] === selection_tag[0].value);
    expect(tagged.map(({ type, region }) => [type, region])).toEqual([
      ['aws_ebs_volume', 'us-east-1'],
      ['aws_s3_bucket', 'us-east-1'],
      ['aws_s3_bucket', 'us-east-2'],
    ]);
  });

  test('selects every type that carries the tag, databases and tables included (R-BKP-8)', () => {
    const { body } = synthesized.only('aws_backup_selection');
    expect(body.name).toBe('tagged-primary-dev');
    for (const argument of ['resources', 'not_resources', 'condition']) expect(body).not.toHaveProperty(argument);
    expect(synthesized.target(body.plan_id)).toBe(synthesized.only('aws_backup_plan'));
  });

  test('has a role that backs up and restores, S3 included (R-BKP-5)', () => {
    const role = synthesized.only('aws_iam_role');
    expect(role.body.name).toBe('backup-primary-dev');
    expect(JSON.parse(role.body.assume_role_policy).Statement).toEqual([
      { Effect: 'Allow', Principal: { Service: 'backup.amazonaws.com' }, Action: ['sts:AssumeRole'] },
    ]);
    const attachments = synthesized.resources('aws_iam_role_policy_attachment');
    expect(attachments.map(({ body }) => body.policy_arn).sort()).toEqual([
      'arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup',
      'arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Restore',
      'arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup',
      'arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores',
    ]);
    for (const { body } of attachments) expect(synthesized.target(body.role)).toBe(role);
    expect(synthesized.target(synthesized.only('aws_backup_selection').body.iam_role_arn)).toBe(role);
  });

  test('deletes the vaults before the role that deletes what is in them (R-DEL-7)', () => {
    const attachments = synthesized.resources('aws_iam_role_policy_attachment').map(({ address }) => address);
    for (const { body } of synthesized.resources('aws_backup_vault')) {
      expect(body.depends_on).toEqual(expect.arrayContaining(attachments));
    }
  });

  test.each(REGIONS)(
    'opts %s in to every type and to advanced DynamoDB backup, before the plan (R-BKP-6)',
    (region) => {
      const settings = synthesized.only('aws_backup_region_settings', region);
      expect(settings.body.resource_type_opt_in_preference).toEqual({
        Aurora: true,
        CloudFormation: true,
        DSQL: true,
        DocumentDB: true,
        DynamoDB: true,
        EBS: true,
        EC2: true,
        EFS: true,
        FSx: true,
        Neptune: true,
        RDS: true,
        Redshift: true,
        'Redshift Serverless': true,
        S3: true,
        'SAP HANA on Amazon EC2': true,
        'Storage Gateway': true,
        VirtualMachine: true,
      });
      expect(settings.body.resource_type_management_preference).toEqual({
        CloudFormation: true,
        DSQL: true,
        DynamoDB: true,
        EFS: true,
      });
      // The plan names both vaults, so it waits for both regions.
      expect(synthesized.only('aws_backup_vault', region).body.depends_on).toContain(settings.address);
    },
  );

  test('writes the settings of the account once and does not fight over them (R-BKP-6)', () => {
    for (const { body } of synthesized.resources('aws_backup_region_settings')) {
      expect(body.lifecycle.ignore_changes).toEqual([
        'resource_type_opt_in_preference',
        'resource_type_management_preference',
      ]);
    }
    const left = backup({ manageRegionSettings: false });
    expect(left.resources('aws_backup_region_settings')).toEqual([]);
  });

  test('names no type that a smaller region may lack, for which AWS would refuse all (R-BKP-6)', () => {
    const small = backup({}, { primaryRegion: 'us-west-1', secondaryRegion: 'sa-east-1' });
    for (const { body } of small.resources('aws_backup_region_settings')) {
      expect(Object.keys(body.resource_type_opt_in_preference)).toEqual([
        'Aurora',
        'CloudFormation',
        'DynamoDB',
        'EBS',
        'EC2',
        'EFS',
        'FSx',
        'RDS',
        'Redshift',
        'S3',
        'Storage Gateway',
      ]);
      expect(body.resource_type_management_preference).toEqual({ CloudFormation: true, DynamoDB: true, EFS: true });
    }
  });

  test('locks nothing by default (R-BKP-7)', () => {
    expect(synthesized.resources('aws_backup_vault_lock_configuration')).toEqual([]);
    expect(backup({}, { protection: 'protected' }).resources('aws_backup_vault_lock_configuration')).toEqual([]);
  });

  test.each([
    [{ vaultLock: 'governance', retentionDays: 30 }, undefined],
    [{ vaultLock: 'compliance', changeableForDays: 14, retentionDays: 30 }, 14],
  ])('locks both vaults with %j, for no longer than what it keeps shortest (R-BKP-7)', (props, changeableForDays) => {
    const locked = backup(props, { protection: 'protected' });
    const locks = locked.resources('aws_backup_vault_lock_configuration');
    expect(locks.map(({ region }) => region)).toEqual(REGIONS);
    for (const { region, body } of locks) {
      expect(locked.target(body.backup_vault_name)).toBe(locked.only('aws_backup_vault', region));
      expect(body.min_retention_days).toBe(7);
      expect(body.changeable_for_days).toBe(changeableForDays);
    }
  });

  test('empties both vaults on destroy when disposable, and neither when protected (R-BKP-9, R-DEL-7, R-DEL-17)', () => {
    const forced = (s: Synthesized): boolean[] => s.resources('aws_backup_vault').map(({ body }) => body.force_destroy);
    expect(forced(synthesized)).toEqual([true, true]);
    expect(forced(backup({}, { protection: 'protected' }))).toEqual([false, false]);
  });

  test('starts every day at five UTC and has an hour to start, three to end (R-BKP-10, R-BKP-11)', () => {
    expect(ruleOf(synthesized)).toMatchObject({
      schedule: 'cron(0 5 * * ? *)',
      start_window: 60,
      completion_window: 180,
    });
    expect(ruleOf(synthesized)).not.toHaveProperty('schedule_expression_timezone');
  });

  test.each(['cron(0 */6 * * ? *)', 'cron(30 2 ? * MON-FRI *)', 'cron(0 5 1 * ? 2027)'])(
    'accepts %s (R-BKP-10)',
    (schedule) => expect(ruleOf(backup({ schedule })).schedule).toBe(schedule),
  );

  test('accepts a schedule that is not known at synth', () => {
    const referred = synth((scope, regions) => {
      const schedule = new TerraformVariable(scope, 'schedule', {}).stringValue;
      new Backup(scope, 'Backup', { regions, schedule });
    });
    expect(ruleOf(referred).schedule).toBe('${var.schedule}');
  });

  test('backs up continuously only when told to', () => {
    expect(ruleOf(synthesized)).not.toHaveProperty('enable_continuous_backup');
    expect(ruleOf(backup({ continuousBackup: true, retentionDays: 35 })).enable_continuous_backup).toBe(true);
  });

  test('mirrors the plan in the secondary, copied to the primary (R-BKP-2)', () => {
    const mirrored = backup({ planInSecondary: true });
    const rule = ruleOf(mirrored, 'us-east-2');
    expect(mirrored.target(rule.target_vault_name).region).toBe('us-east-2');
    expect(mirrored.target(rule.copy_action[0].destination_vault_arn).region).toBe('us-east-1');
    const plans = mirrored.resources('aws_backup_plan');
    expect(plans.map(({ body }) => body.name)).toEqual(['daily-primary-dev', 'daily-secondary-dev']);
    expect(
      mirrored.resources('aws_backup_selection').map(({ region, body }) => [region, mirrored.target(body.plan_id)]),
    ).toEqual([
      ['us-east-1', plans[0]],
      ['us-east-2', plans[1]],
    ]);
  });

  test('restores copies in the secondary, which is where they are needed', () => {
    expect(synthesized.resources('aws_backup_restore_testing_plan')).toEqual([]);
    const tested = backup({ restoreTesting: true }, { environmentSuffix: 'dev-1' });
    const plan = tested.only('aws_backup_restore_testing_plan');
    expect(plan.region).toBe('us-east-2');
    expect(plan.body.name).toBe('restore_test_secondary_dev_1');
    expect(plan.body.recovery_point_selection).toEqual([
      {
        algorithm: 'LATEST_WITHIN_WINDOW',
        include_vaults: [`\${${tested.only('aws_backup_vault', 'us-east-2').address}.arn}`],
        recovery_point_types: ['SNAPSHOT'],
        selection_window_days: 7,
      },
    ]);
    const selections = tested.resources('aws_backup_restore_testing_selection', 'us-east-2');
    expect(selections.map(({ body }) => [body.name, body.protected_resource_type])).toEqual([
      ['aurora', 'Aurora'],
      ['dynamodb', 'DynamoDB'],
      ['ebs', 'EBS'],
      ['s3', 'S3'],
    ]);
    for (const { body } of selections) {
      expect(tested.target(body.restore_testing_plan_name)).toBe(plan);
      expect(tested.target(body.iam_role_arn)).toBe(tested.only('aws_iam_role'));
      expect(body.protected_resource_arns).toEqual(['*']);
    }
  });

  test('hands out its plans, its role and its vaults', () => {
    const wired = synth((scope, regions) => {
      const { primary, secondary, planId, secondaryPlanId, roleArn } = new Backup(scope, 'Backup', {
        regions,
        planInSecondary: true,
      });
      scope.addOverride('locals', { primary, secondary, planId, secondaryPlanId, roleArn });
    });
    const { primary, secondary, planId, secondaryPlanId, roleArn } = wired.json.locals;
    expect(wired.target(planId)).toBe(wired.only('aws_backup_plan', 'us-east-1'));
    expect(wired.target(secondaryPlanId)).toBe(wired.only('aws_backup_plan', 'us-east-2'));
    expect(wired.target(roleArn)).toBe(wired.only('aws_iam_role'));
    for (const value of [primary.vaultName, primary.vaultArn]) {
      expect(wired.target(value)).toBe(wired.only('aws_backup_vault', 'us-east-1'));
    }
    for (const value of [secondary.vaultName, secondary.vaultArn]) {
      expect(wired.target(value)).toBe(wired.only('aws_backup_vault', 'us-east-2'));
    }
  });

  test('every resource names its provider and stays in its region (R-TF-1, R-TF-3)', () => {
    const whole = backup({ ...KEYS, planInSecondary: true, restoreTesting: true });
    expect(withoutProvider(whole)).toEqual([]);
    expect(foreignReferences(whole)).toEqual([]);
  });

  const CRON_WAY =
    'give a cron expression of six fields in UTC, such as "cron(0 5 * * ? *)", with "?" as the day of the month or of the week';

  test.each<[object, string]>([
    [{ cron: 'x' }, 'test/B: cron is "x"; there is no such prop, remove it or correct its spelling'],
    [{ schedule: 'cron(0 5 * * *)' }, `test/B: schedule is "cron(0 5 * * *)"; ${CRON_WAY}`],
    [{ schedule: 'cron(0 5 * * * *)' }, `test/B: schedule is "cron(0 5 * * * *)"; ${CRON_WAY}`],
    [{ schedule: 'cron(0 5 ? * ? *)' }, `test/B: schedule is "cron(0 5 ? * ? *)"; ${CRON_WAY}`],
    [{ schedule: 'rate(1 day)' }, `test/B: schedule is "rate(1 day)"; ${CRON_WAY}`],
    [{ schedule: 5 }, 'test/B: schedule is 5; give a cron expression such as "cron(0 5 * * ? *)"'],
    [{ startWindowMinutes: 30 }, 'test/B: startWindowMinutes is 30; give a whole number from 60 to 10080 minutes'],
    [
      { completionWindowMinutes: 60 },
      'test/B: completionWindowMinutes is 60; give a whole number from 61 to 43200 minutes',
    ],
    [
      { startWindowMinutes: 180 },
      'test/B: completionWindowMinutes is 180; give more than startWindowMinutes, which is 180',
    ],
    [{ retentionDays: 0 }, 'test/B: retentionDays is 0; give a whole number from 1 to 36500 days'],
    [{ copyRetentionDays: 1.5 }, 'test/B: copyRetentionDays is 1.5; give a whole number from 1 to 36500 days'],
    [
      { coldStorageAfterDays: 30, retentionDays: 119, copyRetentionDays: 120 },
      'test/B: retentionDays is 119; give at least 120: what moves to cold storage after 30 days stays there for 90',
    ],
    [
      { coldStorageAfterDays: 1 },
      'test/B: retentionDays is 7; give at least 91: what moves to cold storage after 1 days stays there for 90\n' +
        'test/B: copyRetentionDays is 7; give at least 91: what moves to cold storage after 1 days stays there for 90',
    ],
    [
      { continuousBackup: true, retentionDays: 36 },
      'test/B: retentionDays is 36; give at most 35, or leave out continuousBackup: AWS keeps continuous backups no longer',
    ],
    [{ vaultLock: 'on' }, 'test/B: vaultLock is "on"; use one of "none", "governance", "compliance"'],
    [
      { vaultLock: 'governance' },
      'test/B: vaultLock is "governance"; choose the profile "protected": a locked vault cannot be emptied, so a disposable system cannot be destroyed',
    ],
    [
      { changeableForDays: 3 },
      'test/B: changeableForDays is 3; leave it out, or set vaultLock to "compliance": it makes a lock irreversible',
    ],
    [
      { vaultLock: 'compliance', changeableForDays: 2 },
      'test/B: changeableForDays is 2; give a whole number from 3 to 36500 days',
    ],
    [
      { secondaryKeyArn: KEYS.secondaryKeyArn },
      'test/B: primaryKeyArn is missing; give a key of each region, or of neither',
    ],
    [
      { primaryKeyArn: KEYS.primaryKeyArn, secondaryKeyArn: KEYS.primaryKeyArn },
      `test/B: secondaryKeyArn is "${KEYS.primaryKeyArn}"; give a key of us-east-2`,
    ],
    [
      { planInSecondary: 'yes', restoreTesting: 1, manageRegionSettings: null },
      'test/B: planInSecondary is "yes"; give true or false\n' +
        'test/B: manageRegionSettings is null; give true or false\n' +
        'test/B: restoreTesting is 1; give true or false',
    ],
  ])('fails on %j', (props, message) => {
    expect(errorOf((scope, regions) => new Backup(scope, 'B', { regions, ...props }))).toBe(message);
  });

  test('fails on a compliance lock that nobody decided to make irreversible (R-BKP-7)', () => {
    expect(
      errorOf((scope, regions) => new Backup(scope, 'B', { regions, vaultLock: 'compliance' }), {
        protection: 'protected',
      }),
    ).toBe(
      'test/B: changeableForDays is missing; say for how many days the lock can be taken back: after them nobody can remove it, nor the vault',
    );
  });
});

terraformTest.each<[string, Partial<BackupProps>, string]>([
  ['by default', KEYS, 'disposable'],
  ['without keys and settings', { manageRegionSettings: false }, 'disposable'],
  ['with a governance lock, protected', { ...KEYS, vaultLock: 'governance' }, 'protected'],
  [
    'with a compliance lock, cold storage',
    {
      ...KEYS,
      vaultLock: 'compliance',
      changeableForDays: 3,
      coldStorageAfterDays: 30,
      retentionDays: 120,
      copyRetentionDays: 120,
    },
    'protected',
  ],
  [
    'with restore tests, continuous backup and a plan in the secondary',
    { ...KEYS, restoreTesting: true, continuousBackup: true, planInSecondary: true },
    'disposable',
  ],
])(
  'the real AWS provider accepts it %s',
  (_, props, protection) => {
    expect(validate(backup(props, { protection }))).toEqual([]);
  },
  60_000,
);
