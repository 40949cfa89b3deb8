import { Answer, AwsError, succeeded } from '../answer';
import { EventBus } from '../event-bus';
import { publish } from '../metrics';
import { Call } from '../request';
import { Handler, Service, World } from '../world';
import { Element, find, findAll, readXml, textAt } from '../xml';

/** A rule of a replication configuration. */
interface Rule {
  readonly id: string;
  readonly priority: number;
  readonly prefix: string;
  readonly tags: readonly (readonly [string, string])[];
  readonly destination: string;
  readonly includesDeleteMarkers: boolean;
}

/** Headers of an object that its replica has, too. */
const OBJECT_HEADERS =
  /^(content-(type|encoding|language|disposition)|cache-control|expires|x-amz-meta-.+|x-amz-website-redirect-location)$/;

const METRIC_PERIOD_MS = 60_000;

/**
 * S3: moto keeps buckets and objects; the simulator replicates objects, knows the region of each bucket, and gives
 * settings of which moto drops parts back as they were put.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html
 */
export class ObjectStorage {
  private readonly regions = new Map<string, string>();
  private readonly rules = new Map<string, readonly Rule[]>();
  private readonly replication = new Map<string, Buffer>();
  private readonly notification = new Map<string, Buffer>();
  private readonly policies = new Map<string, Buffer>();
  private readonly logging = new Map<string, Buffer>();
  private readonly statuses = new Map<string, string>();
  /** The order of the newest change that each replica has had, so that an older one that is late changes nothing. */
  private readonly newest = new Map<string, number>();
  private order = 0;

  constructor(
    private readonly world: World,
    private readonly bus: EventBus,
  ) {
    world.clock.every(METRIC_PERIOD_MS, () => this.publishMetrics());
  }

  /** The region of the bucket that a call is about, whatever region the caller signed for. */
  public regionOf(call: Call): string {
    return this.regions.get(call.labels.Bucket) ?? call.region;
  }

  public service(): Service {
    return {
      CreateBucket: async (call, pass) => {
        const given = await pass();
        const place = /<LocationConstraint>([^<]+)</.exec(call.body.toString())?.[1];
        if (succeeded(given)) this.regions.set(call.labels.Bucket, place ?? call.region);
        return given;
      },
      DeleteBucket: async (call, pass) => {
        const given = await pass();
        if (succeeded(given)) {
          const settings = [this.regions, this.rules, this.replication, this.notification, this.logging, this.policies];
          settings.forEach((setting) => setting.delete(call.labels.Bucket));
        }
        return given;
      },
      PutBucketReplication: async (call, pass) => {
        const given = await pass();
        if (!succeeded(given)) return given;
        this.replication.set(call.labels.Bucket, call.body);
        this.rules.set(call.labels.Bucket, rulesIn(call.body));
        return given;
      },
      GetBucketReplication: giveBack(this.replication, () => {
        throw new AwsError('ReplicationConfigurationNotFoundError', 'The replication configuration was not found', 404);
      }),
      DeleteBucketReplication: async (call, pass) => {
        this.replication.delete(call.labels.Bucket);
        this.rules.delete(call.labels.Bucket);
        return pass();
      },
      // moto obeys policies without regard to their conditions: a policy that only wants TLS would lock everybody out.
      PutBucketPolicy: async (call) => {
        this.policies.set(call.labels.Bucket, call.body);
        return { status: 204, headers: {}, body: Buffer.alloc(0) };
      },
      GetBucketPolicy: giveBack(this.policies, () => {
        throw new AwsError('NoSuchBucketPolicy', 'The bucket policy does not exist', 404);
      }),
      DeleteBucketPolicy: async (call) => {
        this.policies.delete(call.labels.Bucket);
        return { status: 204, headers: {}, body: Buffer.alloc(0) };
      },
      // moto refuses targets whose policy it cannot read.
      PutBucketLogging: async (call) => {
        this.logging.set(call.labels.Bucket, call.body);
        return { status: 200, headers: {}, body: Buffer.alloc(0) };
      },
      GetBucketLogging: giveBack(this.logging, (_call, pass) => pass()),
      PutBucketNotificationConfiguration: async (call, pass) => {
        const given = await pass();
        if (succeeded(given)) this.notification.set(call.labels.Bucket, call.body);
        return given;
      },
      GetBucketNotificationConfiguration: giveBack(this.notification, (_call, pass) => pass()),
      PutObject: this.writing('Object Created'),
      CopyObject: this.writing('Object Created'),
      CompleteMultipartUpload: this.writing('Object Created'),
      DeleteObject: this.writing('Object Deleted'),
      DeleteObjects: async (call, pass) => {
        const given = await pass();
        if (!succeeded(given)) return given;
        for (const deleted of findAll(readXml(given.body.toString()), 'Deleted')) {
          const key = textAt(deleted, 'Key') ?? '';
          const isMarker = textAt(deleted, 'DeleteMarker') === 'true' && !find(deleted, 'VersionId');
          if (isMarker) this.replicate(call.labels.Bucket, key, undefined);
          await this.tell(call, key, 'Object Deleted');
        }
        return given;
      },
      GetObject: async (call, pass) => this.withStatus(call, await pass()),
      HeadObject: async (call, pass) => this.withStatus(call, await pass()),
    };
  }

