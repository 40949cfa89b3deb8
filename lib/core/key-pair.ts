import { Token } from 'cdktf';
import { IConstruct } from 'constructs';
import { ConfigurationError } from './errors';
import { Halves } from './halves';
import { RegionPair } from './region-pair';

/** The customer-managed key of each region, as a construct receives them. */
export interface KeyPairProps {
  readonly primaryKeyArn?: string;
  readonly secondaryKeyArn?: string;
}

/**
 * The key of each half; nothing in both when none were given. A key lives in the region of what it encrypts
 * (rule R-KMS-1), so one key cannot serve both halves.
 *
 * @throws ConfigurationError for one key without the other, and for a key known to be of another region
 */
export function keyHalves(scope: IConstruct, regions: RegionPair, props: KeyPairProps): Halves<string | undefined> {
  const { primaryKeyArn, secondaryKeyArn } = props;
  if ((primaryKeyArn === undefined) !== (secondaryKeyArn === undefined)) {
    throw new ConfigurationError(scope, {
      prop: primaryKeyArn === undefined ? 'primaryKeyArn' : 'secondaryKeyArn',
      received: undefined,
      wayOut: 'give a key of each region, or of neither',
    });
  }
  for (const [prop, arn, region] of [
    ['primaryKeyArn', primaryKeyArn, regions.primary.name],
    ['secondaryKeyArn', secondaryKeyArn, regions.secondary.name],
  ] as const) {
    if (arn !== undefined && !Token.isUnresolved(arn) && arn.split(':')[3] !== region) {
      throw new ConfigurationError(scope, { prop, received: arn, wayOut: `give a key of ${region}` });
    }
  }
  return { primary: primaryKeyArn, secondary: secondaryKeyArn };
}
