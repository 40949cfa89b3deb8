import { SsmParameter } from '@cdktf/provider-aws/lib/ssm-parameter';
import { DataResource, Fn, TerraformOutput } from 'cdktf';
import { Construct } from 'constructs';
import { Manifest, MANIFEST_OUTPUT, manifestParameterName } from '../manifest';
import { bothHalves } from './halves';
import { RegionPair } from './region-pair';

/** What to write, and where. */
export interface ManifestWriterProps {
  readonly regions: RegionPair;
  readonly manifest: Manifest;
  /** A Terraform output with the fixed name `manifest`. */
  readonly output: boolean;
  /** File, relative to where Terraform runs; empty for none. */
  readonly file: string;
}

/**
 * Writes the manifest to where an operator looks for it: the Terraform output `manifest`, the SSM parameter
 * `/dr/{suffix}/manifest` in both regions, so that either region alone is enough, and a file on the machine that applied.
 *
 * The parameters are outside `/app/{suffix}`, so that no replicator touches them, and of the advanced tier, which holds
 * 8 KB.
 */
export class ManifestWriter extends Construct {
  constructor(scope: Construct, id: string, props: ManifestWriterProps) {
    super(scope, id);
    const { regions, file } = props;
    const text = Fn.jsonencode(props.manifest);
    bothHalves(regions, (region, half) => {
      new SsmParameter(new Construct(this, half), 'Parameter', {
        provider: region.provider,
        name: manifestParameterName(regions.environmentSuffix),
        description: 'What an operator needs to know of both regions to fail over',
        type: 'String',
        tier: 'Advanced',
        value: text,
      });
    });
    if (props.output) {
      new TerraformOutput(this, MANIFEST_OUTPUT, {
        staticId: true,
        value: text,
        description: 'The contract between what was built and who operates it (JSON)',
      });
    }
    if (file) {
      new DataResource(this, 'File', {
        triggersReplace: { manifest: text, file },
        provisioners: [
          {
            type: 'local-exec',
            // Node is there: it synthesized this. The text goes through the environment, so that no shell reads it.
            command: `node -e "require('fs').writeFileSync(process.env.DR_MANIFEST_FILE, process.env.DR_MANIFEST)"`,
            environment: { DR_MANIFEST_FILE: file, DR_MANIFEST: text },
          },
        ],
      });
    }
  }
}
