import { Route53Zone } from '@cdktf/provider-aws/lib/route53-zone';
import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { z } from 'zod';
import { domainName } from '../core/domain-name';
import { ConfigurationError } from '../core/errors';
import { addNotice } from '../core/halves';
import { RegionPair } from '../core/region-pair';
import { flag, instance, known, text, validateProps } from '../core/validation';

/** The provider that `enable_accelerated_recovery` needs: what the bindings were made from. */
const ACCELERATED_RECOVERY_PROVIDER = '>= 6.25.0, < 7.0.0';

/** Props of `HostedZone`. */
export interface HostedZoneProps {
  /** The two regions. */
  readonly regions: RegionPair;
  /** Name of the zone, such as `dr.your-company.com`: lower case, without final dot. */
  readonly domainName: string;
  /** Id of a zone that exists and has this name. @default - a zone is created */
  readonly hostedZoneId?: string;
  /** The zone answers only inside VPCs. @default false */
  readonly privateZone?: boolean;
  /** VPC of the primary region, for a private zone that is created. @default - none */
  readonly primaryVpcId?: string;
  /** VPC of the secondary region, for a private zone that is created. @default - none */
  readonly secondaryVpcId?: string;
  /**
   * Record changes become possible again within 60 minutes of a loss of us-east-1 (free, public zones only). No failover
   * of this library needs it, because none changes a record. It blocks the deletion of the zone, so the protection must
   * be `protected`, and it raises the AWS provider to `>= 6.25.0`. Before you delete the zone, apply an explicit `false`.
   * @default - not set, which every provider since 5.100.0 accepts
   */
  readonly acceleratedRecovery?: boolean;
}

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  domainName,
  hostedZoneId: known(
    z.string('give the id of a zone').regex(/^Z[A-Z0-9]+$/, 'give the id of a zone, such as "Z0123456789ABCDEFGHIJ"'),
  ).optional(),
  privateZone: flag.optional(),
  primaryVpcId: text.optional(),
  secondaryVpcId: text.optional(),
  acceleratedRecovery: flag.optional(),
});

/**
 * The Route 53 zone that holds the failover records: one that exists, a public one, or a private one that both VPCs ask
 * (rules R-R53-15, R-R53-19, R-DEL-9). A zone is no part of either region: its data plane answers without us-east-1.
 *
 * A public zone that is created here answers nobody until the parent domain delegates to its name servers, and a
 * certificate cannot be validated in it before; the synth prints a notice that says so.
 *
 * @throws ConfigurationError for a reserved or malformed name, and for props that contradict each other
 */
export class HostedZone extends Construct {
  public readonly zoneId: string;
  public readonly domainName: string;
  /** True when the world can resolve names of the zone as far as this synth can know: a public zone that was given. */
  public readonly delegated: boolean;
  /** Name servers the parent domain must delegate to. Empty for a zone that was given. */
  public readonly nameServers: readonly string[];

  constructor(scope: Construct, id: string, props: HostedZoneProps) {
    super(scope, id);
    validateProps(this, schema, props);
    const privateZone = props.privateZone ?? false;
    this.checkCombination(props, privateZone);
    this.domainName = props.domainName;
    this.delegated = props.hostedZoneId !== undefined && !privateZone;
    if (props.hostedZoneId !== undefined) {
      this.zoneId = props.hostedZoneId;
      this.nameServers = [];
      return;
    }
    const zone = this.createZone(props);
    this.zoneId = zone.zoneId;
    this.nameServers = zone.nameServers;
    if (!privateZone) {
      addNotice(
        this,
        'info',
        `The zone ${props.domainName} is created, not delegated: it answers nobody until its parent domain has NS records ` +
          'with its name servers. Give hostedZoneId to use a zone that is delegated.',
      );
    }
  }

  private createZone(props: HostedZoneProps): Route53Zone {
    const { regions } = props;
    const vpcs = [
      { vpcId: props.primaryVpcId, vpcRegion: regions.primary.name },
      { vpcId: props.secondaryVpcId, vpcRegion: regions.secondary.name },
    ].flatMap(({ vpcId, vpcRegion }) => (vpcId === undefined ? [] : [{ vpcId, vpcRegion }]));
    if (props.acceleratedRecovery !== undefined) {
      TerraformStack.of(this).addOverride('terraform.required_providers.aws.version', ACCELERATED_RECOVERY_PROVIDER);
    }
    return new Route53Zone(this, 'Resource', {
      provider: regions.primary.provider,
      name: props.domainName,
      comment: `Failover records of ${regions.environmentSuffix}`,
      forceDestroy: regions.protection.forceDestroy,
      enableAcceleratedRecovery: props.acceleratedRecovery,
      vpc: vpcs.length > 0 ? vpcs : undefined,
    });
  }

  private checkCombination(props: HostedZoneProps, privateZone: boolean): void {
    const created = props.hostedZoneId === undefined;
    for (const prop of ['primaryVpcId', 'secondaryVpcId'] as const) {
      const received = props[prop];
      if (created && privateZone && received === undefined) {
        this.refuse(prop, received, 'give the VPCs of both regions: a private zone answers only in the VPCs it names');
      }
      if (!(created && privateZone) && received !== undefined) {
        this.refuse(prop, received, 'remove it: only a private zone that is created here is tied to VPCs');
      }
    }
    if (props.acceleratedRecovery === undefined) return;
    if (!created) {
      this.refuse('acceleratedRecovery', props.acceleratedRecovery, 'remove it and set it where the zone is managed');
    }
    if (privateZone) {
      this.refuse('acceleratedRecovery', props.acceleratedRecovery, 'remove it: AWS has it for public zones only');
    }
    if (props.acceleratedRecovery && props.regions.protection.forceDestroy) {
      this.refuse(
        'acceleratedRecovery',
        true,
        'set protection to "protected" as well, or remove it: a zone that has it cannot be deleted',
      );
    }
  }

  private refuse(prop: string, received: unknown, wayOut: string): never {
    throw new ConfigurationError(this, { prop, received, wayOut });
  }
}
