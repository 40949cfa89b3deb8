import { IConstruct } from 'constructs';
import { ConfigurationError } from './errors';
import { Region } from './region';

/**
 * Checks that an ARN known at synth is of a region: those of two halves are easily swapped. References, missing
 * ARNs and those without a region are passed over.
 *
 * @throws ConfigurationError for the ARN of another region
 */
export function checkArnRegion(scope: IConstruct, prop: string, received: string | undefined, region: Region): void {
  const literal = /^arn:[^:]+:[^:]+:([a-z0-9-]+):/.exec(received ?? '')?.[1];
  if (literal === undefined || literal === region.name) return;
  throw new ConfigurationError(scope, {
    prop,
    received,
    wayOut: `give the ARN of one in ${region.name}: AWS does not accept, or does not reach, one of another region here`,
  });
}

/**
 * Checks several ARNs of one region, by the name of their prop.
 *
 * @throws ConfigurationError for the first that is of another region
 */
export function checkArnRegions(scope: IConstruct, region: Region, arns: Record<string, string | undefined>): void {
  for (const [prop, received] of Object.entries(arns)) checkArnRegion(scope, prop, received, region);
}