  private writing(detailType: string): Handler {
    return async (call, pass) => {
      const given = await pass();
      if (!succeeded(given)) return given;
      const { Bucket, Key } = call.labels;
      const isDelete = detailType === 'Object Deleted';
      const isMarker = given.headers['x-amz-delete-marker'] === 'true' && !call.query.has('versionId');
      if (!isDelete || isMarker) this.replicate(Bucket, Key, isDelete ? undefined : given.headers['x-amz-version-id']);
      await this.tell(call, Key, detailType);
      return given;
    };
  }

  /** Sends a version of an object, or a delete marker, on its way to the destination of the rule that it falls under. */
  private replicate(bucket: string, key: string, version: string | undefined): void {
    const fitting = (this.rules.get(bucket) ?? []).filter(({ prefix }) => key.startsWith(prefix));
    const rule = [...fitting].sort((a, b) => b.priority - a.priority)[0];
    const isMarker = version === undefined;
    if (!rule || (isMarker && !rule.includesDeleteMarkers)) return;
    const order = ++this.order;
    if (!isMarker) this.statuses.set(statusKey(bucket, key, version), 'PENDING');
    this.world.replication.submit({
      service: 's3',
      from: this.regions.get(bucket) ?? '',
      to: this.regions.get(rule.destination) ?? '',
      resource: bucket,
      apply: () => this.apply(bucket, rule, key, version, order),
    });
  }

  private async apply(
    bucket: string,
    rule: Rule,
    key: string,
    version: string | undefined,
    order: number,
  ): Promise<void> {
    const replica = `${rule.destination}/${key}`;
    if ((this.newest.get(replica) ?? 0) > order) return;
    this.newest.set(replica, order);
    const path = key.split('/').map(encodeURIComponent).join('/');
    const url = `/${rule.destination}/${path}`;
    if (version === undefined) {
      await this.moto('DELETE', url);
      return;
    }
    const source = `/${bucket}/${path}`;
    const object = await this.moto('GET', `${source}?versionId=${encodeURIComponent(version)}`);
    if (!succeeded(object)) return;
    const tags = findAll(readXml((await this.moto('GET', `${source}?tagging`)).body.toString()), 'Tag').map(
      (tag) => [textAt(tag, 'Key') ?? '', textAt(tag, 'Value') ?? ''] as const,
    );
    if (!rule.tags.every(([name, value]) => tags.some(([n, v]) => n === name && v === value))) return;
    const headers = Object.fromEntries(Object.entries(object.headers).filter(([name]) => OBJECT_HEADERS.test(name)));
    const tagging = new URLSearchParams(Object.fromEntries(tags)).toString();
    const put = await this.moto(
      'PUT',
      url,
      { ...headers, ...(tagging ? { 'x-amz-tagging': tagging } : {}) },
      object.body,
    );
    this.statuses.set(statusKey(bucket, key, version), succeeded(put) ? 'COMPLETED' : 'FAILED');
    this.statuses.set(statusKey(rule.destination, key, put.headers['x-amz-version-id']), 'REPLICA');
  }

