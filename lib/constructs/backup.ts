import { BackupPlan, BackupPlanRuleLifecycle } from '@cdktf/provider-aws/lib/backup-plan';
import { BackupRegionSettings } from '@cdktf/provider-aws/lib/backup-region-settings';
import { BackupRestoreTestingPlan } from '@cdktf/provider-aws/lib/backup-restore-testing-plan';
import { BackupRestoreTestingSelection } from '@cdktf/provider-aws/lib/backup-restore-testing-selection';
import { BackupSelection } from '@cdktf/provider-aws/lib/backup-selection';
import { BackupVault } from '@cdktf/provider-aws/lib/backup-vault';
import { BackupVaultLockConfiguration } from '@cdktf/provider-aws/lib/backup-vault-lock-configuration';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { z } from 'zod';
import { BACKUP_TAG_KEY, backupTagValue } from '../core/backup-tag';
import { ConfigurationError, ConfigurationProblem } from '../core/errors';
import { bothHalves, halfOf, Halves } from '../core/halves';
import { ServiceRole } from '../core/iam';
import { keyHalves } from '../core/key-pair';
import { checkName } from '../core/naming';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import { arn, flag, instance, integer, known, oneOf, validateProps } from '../core/validation';

/** Props of `Backup`. */
export interface BackupProps {
  /** The two regions. */
  readonly regions: RegionPair;
  /** ARN of the KMS key of the vault in the primary region. @default - the account's default key for AWS Backup */
  readonly primaryKeyArn?: string;
  /** ARN of the KMS key of the vault in the secondary region. @default - the account's default key for AWS Backup */
  readonly secondaryKeyArn?: string;
  /**
   * When backups start, as a cron expression in UTC. What changes between two of them is lost when both regions'
   * data is: the recovery point objective of a backup is this interval (rule R-BKP-11). @default 'cron(0 5 * * ? *)'
   */
  readonly schedule?: string;
  /** Minutes within which a backup has to start (60 to 10080). @default 60 */
  readonly startWindowMinutes?: number;
  /** Minutes within which a backup has to be complete, more than `startWindowMinutes` (to 43200). @default 180 */
  readonly completionWindowMinutes?: number;
  /** Days that backups are kept in the region of the resource (1 to 36500). @default 7 */
  readonly retentionDays?: number;
  /** Days that their copies are kept in the other region (1 to 36500). @default 7 */
  readonly copyRetentionDays?: number;
  /**
   * Days after which backups and copies move to cold storage, where they stay for 90 days at least (1 to 36410).
   * @default - never
   */
  readonly coldStorageAfterDays?: number;
  /**
   * Point-in-time recovery of what supports it (Aurora, RDS, S3) through AWS Backup, kept for at most 35 days. AWS Backup
   * then owns the backup window and retention of those databases. @default false
   */
  readonly continuousBackup?: boolean;
  /** A mirrored plan for resources of the secondary region, copied to the primary. @default false */
  readonly planInSecondary?: boolean;
  /**
   * Opts both regions in to the resource types AWS Backup knows, and to advanced DynamoDB backup, without which tables
   * are not copied (rule R-BKP-6). These are settings of the account, not of this system: leave them to whoever owns
   * the account by giving false. Destroying the stack leaves them as they are. @default true
   */
  readonly manageRegionSettings?: boolean;
  /**
   * Restores the newest copy of every resource in the secondary region once a week and deletes it again. Databases are
   * restored into the default VPC of the region, which has to exist. @default false
   */
  readonly restoreTesting?: boolean;
  /**
   * `none`; `governance`, so that only chosen administrators can delete backups before their time; or `compliance`, so
   * that nobody can, AWS included. Both only under the `protected` profile (rule R-BKP-7). @default 'none'
   */
  readonly vaultLock?: string;
  /**
   * Days during which a `compliance` lock can still be taken back (3 to 36500). After them it is there for ever.
   * @default - none, and required by `compliance`
   */
  readonly changeableForDays?: number;
}

