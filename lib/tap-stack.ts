import { LocalBackend, S3Backend, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { z } from 'zod';
import { ConfigurationError } from './core/errors';
import { text, validateProps } from './core/validation';
import { MultiRegionDRStack, MultiRegionDRStackProps } from './multi-region-dr-stack';

/** Props of `TapStack`: those of the system, and where the Terraform state lives. */
export interface TapStackProps extends MultiRegionDRStackProps {
  /** Bucket of the Terraform state. @default - a local file beside cdktf.json */
  readonly stateBucket?: string;
  /** Region of that bucket: never the primary, whose loss the state must survive. @default - the secondary region */
  readonly stateBucketRegion?: string;
  /** Object key of the state. @default 'multi-region-dr/{environmentSuffix}.tfstate' */
  readonly stateKey?: string;
}

const schema = z.object({
  stateBucket: z
    .string('give the name of a bucket')
    .regex(
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
      'give the name of a bucket: 3 to 63 lower-case letters, digits, dots, hyphens',
    )
    .optional(),
  stateBucketRegion: text.optional(),
  stateKey: text.optional(),
});

/**
 * The deployable stack: one system in two regions, with aliased providers and a state that the primary region does
 * not take with it.
 *
 * @throws ConfigurationError when the state would live in the primary region, and whatever `MultiRegionDRStack` throws
 */
export class TapStack extends TerraformStack {
  public readonly system: MultiRegionDRStack;

  constructor(scope: Construct, id: string, props: TapStackProps) {
    super(scope, id);
    const { stateBucket, stateBucketRegion, stateKey, ...system } = props;
    validateProps(this, schema, { stateBucket, stateBucketRegion, stateKey });
    this.system = new MultiRegionDRStack(this, 'MultiRegionDR', system);
    const { primary, secondary, environmentSuffix } = this.system.regions;

    if (stateBucket === undefined) {
      for (const [prop, received] of Object.entries({ stateBucketRegion, stateKey })) {
        if (received !== undefined) {
          throw new ConfigurationError(this, {
            prop,
            received,
            wayOut: 'give stateBucket too: the state is a local file without it',
          });
        }
      }
      // Terraform runs in the stack's folder of cdktf.out; a path from there is the same on every machine.
      new LocalBackend(this, { path: `../../../terraform.${id}.tfstate` });
      return;
    }
    const region = stateBucketRegion ?? secondary.name;
    if (region === primary.name) {
      throw new ConfigurationError(this, {
        prop: 'stateBucketRegion',
        received: region,
        wayOut: `keep the state outside the primary region, in ${secondary.name} or a third one: its loss must not take the state with it`,
      });
    }
    const backend = new S3Backend(this, {
      bucket: stateBucket,
      key: stateKey ?? `multi-region-dr/${environmentSuffix}.tfstate`,
      region,
      encrypt: true,
    });
    // The bindings are older than Terraform's own lock file in S3 (rule R-TF-6).
    backend.addOverride('use_lockfile', true);
  }
}
