import { setTimeout } from 'timers/promises';
import { Failure } from '../../../lambda/replication/failure';
import { Queue, ReplayMessage } from '../../../lambda/secrets-replicator/replay';
import {
  Content,
  DestinationStores,
  SecretStore,
  SecretVersion,
  Surroundings,
} from '../../../lambda/secrets-replicator/ports';

export const ACCOUNT = '111122223333';
export const OTHER_ACCOUNT = '444455556666';
export const START = Date.UTC(2026, 0, 1);

/** What goes wrong, and how often; without a number, always. */
export interface Fault {
  readonly operation: string;
  readonly region?: string;
  readonly name?: string;
  /** Name of AWS's error. */
  readonly code: string;
  times?: number;
  /** The call is carried out, and only its answer is lost. */
  readonly isAnswerLost?: boolean;
}

interface Version extends SecretVersion {
  stages: string[];
}

/** A secret as it is kept. */
export interface Secret {
  readonly arn: string;
  readonly name: string;
  description: string;
  kmsKeyId?: string;
  tags: Record<string, string>;
  recoveryDays?: number;
  primaryRegion?: string;
  versions: Version[];
}

export interface MemoryProps {
  /** Real time that each call takes, for measurements. */
  readonly delayMilliseconds?: number;
}

/** Secrets Manager of any number of regions and accounts, in memory, with a clock of its own that only sleeping moves. */
export class MemoryAws implements Surroundings {
  public time = START;
  public readonly calls: string[] = [];
  public readonly faults: Fault[] = [];
  public readonly disabledKeys = new Set<string>();
  /** Roles that may be assumed, with the account they belong to. */
  public readonly roles = new Map<string, string>();
  /** Called before each call is carried out: for somebody else to be faster, or slower. */
  public before: (operation: string, region: string, name: string) => void | Promise<void> = () => undefined;
  private readonly sites = new Map<string, Map<string, Secret>>();
  private written = 0;

  constructor(private readonly props: MemoryProps = {}) {}

  public now = (): number => this.time;
  public random = (): number => 0.5;
  public sleep = async (milliseconds: number): Promise<void> => {
    this.time += milliseconds;
  };

  /** Somebody writes a value that becomes current; each write is a millisecond after the one before. */
  public write(region: string, name: string, value: string | Content, account = ACCOUNT): Version {
    const secret = this.secret(region, name, account) ?? this.add(region, name, account);
    const content = typeof value === 'string' ? { text: value } : value;
    const version = this.version(secret, `original-${String(++this.written).padStart(30, '0')}`, content);
    this.makeCurrent(secret, version);
    return version;
  }

  /** A version under another label, as a rotation makes it. */
  public pending(region: string, name: string, text: string, account = ACCOUNT): Version {
    const secret = this.existing(region, name, account);
    const version = this.version(secret, `original-${String(++this.written).padStart(30, '0')}`, { text });
    version.stages = ['AWSPENDING'];
    return version;
  }

  /** Moves AWSCURRENT, as the end of a rotation does, and a rollback. */
  public roll(region: string, name: string, versionId: string, account = ACCOUNT): void {
    const secret = this.existing(region, name, account);
    const version = secret.versions.find(({ id }) => id === versionId);
    if (version) this.makeCurrent(secret, version);
  }

  public change(region: string, name: string, change: Partial<Secret>, account = ACCOUNT): void {
    Object.assign(this.existing(region, name, account), change);
  }

  public add(region: string, name: string, account = ACCOUNT): Secret {
    const arn = `arn:aws:secretsmanager:${region}:${account}:secret:${name}-AbCdEf`;
    const secret: Secret = { arn, name, description: '', tags: {}, versions: [] };
    this.site(region, account).set(name, secret);
    return secret;
  }

  /** Removes it at once, as a deletion without a recovery window does. */
  public forget(region: string, name: string, account = ACCOUNT): void {
    this.site(region, account).delete(name);
  }