/** One region's vault. */
export interface RegionalBackup {
  readonly vaultName: string;
  readonly vaultArn: string;
}

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  primaryKeyArn: arn('kms').optional(),
  secondaryKeyArn: arn('kms').optional(),
  schedule: known(
    z
      .string('give a cron expression such as "cron(0 5 * * ? *)"')
      .regex(
        /^cron\(\S+ \S+ (\? \S+ [^\s?]+|[^\s?]+ \S+ \?) \S+\)$/,
        'give a cron expression of six fields in UTC, such as "cron(0 5 * * ? *)", with "?" as the day of the month or of the week',
      ),
  ).optional(),
  startWindowMinutes: integer(60, 10080, 'minutes').optional(),
  completionWindowMinutes: integer(61, 43200, 'minutes').optional(),
  retentionDays: integer(1, 36500, 'days').optional(),
  copyRetentionDays: integer(1, 36500, 'days').optional(),
  coldStorageAfterDays: integer(1, 36410, 'days').optional(),
  continuousBackup: flag.optional(),
  planInSecondary: flag.optional(),
  manageRegionSettings: flag.optional(),
  restoreTesting: flag.optional(),
  vaultLock: oneOf('none', 'governance', 'compliance').optional(),
  changeableForDays: integer(3, 36500, 'days').optional(),
});

const DEFAULT_START_WINDOW_MINUTES = 60;
const DEFAULT_COMPLETION_WINDOW_MINUTES = 180;
const DEFAULT_RETENTION_DAYS = 7;

/** Cold storage bills 90 days, and AWS refuses less (rule R-BKP-3). */
const COLD_STORAGE_MINIMUM_DAYS = 90;

/** https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html */
const CONTINUOUS_BACKUP_MAXIMUM_DAYS = 35;

/** What the role may do is AWS's own list: it grows with the resource types AWS Backup learns (rule R-BKP-5). */
const MANAGED_POLICIES = {
  Backup: 'service-role/AWSBackupServiceRolePolicyForBackup',
  Restores: 'service-role/AWSBackupServiceRolePolicyForRestores',
  S3Backup: 'AWSBackupServiceRolePolicyForS3Backup',
  S3Restore: 'AWSBackupServiceRolePolicyForS3Restore',
};

/** Resource types that AWS Backup knows in every region. */
const RESOURCE_TYPES = [
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
];

/**
 * Those it knows in some. AWS refuses the whole request for one type that the region lacks, so they are named only
 * where they are known to be. https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html
 */
const RESOURCE_TYPES_OF_LARGE_REGIONS = [
  'DSQL',
  'DocumentDB',
  'Neptune',
  'Redshift Serverless',
  'SAP HANA on Amazon EC2',
  'VirtualMachine',
];

/** Regions of which that is known. */
const LARGE_REGIONS = ['us-east-1', 'us-east-2', 'us-west-2'];

/** Types whose backups AWS Backup can manage fully, in its vaults and with their keys. */
const FULLY_MANAGED_TYPES = ['CloudFormation', 'DSQL', 'DynamoDB', 'EFS'];

/** Types of what this library builds that a restore test covers. */
const TESTED_TYPES = ['Aurora', 'DynamoDB', 'EBS', 'S3'];

/**
 * A vault in each region, and a daily plan that backs up whatever carries the tag of `core/backup-tag` and copies it to
 * the other region (rules R-BKP-1 to R-BKP-11).
 *
 * Replication carries corruption and deletions to the other region within seconds. Backups are what brings data back
 * from before them, so databases and tables belong in the plan as much as volumes (rule R-BKP-8).
 *
 * @throws ConfigurationError for unknown or malformed props, windows and retentions that contradict each other, a key
 * without its twin, a key of another region, a vault lock under the `disposable` profile
 */
export class Backup extends Construct {
  public readonly primary: RegionalBackup;
  public readonly secondary: RegionalBackup;
  /** The plan of the primary region. */
  public readonly planId: string;
  /** The plan of the secondary region. Nothing unless `planInSecondary`. */
  public readonly secondaryPlanId?: string;
  /** The role that backs up, copies and restores in both regions: IAM is global. */
  public readonly roleArn: string;

