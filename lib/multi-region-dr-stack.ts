import { Construct } from 'constructs';
import { Encryption } from './constructs/encryption';
import { RegionPair } from './core/region-pair';

/** Props of `MultiRegionDRStack`. */
export interface MultiRegionDRStackProps {
  readonly environmentSuffix: string;
}

export class MultiRegionDRStack extends Construct {
  public readonly regions: RegionPair;
  constructor(scope: Construct, id: string, props: MultiRegionDRStackProps) {
    super(scope, id);
    this.regions = new RegionPair(this, 'Regions', props);
    new Encryption(this, 'Encryption', { regions: this.regions });
  }
}
