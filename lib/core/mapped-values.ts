import { IConstruct } from 'constructs';
import { z } from 'zod';
import { ConfigurationError } from './errors';
import { known } from './validation';

/** A string of the primary region, and the one that stands for it in the secondary. */
export type MappedPair = readonly [string, string];

/** Props of a construct that swaps strings of one region for those of the other. */
export interface MappedValuesProps {
  readonly primaryMappedValues?: readonly string[];
  readonly secondaryMappedValues?: readonly string[];
}

/** Shorter strings would be found in values where nobody means them. */
const MIN_LENGTH = 4;

/** How each of the two lists is checked. */
export const mappedValues = z
  .array(
    known(
      z
        .string('give a string')
        .min(MIN_LENGTH, `give a string of at least ${MIN_LENGTH} characters, such as a host name`),
    ),
    'give a list of strings',
  )
  .optional();

/**
 * The pairs of both lists.
 *
 * @throws ConfigurationError for lists of unequal length, and for a string that is there twice: the swap has to find its
 * way back
 */
export function mappedPairs(scope: IConstruct, props: MappedValuesProps): MappedPair[] {
  const { primaryMappedValues: primary = [], secondaryMappedValues: secondary = [] } = props;
  if (primary.length !== secondary.length) {
    throw new ConfigurationError(scope, {
      prop: 'secondaryMappedValues',
      received: secondary,
      wayOut: `give as many strings as primaryMappedValues has: ${primary.length}`,
    });
  }
  const all = [...primary, ...secondary];
  all.forEach((value, index) => {
    if (all.indexOf(value) === index) return;
    const isPrimary = index < primary.length;
    throw new ConfigurationError(scope, {
      prop: isPrimary ? `primaryMappedValues[${index}]` : `secondaryMappedValues[${index - primary.length}]`,
      received: value,
      wayOut: 'give every string once in both lists together: it can stand for one string only',
    });
  });
  return primary.map((value, index): MappedPair => [value, secondary[index]]);
}