  constructor(scope: Construct, id: string, props: BackupProps) {
    super(scope, id);
    validateProps(this, schema, props);
    const problems = contradictions(props);
    if (problems.length > 0) throw new ConfigurationError(this, ...problems);
    const { regions } = props;
    const keys = keyHalves(this, regions, props);

    const { role } = new ServiceRole(this, 'Role', {
      region: regions.primary,
      name: 'backup',
      description: 'Backs up, copies and restores in both regions',
      servicePrincipal: 'backup.amazonaws.com',
      statements: [],
      // AWS documents no condition for this trust; one that the service did not meet would stop every backup.
      restrictToAccount: false,
    });
    this.roleArn = role.arn;
    const permissions = Object.entries(MANAGED_POLICIES).map(
      ([name, policy]) =>
        new IamRolePolicyAttachment(this, `${name}Permissions`, {
          provider: regions.primary.provider,
          role: role.name,
          policyArn: `arn:${regions.primary.partition}:iam::aws:policy/${policy}`,
        }),
    );

    const halves = bothHalves(
      regions,
      (region, name) => new RegionalVault(this, name, props, region, permissions, halfOf(keys, region)),
    );
    this.primary = halves.primary.outputs;
    this.secondary = halves.secondary.outputs;
    this.planId = dailyPlan(halves.primary, halves.secondary, props, role.arn);
    if (props.planInSecondary) {
      this.secondaryPlanId = dailyPlan(halves.secondary, halves.primary, props, role.arn);
    }
    if (props.restoreTesting) restoreTests(halves, role.arn, permissions);
  }
}

function contradictions(props: BackupProps): ConfigurationProblem[] {
  const {
    regions,
    startWindowMinutes = DEFAULT_START_WINDOW_MINUTES,
    completionWindowMinutes = DEFAULT_COMPLETION_WINDOW_MINUTES,
    retentionDays = DEFAULT_RETENTION_DAYS,
    copyRetentionDays = DEFAULT_RETENTION_DAYS,
    coldStorageAfterDays,
    vaultLock = 'none',
    changeableForDays,
  } = props;
  const problems: ConfigurationProblem[] = [];
  if (completionWindowMinutes <= startWindowMinutes) {
    problems.push({
      prop: 'completionWindowMinutes',
      received: completionWindowMinutes,
      wayOut: `give more than startWindowMinutes, which is ${startWindowMinutes}`,
    });
  }
  if (coldStorageAfterDays !== undefined) {
    const least = coldStorageAfterDays + COLD_STORAGE_MINIMUM_DAYS;
    for (const [prop, received] of Object.entries({ retentionDays, copyRetentionDays })) {
      if (received < least) {
        problems.push({
          prop,
          received,
          wayOut: `give at least ${least}: what moves to cold storage after ${coldStorageAfterDays} days stays there for ${COLD_STORAGE_MINIMUM_DAYS}`,
        });
      }
    }
  }
  if (props.continuousBackup && retentionDays > CONTINUOUS_BACKUP_MAXIMUM_DAYS) {
    problems.push({
      prop: 'retentionDays',
      received: retentionDays,
      wayOut: `give at most ${CONTINUOUS_BACKUP_MAXIMUM_DAYS}, or leave out continuousBackup: AWS keeps continuous backups no longer`,
    });
  }
  if (vaultLock !== 'none' && regions.protection.forceDestroy) {
    problems.push({
      prop: 'vaultLock',
      received: vaultLock,
      wayOut:
        'choose the profile "protected": a locked vault cannot be emptied, so a disposable system cannot be destroyed',
    });
  }
  if ((vaultLock === 'compliance') !== (changeableForDays !== undefined)) {
    problems.push({
      prop: 'changeableForDays',
      received: changeableForDays,
      wayOut:
        vaultLock === 'compliance'
          ? 'say for how many days the lock can be taken back: after them nobody can remove it, nor the vault'
          : 'leave it out, or set vaultLock to "compliance": it makes a lock irreversible',
    });
  }
  return problems;
}

/** The vault of one region, and the settings of AWS Backup there. */
class RegionalVault extends Construct {
  public readonly vault: BackupVault;

  constructor(
    scope: Construct,
    id: string,
    props: BackupProps,
    public readonly region: Region,
    permissions: ITerraformDependable[],
    keyArn?: string,
  ) {
    super(scope, id);
    const { provider } = region;
    const settings = (props.manageRegionSettings ?? true) ? [regionSettings(this, region)] : [];
    this.vault = new BackupVault(this, 'Vault', {
      provider,
      name: region.resourceName('backup vault', 'backup'),
      kmsKeyArn: keyArn,
      forceDestroy: props.regions.protection.forceDestroy,
      // AWS Backup deletes recovery points with the role that made them, so the vault has to go before the role. And a
      // plan, which names both vaults, must not start before both regions are opted in.
      dependsOn: [...permissions, ...settings],
    });
    if ((props.vaultLock ?? 'none') !== 'none') {
      new BackupVaultLockConfiguration(this, 'Lock', {
        provider,
        backupVaultName: this.vault.name,
        // Both vaults hold backups and copies, and a lock refuses what would expire earlier.
        minRetentionDays: Math.min(
          props.retentionDays ?? DEFAULT_RETENTION_DAYS,
          props.copyRetentionDays ?? DEFAULT_RETENTION_DAYS,
        ),
        changeableForDays: props.changeableForDays,
      });
    }
  }

