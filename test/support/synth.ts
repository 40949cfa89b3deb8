import { TerraformStack, Testing } from 'cdktf';
import { Construct } from 'constructs';
import { RegionPair, RegionPairProps } from '../../lib/core/region-pair';

/** A JSON object of the synthesized Terraform: tests walk it freely. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

/** One resource or data source of the synthesized Terraform. */
export interface SynthesizedResource {
  readonly mode: 'resource' | 'data';
  readonly type: string;
  readonly id: string;
  /** As Terraform writes it in references: `aws_x.id`, or `data.aws_x.id`. */
  readonly address: string;
  /** AWS region of its provider; undefined for what is built into Terraform. */
  readonly region: string | undefined;
  /** Path in the construct tree. */
  readonly path: string;
  readonly body: Json;
}

/** The synthesized Terraform of one stack, with the questions tests ask of it. */
export class Synthesized {
  public readonly all: readonly SynthesizedResource[];

  constructor(public readonly json: Json) {
    const regions = new Map<string, string>(
      (json.provider?.aws ?? []).map((provider: Json) => [`aws.${provider.alias}`, provider.region]),
    );
    const list = (mode: 'resource' | 'data'): SynthesizedResource[] =>
      Object.entries<Json>(json[mode] ?? {}).flatMap(([type, byId]) =>
        Object.entries<Json>(byId).map(([id, body]) => ({
          mode,
          type,
          id,
          address: mode === 'data' ? `data.${type}.${id}` : `${type}.${id}`,
          region: regions.get(body.provider),
          path: body['//']?.metadata?.path ?? '',
          body,
        })),
      );
    this.all = [...list('resource'), ...list('data')];
  }

  /** Resources of a type, in the order of their ids; only those of a region, if named. */
  public resources(type: string, region?: string): SynthesizedResource[] {
    return this.all.filter((r) => r.mode === 'resource' && r.type === type && (!region || r.region === region));
  }

  /** Data sources of a type; only those of a region, if named. */
  public dataSources(type: string, region?: string): SynthesizedResource[] {
    return this.all.filter((r) => r.mode === 'data' && r.type === type && (!region || r.region === region));
  }

  /** The only resource of a type (in a region), or an error that says how many there are. */
  public only(type: string, region?: string): SynthesizedResource {
    const found = this.resources(type, region);
    if (found.length !== 1)
      throw new Error(`${found.length} resources of ${type} in ${region ?? 'all regions'}, not 1`);
    return found[0];
  }

  /** The one resource whose address a reference such as `${aws_x.id.arn}` names. */
  public target(reference: string): SynthesizedResource {
    const found = referencesIn(reference).map((address) => this.all.find((r) => r.address === address))[0];
    if (!found) throw new Error(`no resource for ${reference}`);
    return found;
  }
}

/** Addresses (`aws_x.id`, `data.aws_x.id`) that a value refers to, `depends_on` included. */
export function referencesIn(value: Json): string[] {
  const found = new Set<string>();
  const visit = (node: Json): void => {
    if (typeof node === 'string') {
      for (const [, data, type, id] of node.matchAll(
        /(?<![\w.])(data\.)?((?:aws|terraform)_[a-z0-9_]+)\.([A-Za-z0-9_-]+)/g,
      )) {
        found.add(`${data ?? ''}${type}.${id}`);
      }
    } else if (Array.isArray(node)) node.forEach(visit);
    else if (node && typeof node === 'object') {
      for (const [key, child] of Object.entries(node)) if (key !== '//') visit(child);
    }
  };
  visit(value);
  return [...found];
}

/** Synthesizes one stack, built by the callback around a region pair. */
export function synth(
  build: (scope: TerraformStack, regions: RegionPair) => void,
  pair: Partial<RegionPairProps> = {},
): Synthesized {
  const stack = new TerraformStack(Testing.app({ fakeCdktfJsonPath: true }), 'test');
  build(stack, new RegionPair(stack, 'Regions', { environmentSuffix: 'dev', ...pair }));
  return synthStack(stack);
}

/** Synthesizes a stack that exists. */
export function synthStack(stack: TerraformStack): Synthesized {
  return new Synthesized(JSON.parse(Testing.synth(stack)));
}

/** The message of the error that a configuration gives. */
export function errorOf(
  build: (scope: Construct, regions: RegionPair) => void,
  pair: Partial<RegionPairProps> = {},
): string {
  try {
    synth(build, pair);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the configuration was accepted');
}
