import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Construct } from 'constructs';
import { z } from 'zod';
import { ConfigurationError } from './errors';
import { checkName, NameKind } from './naming';
import { Protection, PROTECTION_PROFILES, protectionOf } from './protection';
import { requireProviders } from './provider-requirement';
import { Region, RegionRole } from './region';
import { flag, instance, known, oneOf, text, validateProps } from './validation';

/** Route 53 publishes health-check metrics here only (rule R-R53-14). */
export const ROUTE53_METRICS_REGION = 'us-east-1';

/** What makes a pair of regions. */
export interface RegionPairProps {
  /** Ends every name, so that environments can share an account: 1 to 20 lower-case letters, digits and hyphens. */
  readonly environmentSuffix: string;
  /** @default 'us-east-1' */
  readonly primaryRegion?: string;
  /** @default 'us-east-2' */
  readonly secondaryRegion?: string;
  /** `disposable` or `protected`: decides everything about deletion. @default 'disposable' */
  readonly protection?: string;
  /** Value of the tag `Environment`. @default - environmentSuffix */
  readonly environment?: string;
  /** Value of the tag `CostCenter`. @default 'multi-region-dr' */
  readonly costCenter?: string;
  /** More tags for every resource of both regions. @default {} */
  readonly tags?: Record<string, string>;
  /** Twelve digits, when known at synth. @default - read with `data.aws_caller_identity` */
  readonly accountId?: string;
  /** A provider of your own, with an alias, for the primary region. @default - one with the alias `primary` */
  readonly primaryProvider?: AwsProvider;
  /** A provider of your own, with an alias, for the secondary region. @default - one with the alias `secondary` */
  readonly secondaryProvider?: AwsProvider;
  /** A provider of your own for us-east-1 when neither region is us-east-1. @default - one with the alias `global` */
  readonly globalProvider?: AwsProvider;
  /** Requires regions that an account has unless it opted out. Set to true after you enabled the opt-in region. @default false */
  readonly allowOptInRegions?: boolean;
}

/** Regions that must be enabled by hand before anything can be built in them. */
const OPT_IN_REGIONS = [
  'af-south-1',
  'ap-east-1',
  'ap-east-2',
  'ap-south-2',
  'ap-southeast-3',
  'ap-southeast-4',
  'ap-southeast-5',
  'ap-southeast-6',
  'ap-southeast-7',
  'ca-west-1',
  'eu-central-2',
  'eu-south-1',
  'eu-south-2',
  'il-central-1',
  'me-central-1',
  'me-south-1',
  'mx-central-1',
];

const regionName = z
  .string('give the name of an AWS region, such as "us-east-2"')
  .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'give the name of an AWS region, such as "us-east-2"');

const schema = z.strictObject({
  environmentSuffix: z
    .string('give a suffix such as "dev"')
    .regex(
      /^[a-z0-9](?:[a-z0-9]|-(?!-)){0,18}[a-z0-9]$|^[a-z0-9]$/,
      'use 1 to 20 lower-case letters, digits and single hyphens, with neither end a hyphen',
    ),
  primaryRegion: regionName.optional(),
  secondaryRegion: regionName.optional(),
  protection: oneOf(...PROTECTION_PROFILES).optional(),
  environment: text.optional(),
  costCenter: text.optional(),
  tags: z
    .record(
      z
        .string()
        .min(1, 'give every tag a name')
        .max(128, 'use at most 128 characters in the name of a tag')
        .refine((key) => !/^aws:/i.test(key), 'choose another name: AWS reserves the prefix "aws:"'),
      z.string('give every tag a string').max(256, 'use at most 256 characters in the value of a tag'),
    )
    .optional(),
  accountId: known(z.string().regex(/^\d{12}$/, 'give the twelve digits of the account')).optional(),
  primaryProvider: instance('an AwsProvider').optional(),
  secondaryProvider: instance('an AwsProvider').optional(),
  globalProvider: instance('an AwsProvider').optional(),
  allowOptInRegions: flag.optional(),
});

/**
 * The two regions of the system, with their aliased providers. Every construct of this library receives one and
 * builds both halves with the same code.
 *
 * @throws ConfigurationError for the same region twice, regions of two partitions, an opt-in region that is not
 * allowed, a suffix AWS names cannot carry, a provider without an alias
 */