  public get outputs(): RegionalBackup {
    return { vaultName: this.vault.name, vaultArn: this.vault.arn };
  }
}

/**
 * Opts the region in to every type (rule R-BKP-6). The settings belong to the account: they are written once and not
 * fought over, neither with other environments nor with AWS, which adds types to what Terraform reads.
 */
function regionSettings(scope: Construct, region: Region): BackupRegionSettings {
  const types = [
    ...RESOURCE_TYPES,
    ...(LARGE_REGIONS.includes(region.name) ? RESOURCE_TYPES_OF_LARGE_REGIONS : []),
  ].sort();
  const allOf = (names: readonly string[]): Record<string, boolean> =>
    Object.fromEntries(names.map((name) => [name, true]));
  return new BackupRegionSettings(scope, 'RegionSettings', {
    provider: region.provider,
    resourceTypeOptInPreference: allOf(types),
    resourceTypeManagementPreference: allOf(types.filter((type) => FULLY_MANAGED_TYPES.includes(type))),
    lifecycle: { ignoreChanges: ['resource_type_opt_in_preference', 'resource_type_management_preference'] },
  });
}

/** The plan of one region, with the copy that links it to the vault of the other. */
function dailyPlan(source: RegionalVault, destination: RegionalVault, props: BackupProps, roleArn: string): string {
  const { region } = source;
  const lifecycle = (deleteAfter: number): BackupPlanRuleLifecycle => ({
    deleteAfter,
    coldStorageAfter: props.coldStorageAfterDays,
  });
  const plan = new BackupPlan(source, 'Plan', {
    provider: region.provider,
    name: region.resourceName('backup plan', 'daily'),
    rule: [
      {
        ruleName: 'daily',
        targetVaultName: source.vault.name,
        schedule: props.schedule ?? 'cron(0 5 * * ? *)',
        startWindow: props.startWindowMinutes ?? DEFAULT_START_WINDOW_MINUTES,
        completionWindow: props.completionWindowMinutes ?? DEFAULT_COMPLETION_WINDOW_MINUTES,
        enableContinuousBackup: props.continuousBackup,
        lifecycle: lifecycle(props.retentionDays ?? DEFAULT_RETENTION_DAYS),
        copyAction: [
          {
            destinationVaultArn: destination.vault.arn,
            // Without a lifecycle of its own a copy is kept for ever (rule R-BKP-2).
            lifecycle: lifecycle(props.copyRetentionDays ?? DEFAULT_RETENTION_DAYS),
          },
        ],
      },
    ],
  });
  new BackupSelection(source, 'Selection', {
    provider: region.provider,
    name: region.resourceName('backup selection', 'tagged'),
    planId: plan.id,
    iamRoleArn: roleArn,
    selectionTag: [{ type: 'STRINGEQUALS', key: BACKUP_TAG_KEY, value: backupTagValue(props.regions) }],
  });
  return plan.id;
}

/** Weekly restores of the copies: those are what is left when the primary region is lost. */
function restoreTests(
  { secondary }: Halves<RegionalVault>,
  roleArn: string,
  permissions: ITerraformDependable[],
): void {
  const { region } = secondary;
  // AWS allows no hyphens here, which every other name has.
  const name = `restore_test_${region.role}_${region.environmentSuffix.replaceAll('-', '_')}`;
  const plan = new BackupRestoreTestingPlan(secondary, 'RestoreTestingPlan', {
    provider: region.provider,
    name: checkName(secondary, 'restore testing plan', name),
    scheduleExpression: 'cron(0 9 ? * SUN *)',
    startWindowHours: 8,
    recoveryPointSelection: [
      {
        algorithm: 'LATEST_WITHIN_WINDOW',
        includeVaults: [secondary.vault.arn],
        recoveryPointTypes: ['SNAPSHOT'],
        selectionWindowDays: 7,
      },
    ],
  });
  for (const type of TESTED_TYPES) {
    new BackupRestoreTestingSelection(secondary, `RestoreTest${type}`, {
      provider: region.provider,
      name: type.toLowerCase(),
      restoreTestingPlanName: plan.name,
      protectedResourceType: type,
      protectedResourceArns: ['*'],
      iamRoleArn: roleArn,
      validationWindowHours: 1,
      dependsOn: permissions,
    });
  }
}
