import { randomUUID } from 'crypto';
import { ACCOUNT_ID } from '../account';
import { answer, AwsError } from '../answer';
import { EventBus } from '../event-bus';
import { Call, inputOf } from '../request';
import { Json } from '../wire';
import { Service, World } from '../world';

/** How long a backup takes. */
const BACKUP_MS = 30_000;

/** What AWS Backup calls the services whose resources the system backs up. */
const RESOURCE_TYPES: Readonly<Record<string, string>> = { dynamodb: 'DynamoDB', ec2: 'EBS', rds: 'RDS', s3: 'S3' };

function resourceType(arn: string): string {
  const [, , service, , , kind] = arn.split(':');
  return service === 'rds' && kind === 'cluster' ? 'Aurora' : (RESOURCE_TYPES[service] ?? service);
}

/**
 * AWS Backup: jobs on demand, and copies that the source region pushes. Nothing is read from the resource: a recovery point
 * is only known to exist.
 */
export function backupJobs({ clock, replication }: World, bus: EventBus): Service {
  const jobs = new Map<string, Json>();
  const points = new Map<string, Json>();
  const now = (): number => clock.now() / 1000;
  const pointArn = (region: string): string => `arn:aws:backup:${region}:${ACCOUNT_ID}:recovery-point:${randomUUID()}`;
  const key = (region: string, vault: string, arn: string): string => JSON.stringify([region, vault, arn]);
  const needPoint = (call: Call): Json => {
    const { backupVaultName, recoveryPointArn } = call.labels;
    const found = points.get(key(call.region, backupVaultName, recoveryPointArn));
    if (!found) throw new AwsError('ResourceNotFoundException', `Cannot find recovery point ${recoveryPointArn}`, 404);
    return found;
  };
  const needJob = (id: string): Json => {
    const found = jobs.get(id);
    if (!found) throw new AwsError('ResourceNotFoundException', `Cannot find job ${id}`, 404);
    return found;
  };
  const keep = (region: string, vault: string, arn: string, ResourceArn: string): void => {
    points.set(key(region, vault, arn), {
      RecoveryPointArn: arn,
      BackupVaultName: vault,
      BackupVaultArn: `arn:aws:backup:${region}:${ACCOUNT_ID}:backup-vault:${vault}`,
      ResourceArn,
      ResourceType: resourceType(ResourceArn),
      Status: 'COMPLETED',
      CreationDate: now(),
      CompletionDate: now(),
    });
  };
  const finish = async (region: string, kind: 'Backup' | 'Copy', job: Json): Promise<void> => {
    Object.assign(job, { State: 'COMPLETED', PercentDone: '100.0', CompletionDate: now() });
    await bus.emit(region, {
      source: 'aws.backup',
      detailType: `${kind} Job State Change`,
      resources: [job.RecoveryPointArn ?? job.DestinationRecoveryPointArn],
      detail: {
        state: 'COMPLETED',
        backupJobId: job.BackupJobId,
        copyJobId: job.CopyJobId,
        resourceArn: job.ResourceArn,
      },
    });
  };

  return {
    StartBackupJob: async (call) => {
      const { BackupVaultName, ResourceArn, IamRoleArn } = inputOf<Json>(call);
      const RecoveryPointArn = pointArn(call.region);
      const BackupJobId = randomUUID();
      const CreationDate = now();
      const job = {
        BackupJobId,
        BackupVaultName,
        ResourceArn,
        IamRoleArn,
        RecoveryPointArn,
        CreationDate,
        State: 'RUNNING',
      };
      jobs.set(BackupJobId, job);
      clock.after(BACKUP_MS, () => {
        keep(call.region, BackupVaultName, RecoveryPointArn, ResourceArn);
        return finish(call.region, 'Backup', job);
      });
      return answer(call, { BackupJobId, RecoveryPointArn, CreationDate });
    },
    DescribeBackupJob: async (call) => answer(call, needJob(call.labels.backupJobId)),
    StartCopyJob: async (call) => {
      const { RecoveryPointArn, SourceBackupVaultName, DestinationBackupVaultArn } = inputOf<Json>(call);
      const source = points.get(key(call.region, SourceBackupVaultName, RecoveryPointArn));
      if (!source) throw new AwsError('ResourceNotFoundException', `Cannot find ${RecoveryPointArn}`, 404);
      const [, , , to, , , vault] = String(DestinationBackupVaultArn).split(':');
      const CopyJobId = randomUUID();
      const job: Json = {
        CopyJobId,
        SourceRecoveryPointArn: RecoveryPointArn,
        DestinationBackupVaultArn,
        DestinationRecoveryPointArn: pointArn(to),
        ResourceArn: source.ResourceArn,
        CreationDate: now(),
        State: 'RUNNING',
      };
      jobs.set(CopyJobId, job);
      replication.submit({
        service: 'backup',
        from: call.region,
        to,
        resource: SourceBackupVaultName,
        apply: () => {
          keep(to, vault, job.DestinationRecoveryPointArn, source.ResourceArn);
          return finish(call.region, 'Copy', job);
        },
      });
      return answer(call, { CopyJobId, CreationDate: job.CreationDate });
    },
    DescribeCopyJob: async (call) => answer(call, { CopyJob: needJob(call.labels.copyJobId) }),
    DescribeRecoveryPoint: async (call) => answer(call, needPoint(call)),
    DeleteRecoveryPoint: async (call) => {
      needPoint(call);
      points.delete(key(call.region, call.labels.backupVaultName, call.labels.recoveryPointArn));
      return answer(call, {});
    },
    ListRecoveryPointsByBackupVault: async (call) => {
      const vault = `arn:aws:backup:${call.region}:${ACCOUNT_ID}:backup-vault:${call.labels.backupVaultName}`;
      return answer(call, { RecoveryPoints: [...points.values()].filter((point) => point.BackupVaultArn === vault) });
    },
  };
}