export class RegionPair extends Construct {
  public readonly primary: Region;
  public readonly secondary: Region;
  /** us-east-1, where Route 53 metrics live: one of the two regions, or a third provider. */
  public readonly route53Metrics: Region;
  public readonly environmentSuffix: string;
  public readonly protection: Protection;

  constructor(scope: Construct, id: string, props: RegionPairProps) {
    super(scope, id);
    validateProps(this, schema, props);
    const primaryRegion = props.primaryRegion ?? 'us-east-1';
    const secondaryRegion = props.secondaryRegion ?? 'us-east-2';
    this.checkRegions(primaryRegion, secondaryRegion, props.allowOptInRegions ?? false);
    this.environmentSuffix = props.environmentSuffix;
    this.protection = protectionOf(props.protection ?? 'disposable');
    requireProviders(this);

    const region = (role: RegionRole, name: string, given?: AwsProvider): Region =>
      new Region(this, capitalized(role), {
        role,
        name,
        provider: this.providerFor(role, name, props, given),
        environmentSuffix: props.environmentSuffix,
        accountId: props.accountId,
      });
    this.primary = region('primary', primaryRegion, props.primaryProvider);
    this.secondary = region('secondary', secondaryRegion, props.secondaryProvider);
    this.route53Metrics =
      this.both.find(({ name }) => name === ROUTE53_METRICS_REGION) ??
      region('global', ROUTE53_METRICS_REGION, props.globalProvider);
  }

  /** Primary and secondary, in this order. */
  public get both(): readonly [Region, Region] {
    return [this.primary, this.secondary];
  }

  /** Every region something is built in: the pair, and us-east-1 when it is neither of them. */
  public get all(): readonly Region[] {
    return [...new Set([...this.both, this.route53Metrics])];
  }

  /** The other half. */
  public peerOf(region: Region): Region {
    return region === this.primary ? this.secondary : this.primary;
  }

  /**
   * The name `{resource}-{suffix}` of something that spans both regions or has the same name in both.
   *
   * @throws ConfigurationError when AWS would refuse it
   */
  public sharedName(kind: NameKind, resource: string): string {
    return checkName(this, kind, `${resource}-${this.environmentSuffix}`);
  }

  private checkRegions(primary: string, secondary: string, allowOptIn: boolean): void {
    if (primary === secondary) {
      throw new ConfigurationError(this, {
        prop: 'secondaryRegion',
        received: secondary,
        wayOut: 'choose a region other than primaryRegion: a system in one region does not survive its loss',
      });
    }
    if (partitionOf(primary) !== partitionOf(secondary)) {
      throw new ConfigurationError(this, {
        prop: 'secondaryRegion',
        received: secondary,
        wayOut: `choose a region of the same partition as ${primary}: nothing replicates between partitions`,
      });
    }
    for (const [prop, name] of [
      ['primaryRegion', primary],
      ['secondaryRegion', secondary],
    ] as const) {
      if (OPT_IN_REGIONS.includes(name) && !allowOptIn) {
        throw new ConfigurationError(this, {
          prop,
          received: name,
          wayOut: 'enable this opt-in region in the account and set allowOptInRegions to true, or choose another',
        });
      }
    }
  }

  private providerFor(role: RegionRole, name: string, props: RegionPairProps, given?: AwsProvider): AwsProvider {
    if (given) {
      if (!given.alias) {
        throw new ConfigurationError(this, {
          prop: `${role}Provider`,
          received: given.node.path,
          wayOut: 'give the provider an alias: no resource may fall back to a default provider',
        });
      }
      return given;
    }
    return new AwsProvider(this, `${capitalized(role)}Provider`, {
      alias: role,
      region: name,
      defaultTags: [
        {
          tags: {
            Environment: props.environment ?? props.environmentSuffix,
            Region: name,
            CostCenter: props.costCenter ?? 'multi-region-dr',
            ...props.tags,
          },
        },
      ],
    });
  }
}

function partitionOf(region: string): string {
  return /^(cn|us-gov)-/.exec(region)?.[1] ?? 'aws';
}

function capitalized(role: RegionRole): string {
  return role.charAt(0).toUpperCase() + role.slice(1);
}
