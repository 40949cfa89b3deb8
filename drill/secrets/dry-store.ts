import {
  Content,
  DestinationStores,
  ListedSecret,
  SecretDescription,
  SecretStore,
  SecretVersion,
} from '../../lambda/secrets-replicator/ports';

/** The id of a version that is shown in the place of another one. */
const STAND_IN = 'stand-in-for-the-version-that-is-there';

/**
 * Secrets Manager of a destination that is read and never written: what the replicator would write is noted, and answered
 * as if it were done. So the replicator itself says what should be there.
 */
export class DryStore implements SecretStore {
  /** What would be written, in words. */
  public readonly writes: string[] = [];
  /** What is there. */
  public version?: SecretVersion;
  /** What should be there, where it is something else. */
  public wanted?: Content;

  /** @param isOld shows what is there as older than everything: then it is compared, however new it is */
  constructor(
    private readonly store: SecretStore,
    private readonly isOld: boolean,
  ) {}

  public get region(): string {
    return this.store.region;
  }

  public async describe(id: string): Promise<SecretDescription | undefined> {
    const description = await this.store.describe(id);
    if (!description) return undefined;
    if (this.writes.includes('restore')) return { ...description, deleted: false, current: undefined };
    return this.isOld && description.current !== undefined ? { ...description, current: STAND_IN } : description;
  }

  public async current(id: string): Promise<SecretVersion | undefined> {
    this.version = await this.store.current(id);
    return this.version && this.isOld ? { ...this.version, id: STAND_IN, created: 0 } : this.version;
  }

  public async create(_name: string, { content }: { readonly content: Content }): Promise<boolean> {
    this.wanted = content;
    return this.noted('create');
  }

  public async stage(_name: string, _token: string, content: Content): Promise<boolean> {
    this.wanted = content;
    return this.noted('value');
  }

  public async promote(): Promise<boolean> {
    return this.noted('value');
  }

  public async update(_name: string, change: { readonly description?: string; readonly kmsKeyId?: string }) {
    if (change.description !== undefined) this.noted('description');
    if (change.kmsKeyId !== undefined) this.noted('key');
  }

  public async tag(): Promise<void> {
    this.noted('tags');
  }

  public async untag(): Promise<void> {
    this.noted('tags');
  }

  public async remove(): Promise<void> {
    this.noted('delete');
  }

  public async restore(): Promise<void> {
    this.noted('restore');
  }

  public list(): AsyncIterable<ListedSecret> {
    return this.store.list();
  }

  private noted(write: string): true {
    if (!this.writes.includes(write)) this.writes.push(write);
    return true;
  }
}

/** One destination at a time, so that there is one store. */
export class DryStores implements DestinationStores {
  public used?: DryStore;

  constructor(
    private readonly stores: DestinationStores,
    private readonly isOld: boolean,
  ) {}

  public at(destination: { readonly region: string; readonly roleArn?: string; readonly externalId?: string }) {
    this.used = new DryStore(this.stores.at(destination), this.isOld);
    return this.used;
  }
}

/** Secrets Manager of the source, with configuration from elsewhere in the place of its own, and a note of what was read. */
export class SourceView extends DryStore {
  /** The last version that was read of each secret. */
  public readonly versions = new Map<string, SecretVersion>();

  constructor(
    store: SecretStore,
    private readonly texts: ReadonlyMap<string, string>,
  ) {
    super(store, false);
  }

  public override async current(id: string): Promise<SecretVersion | undefined> {
    const text = this.texts.get(id);
    if (text !== undefined) return { id: '', created: 0, content: { text } };
    const version = await super.current(id);
    if (version) this.versions.set(id, version);
    return version;
  }
}
