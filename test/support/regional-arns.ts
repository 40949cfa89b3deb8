import { RegionPairProps } from '../../lib/core/region-pair';

/** Props with ARNs of us-east-1 and us-east-2, rewritten to the regions of a pair. */
export function inRegionsOf<T extends object>(props: T, pair: Partial<RegionPairProps>): T {
  const { primaryRegion = 'us-east-1', secondaryRegion = 'us-east-2' } = pair;
  return Object.fromEntries(
    Object.entries(props).map(([prop, value]) => [
      prop,
      /^(primary|secondary).*Arn$/.test(prop) && typeof value === 'string'
        ? value.replace(/us-east-[12]/, prop.startsWith('primary') ? primaryRegion : secondaryRegion)
        : value,
    ]),
  ) as T;
}
