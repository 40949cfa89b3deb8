/**
 * What may be deleted, and how. One profile decides every deletion protection, retention, force-destroy and final
 * snapshot of the system (rules R-DEL-1 to R-DEL-17), so that no resource can disagree with another.
 */
export interface Protection {
  /** `disposable` or `protected`. */
  readonly profile: string;
  /** Deletion protection of databases, tables and load balancers. */
  readonly deletionProtection: boolean;
  /** Buckets, vaults, zones and repositories are emptied on destroy. */
  readonly forceDestroy: boolean;
  /** The primary database writes a last snapshot before it is deleted. */
  readonly finalSnapshot: boolean;
  /** Waiting period before a KMS key is deleted, in days (7 to 30). */
  readonly keyDeletionWindowInDays: number;
  /** Waiting period before a secret is deleted, in days (0, or 7 to 30). */
  readonly secretRecoveryWindowInDays: number;
  /** Retention of log groups, in days. */
  readonly logRetentionInDays: number;
  /** `prevent_destroy` on keys: Terraform refuses to plan their deletion. */
  readonly preventDestroy: boolean;
  /** Instances of the Aurora writer cluster, so that the loss of one availability zone is not the loss of the writer; two also make an RDS instance Multi-AZ. */
  readonly writerInstances: number;
}

/** Everything can be destroyed with one `terraform destroy`: development, tests, drills. */
export const DISPOSABLE: Protection = {
  profile: 'disposable',
  deletionProtection: false,
  forceDestroy: true,
  finalSnapshot: false,
  keyDeletionWindowInDays: 7,
  secretRecoveryWindowInDays: 0,
  logRetentionInDays: 30,
  preventDestroy: false,
  writerInstances: 1,
};

/** Nothing that holds data can be destroyed without switching the profile first. */
export const PROTECTED: Protection = {
  profile: 'protected',
  deletionProtection: true,
  forceDestroy: false,
  finalSnapshot: true,
  keyDeletionWindowInDays: 30,
  secretRecoveryWindowInDays: 30,
  logRetentionInDays: 365,
  preventDestroy: true,
  writerInstances: 2,
};

/** The names of the profiles. */
export const PROTECTION_PROFILES = ['disposable', 'protected'] as const;

/** The profile of that name. */
export function protectionOf(profile: string): Protection {
  return profile === PROTECTED.profile ? PROTECTED : DISPOSABLE;
}