  public secret(region: string, name: string, account = ACCOUNT): Secret | undefined {
    return this.site(region, account).get(name);
  }

  public value(region: string, name: string, account = ACCOUNT): string | undefined {
    const secret = this.secret(region, name, account);
    const content = secret && currentOf(secret)?.content;
    return content?.text ?? (content?.binary && `binary ${Buffer.from(content.binary).toString('hex')}`);
  }

  /** All values that readers get, by name, besides what steers the replicator. */
  public view(region: string, account = ACCOUNT): Record<string, string | undefined> {
    const secrets = [...this.site(region, account).values()].filter(
      ({ name }) => !name.startsWith('secrets-replicator/'),
    );
    return Object.fromEntries(
      secrets
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ name, recoveryDays }) => [
          name,
          recoveryDays === undefined ? this.value(region, name, account) : `deleted for ${recoveryDays} days`,
        ]),
    );
  }

  /** Clients as the function has them in one account. */
  public stores(account = ACCOUNT): DestinationStores {
    return {
      at: ({ region, roleArn }) =>
        roleArn === undefined ? this.store(region, account) : this.store(region, this.roles.get(roleArn), roleArn),
    };
  }

  public store(region: string, account: string | undefined, roleArn?: string): SecretStore {
    const call = async <T>(operation: string, name: string, work: (site: Map<string, Secret>) => T): Promise<T> => {
      if (this.props.delayMilliseconds !== undefined) await setTimeout(this.props.delayMilliseconds);
      if (account === undefined) throw failure('AssumeRole', String(roleArn), region, 'AccessDenied');
      await this.before(operation, region, name);
      this.calls.push(`${operation} ${region} ${name}`);
      const fault = this.faults.find(
        (one) =>
          one.operation === operation &&
          (one.region ?? region) === region &&
          (one.name ?? name) === name &&
          one.times !== 0,
      );
      if (fault?.times) fault.times--;
      if (fault && !fault.isAnswerLost) throw failure(operation, name, region, fault.code);
      const result = work(this.site(region, account));
      if (fault) throw failure(operation, name, region, fault.code);
      return result;
    };
    const usable = (operation: string, secret: Pick<Secret, 'name' | 'kmsKeyId'>, code: string): void => {
      if (this.disabledKeys.has(secret.kmsKeyId ?? '')) throw failure(operation, secret.name, region, code);
    };
    return {
      region,
      describe: (id) =>
        call('DescribeSecret', id, (site) => {
          const secret = find(site, id);
          if (!secret) return undefined;
          const { arn, name, description, kmsKeyId, tags, recoveryDays, primaryRegion } = secret;
          const deleted = recoveryDays !== undefined;
          const current = currentOf(secret)?.id;
          return { arn, name, description, kmsKeyId, tags: { ...tags }, deleted, current, primaryRegion };
        }),
      current: (id) =>
        call('GetSecretValue', id, (site) => {
          const secret = find(site, id);
          if (!secret || secret.recoveryDays !== undefined) return undefined;
          usable('GetSecretValue', secret, 'DecryptionFailure');
          const version = currentOf(secret);
          return version && { id: version.id, created: version.created, content: version.content };
        }),
      create: (name, { token, content, description, tags, kmsKeyId }) =>
        call('CreateSecret', name, (site) => {
          const existing = site.get(name);
          if (existing?.recoveryDays !== undefined)
            throw failure('CreateSecret', name, region, 'InvalidRequestException');
          if (existing) return false;
          usable('CreateSecret', { name, kmsKeyId }, 'EncryptionFailure');
          const secret = this.add(region, name, account);
          Object.assign(secret, { description, tags: { ...tags }, kmsKeyId });
          this.makeCurrent(secret, this.version(secret, token, content));
          return true;
        }),
      stage: (name, token, content) =>
        call('PutSecretValue', name, (site) => {
          const secret = site.get(name);
          if (!secret) return false;
          if (secret.recoveryDays !== undefined)
            throw failure('PutSecretValue', name, region, 'InvalidRequestException');
          usable('PutSecretValue', secret, 'EncryptionFailure');
          const same = secret.versions.find(({ id }) => id === token);
          if (same) return JSON.stringify(same.content) === JSON.stringify(content);
          const version = this.version(secret, token, content);
          if (secret.versions.length === 1) this.makeCurrent(secret, version);
          else label(secret, version, 'DR_REPLICA');
          return true;
        }),
      promote: (name, from, to) =>
        call('UpdateSecretVersionStage', name, (site) => {
          const secret = site.get(name);
          const version = secret?.versions.find(({ id }) => id === to);
          if (!secret || !version || currentOf(secret)?.id !== from) return false;
          this.makeCurrent(secret, version);
          return true;
        }),
      update: (name, { description, kmsKeyId }) =>
        call('UpdateSecret', name, (site) => {
          const secret = site.get(name);
          if (description !== undefined) Object.assign(secret ?? {}, { description });
          if (kmsKeyId !== undefined) Object.assign(secret ?? {}, { kmsKeyId });
        }),
      tag: (name, tags) => call('TagResource', name, (site) => void Object.assign(site.get(name)?.tags ?? {}, tags)),
      untag: (name, keys) =>
        call('UntagResource', name, (site) => {
          const tags = site.get(name)?.tags ?? {};
          for (const key of keys) Reflect.deleteProperty(tags, key);
        }),
      remove: (name, recoveryDays) =>
        call('DeleteSecret', name, (site) => void Object.assign(site.get(name) ?? {}, { recoveryDays })),
      restore: (name) =>
        call('RestoreSecret', name, (site) => void Object.assign(site.get(name) ?? {}, { recoveryDays: undefined })),
      list: () => listOf(() => call('ListSecrets', '*', (site) => [...site.values()])),
    };
  }

  private makeCurrent(secret: Secret, version: Version): void {
    const before = currentOf(secret);
    if (before === version) return;
    label(secret, version, 'AWSCURRENT');
    if (before) label(secret, before, 'AWSPREVIOUS');
    version.stages = version.stages.filter((stage) => stage !== 'AWSPREVIOUS' && stage !== 'AWSPENDING');
  }

  private version(secret: Secret, id: string, content: Content): Version {
    const version = { id, created: ++this.time, content, stages: [] };
    secret.versions.push(version);
    return version;
  }

  private existing(region: string, name: string, account: string): Secret {
    const secret = this.secret(region, name, account);
    if (!secret) throw new Error(`there is no ${name} in ${region}`);
    return secret;
  }

  private site(region: string, account: string): Map<string, Secret> {
    const key = `${account}/${region}`;
    const site = this.sites.get(key) ?? new Map<string, Secret>();
    this.sites.set(key, site);
    return site;
  }
}

/** A queue that keeps what it is sent. */
export class MemoryQueue implements Queue {
  public readonly messages: ReplayMessage[] = [];

  public async send(message: ReplayMessage): Promise<void> {
    this.messages.push(message);
  }

  /** All messages so far, which are gone from the queue then. */
  public take(): ReplayMessage[] {
    return this.messages.splice(0);
  }
}

export function currentOf(secret: Secret): Version | undefined {
  return secret.versions.find(({ stages }) => stages.includes('AWSCURRENT'));
}

/** AWS's message is made to quote what no log may show. */
function failure(operation: string, name: string, region: string, code: string): Failure {
  return new Failure(
    { operation, name, region },
    Object.assign(new Error('CANARY in a message of AWS'), { name: code }),
  );
}

function find(site: Map<string, Secret>, id: string): Secret | undefined {
  return site.get(id) ?? [...site.values()].find(({ arn }) => arn === id || arn.slice(0, -7) === id);
}

function label(secret: Secret, version: Version, stage: string): void {
  for (const one of secret.versions) one.stages = one.stages.filter((known) => known !== stage);
  version.stages.push(stage);
}

async function* listOf<T>(read: () => Promise<T[]>): AsyncIterable<T> {
  yield* await read();
}
