import { RegionPair } from './region-pair';

/** Key of the tag by which AWS Backup selects resources. */
export const BACKUP_TAG_KEY = 'Backup';

/** The value every resource of this system carries that is to be backed up daily. */
export function backupTagValue(regions: RegionPair): string {
  return `daily-${regions.environmentSuffix}`;
}

/**
 * The tag that puts a resource into the daily plan. It is set on the resource itself and not by the provider's default
 * tags, so that a selection that matches nothing shows in a test (rule R-BKP-4).
 */
export function backupTag(regions: RegionPair): Record<string, string> {
  return { [BACKUP_TAG_KEY]: backupTagValue(regions) };
}
