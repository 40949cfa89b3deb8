import { Construct } from 'constructs';
import { Region } from './region';
import { RegionPair } from './region-pair';

/** Something that exists once in each region of the pair. */
export interface Halves<T> {
  readonly primary: T;
  readonly secondary: T;
}

/** Builds both halves with the same code, the primary first. */
export function bothHalves<T>(regions: RegionPair, build: (region: Region, id: string) => T): Halves<T> {
  return { primary: build(regions.primary, 'Primary'), secondary: build(regions.secondary, 'Secondary') };
}

/** The half of a region of the pair. */
export function halfOf<T>(halves: Halves<T>, region: Region): T {
  return region.role === 'secondary' ? halves.secondary : halves.primary;
}

/** A notice that the synth prints. It carries no stack trace, so that the same input gives the same bytes. */
export function addNotice(scope: Construct, level: 'info' | 'warn', message: string): void {
  scope.node.addMetadata(`@cdktf/${level}`, message);
}
