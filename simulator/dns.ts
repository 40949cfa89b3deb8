import { addressOf, answers, placeOf } from './endpoints';
import { World } from './world';
import { Element, find, findAll, readXml, textAt } from './xml';

/** What a name server answers. */
export interface DnsAnswer {
  readonly code: 'NOERROR' | 'NXDOMAIN' | 'REFUSED';
  readonly records: readonly DnsRecord[];
}

/** One record of an answer. */
export interface DnsRecord {
  readonly name: string;
  readonly type: string;
  /** Seconds. */
  readonly ttl: number;
  readonly value: string;
  /** The AWS name that an alias stands for. */
  readonly alias?: string;
}

interface RecordSet {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly values: readonly string[];
  readonly alias?: { readonly name: string; readonly evaluates: boolean };
  readonly failover?: string;
  readonly weight?: number;
  readonly region?: string;
  readonly location?: string;
  readonly isMultivalue: boolean;
  readonly healthCheck?: string;
}

/** An alias record answers with the time to live of its target, which is this for load balancers and accelerators. */
const ALIAS_TTL = 60;

/** Aliases and CNAMEs that point at each other end here. */
const MAX_DEPTH = 8;

/** Route 53 as a name server: the records that moto keeps, chosen by policy and health. */
export class Dns {
  constructor(
    private readonly world: World,
    private readonly isHealthy: (healthCheck: string) => boolean,
  ) {}

  /**
   * Answers a question.
   *
   * @param from region of the resolver, for latency records
   */
  public async resolve(name: string, type: string, from = 'us-east-1', depth = 0): Promise<DnsAnswer> {
    const wanted = canonical(name);
    if (placeOf(wanted)) return this.awsName(wanted, type);
    const zone = await this.zoneOf(wanted);
    if (!zone || depth > MAX_DEPTH) return { code: 'REFUSED', records: [] };
    const sets = await this.recordSets(zone);
    const atName = sets.filter((set) => set.name === wanted || isWildcardFor(set.name, wanted));
    const exact = atName.filter((set) => set.type === type);
    const candidates = exact.length > 0 ? exact : atName.filter((set) => set.type === 'CNAME');
    if (candidates.length === 0) return { code: atName.length > 0 ? 'NOERROR' : 'NXDOMAIN', records: [] };
    const chosen = await this.choose(candidates, sets, from);
    const records: DnsRecord[] = [];
    for (const set of chosen) {
      if (!set.alias) {
        records.push(...set.values.map((value) => ({ name: wanted, type: set.type, ttl: set.ttl, value })));
        if (set.type === 'CNAME' && type !== 'CNAME') {
          records.push(...(await this.resolve(set.values[0], type, from, depth + 1)).records);
        }
        continue;
      }
      const target = await this.resolve(set.alias.name, type, from, depth + 1);
      const alias = set.alias.name;
      records.push(
        ...target.records.map((record) => ({ alias, ...record, name: wanted, ttl: Math.min(record.ttl, ALIAS_TTL) })),
      );
    }
    return { code: 'NOERROR', records };
  }

  /** The AWS name or the address that stands behind a name today. */
  public async targetOf(name: string): Promise<string | undefined> {
    if (placeOf(name)) return canonical(name);
    const { records } = await this.resolve(name, 'A');
    const last = records[records.length - 1];
    if (!last) return undefined;
    const cname = records.find((record) => record.type === 'CNAME' && placeOf(record.value));
    return canonical(last.alias ?? cname?.value ?? last.value);
  }

  /** Ids of the hosted zone that would answer for a name. */
  public async zoneOf(name: string): Promise<string | undefined> {
    const document = await this.route53('/2013-04-01/hostedzone');
    const zones = findAll(document, 'HostedZone').map((zone) => ({
      id: (textAt(zone, 'Id') ?? '').replace('/hostedzone/', ''),
      name: canonical(textAt(zone, 'Name') ?? ''),
    }));
    const fitting = zones.filter((zone) => name === zone.name || name.endsWith(`.${zone.name}`));
    return fitting.sort((a, b) => b.name.length - a.name.length)[0]?.id;
  }