  private moto(
    method: string,
    url: string,
    headers: Record<string, string> = {},
    body: Buffer = Buffer.alloc(0),
  ): Promise<Answer> {
    return this.world.moto.raw('s3', 'us-east-1', { method, url, headers, body });
  }

  private withStatus(call: Call, given: Answer): Answer {
    const { Bucket, Key } = call.labels;
    const status = this.statuses.get(statusKey(Bucket, Key, given.headers['x-amz-version-id']));
    return status ? { ...given, headers: { ...given.headers, 'x-amz-replication-status': status } } : given;
  }

  /** Tells EventBridge of a change, where the bucket wants it told. */
  private async tell(call: Call, key: string, detailType: string): Promise<void> {
    const { Bucket: name } = call.labels;
    if (!/EventBridgeConfiguration/.test(this.notification.get(name)?.toString() ?? '')) return;
    await this.bus.emit(this.regionOf(call), {
      source: 'aws.s3',
      detailType,
      resources: [`arn:aws:s3:::${name}`],
      detail: { version: '0', bucket: { name }, object: { key }, reason: call.operation },
    });
  }

  private async publishMetrics(): Promise<void> {
    const links = this.world.replication.status().filter(({ service }) => service === 's3');
    for (const [bucket, rules] of this.rules) {
      for (const { id, destination } of rules) {
        const region = this.regions.get(destination) ?? '';
        if (!this.world.faults.isUp(region)) continue;
        const link = links.find(({ resource, to }) => resource === bucket && to === region);
        const dimensions = { SourceBucket: bucket, DestinationBucket: destination, RuleId: id };
        const values = {
          OperationsPendingReplication: link?.pending ?? 0,
          ReplicationLatency: Math.ceil((link?.recoveryPointAge ?? 0) / 1000),
        };
        for (const [metric, value] of Object.entries(values)) {
          await publish(this.world, { region, namespace: 'AWS/S3', metric, dimensions, value });
        }
      }
    }
  }
}

function giveBack(settings: ReadonlyMap<string, Buffer>, absent: Handler): Handler {
  return async (call, pass) => {
    const body = settings.get(call.labels.Bucket);
    return body ? { status: 200, headers: { 'content-type': 'application/xml' }, body } : absent(call, pass);
  };
}

function rulesIn(body: Buffer): Rule[] {
  return findAll(readXml(body.toString()), 'Rule')
    .filter((rule) => textAt(rule, 'Status') === 'Enabled')
    .map((rule) => ({
      id: textAt(rule, 'ID') ?? '',
      priority: Number(textAt(rule, 'Priority') ?? 0),
      prefix: prefixOf(rule),
      tags: findAll(rule, 'Tag').map((tag) => [textAt(tag, 'Key') ?? '', textAt(tag, 'Value') ?? ''] as const),
      destination: (textAt(rule, 'Destination', 'Bucket') ?? '').replace(/^arn:[^:]*:s3:::/, ''),
      includesDeleteMarkers: textAt(rule, 'DeleteMarkerReplication', 'Status') === 'Enabled',
    }));
}

function prefixOf(rule: Element): string {
  const filter = find(rule, 'Filter');
  return textAt(filter, 'Prefix') ?? textAt(filter, 'And', 'Prefix') ?? textAt(rule, 'Prefix') ?? '';
}

function statusKey(bucket: string, key: string, version: string | undefined): string {
  return JSON.stringify([bucket, key, version]);
}