  private async recordSets(zone: string): Promise<RecordSet[]> {
    const document = await this.route53(`/2013-04-01/hostedzone/${zone}/rrset?maxitems=1000`);
    return findAll(document, 'ResourceRecordSet').map(toRecordSet);
  }

  private async route53(url: string): Promise<Element> {
    const { body } = await this.world.moto.raw('route53', 'us-east-1', {
      method: 'GET',
      url,
      headers: {},
      body: Buffer.alloc(0),
    });
    return readXml(body.toString());
  }

  private awsName(name: string, type: string): DnsAnswer {
    const records = type === 'A' ? [{ name, type, ttl: ALIAS_TTL, value: addressOf(name), alias: name }] : [];
    return { code: 'NOERROR', records };
  }

  /** The record sets of one name and type that are answered with. When none is healthy, all count as healthy. */
  private async choose(candidates: RecordSet[], all: readonly RecordSet[], from: string): Promise<RecordSet[]> {
    const health = await Promise.all(candidates.map((set) => this.isUp(set, all, 0)));
    const healthy = candidates.filter((_, i) => health[i]);
    const usable = healthy.length > 0 ? healthy : candidates;
    const primary = candidates.find((set) => set.failover === 'PRIMARY');
    if (primary) {
      const secondary = usable.find((set) => set.failover === 'SECONDARY');
      return [usable.includes(primary) || !secondary ? primary : secondary];
    }
    if (usable.some((set) => set.isMultivalue)) return usable.slice(0, MAX_DEPTH);
    if (usable.some((set) => set.weight !== undefined)) {
      // Of the weights the largest answers, so that the same question has the same answer.
      return [[...usable].sort((a, b) => (b.weight ?? 0) - (a.weight ?? 0))[0]];
    }
    if (usable.some((set) => set.region)) {
      return [usable.find((set) => set.region === from) ?? usable[0]];
    }
    return [usable.find((set) => set.location === '*') ?? usable[0]];
  }

  private async isUp(set: RecordSet, all: readonly RecordSet[], depth: number): Promise<boolean> {
    if (set.healthCheck && !this.isHealthy(set.healthCheck)) return false;
    if (!set.alias?.evaluates || depth > MAX_DEPTH) return true;
    if (placeOf(set.alias.name)) return answers(this.world.faults, set.alias.name);
    const targets = all.filter((other) => other.name === set.alias?.name && other.type === set.type);
    const states = await Promise.all(targets.map((target) => this.isUp(target, all, depth + 1)));
    return states.some(Boolean);
  }
}

/** Lower case, and without the dot at the end. */
export function canonical(name: string): string {
  return name.toLowerCase().replace(/\\052/g, '*').replace(/\.$/, '');
}

function isWildcardFor(pattern: string, name: string): boolean {
  return pattern.startsWith('*.') && name.endsWith(pattern.slice(1)) && name !== pattern.slice(2);
}

function toRecordSet(set: Element): RecordSet {
  const alias = find(set, 'AliasTarget');
  return {
    name: canonical(textAt(set, 'Name') ?? ''),
    type: textAt(set, 'Type') ?? '',
    ttl: Number(textAt(set, 'TTL') ?? ALIAS_TTL),
    values: findAll(set, 'Value').map(({ text }) => text.trim()),
    alias: alias && {
      name: canonical(textAt(alias, 'DNSName') ?? ''),
      evaluates: textAt(alias, 'EvaluateTargetHealth')?.toLowerCase() === 'true',
    },
    failover: textAt(set, 'Failover'),
    weight: textAt(set, 'Weight') === undefined ? undefined : Number(textAt(set, 'Weight')),
    region: textAt(set, 'Region'),
    location: textAt(set, 'GeoLocation', 'CountryCode') ?? textAt(set, 'GeoLocation', 'ContinentCode'),
    isMultivalue: textAt(set, 'MultiValueAnswer')?.toLowerCase() === 'true',
    healthCheck: textAt(set, 'HealthCheckId'),
  };
}
