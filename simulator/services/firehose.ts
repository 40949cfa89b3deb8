import { gunzipSync, gzipSync } from 'zlib';
import { answer } from '../answer';
import { Call, inputOf } from '../request';
import { Json } from '../wire';
import { Service, World } from '../world';

/**
 * Firehose to S3: records wait for the buffering interval, then they are one object for each value of the prefix. moto
 * keeps the streams, and would write each record at once to a prefix that it does not evaluate.
 * https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
 */
export function firehose(world: World): Service {
  const { moto, clock } = world;
  /** Documents that wait, by region, stream and prefix. */
  const buffers = new Map<string, Buffer[]>();
  let count = 0;

  const take = async (region: string, DeliveryStreamName: string, data: string): Promise<string> => {
    const described = await moto.json('firehose', region, 'DescribeDeliveryStream', { DeliveryStreamName });
    const [destination] = described.DeliveryStreamDescription.Destinations;
    const settings: Json = destination.ExtendedS3DestinationDescription;
    const document = documentOf(settings, Buffer.from(data, 'base64'));
    const prefix = withPartitions(settings.Prefix ?? DEFAULT_PREFIX, document);
    const key = `${region} ${DeliveryStreamName} ${prefix}`;
    const waiting = buffers.get(key);
    buffers.set(key, [...(waiting ?? []), document]);
    if (!waiting) {
      const seconds = settings.BufferingHints?.IntervalInSeconds ?? 300;
      clock.after(seconds * 1000, () => write(region, DeliveryStreamName, settings, prefix, key));
    }
    return String(++count).padStart(8, '0');
  };

  const write = async (region: string, stream: string, settings: Json, prefix: string, key: string): Promise<void> => {
    if (!world.faults.isServing(region, 'firehose') || !world.faults.isServing(region, 's3')) {
      clock.after(RETRY_MS, () => write(region, stream, settings, prefix, key));
      return;
    }
    const body = Buffer.concat(buffers.get(key) ?? []);
    buffers.delete(key);
    const now = new Date(clock.now()).toISOString();
    const isCompressed = settings.CompressionFormat === 'GZIP';
    const name = `${stream}-1-${now.slice(0, 19).replace(/[T:]/g, '-')}-${String(++count).padStart(8, '0')}`;
    const bucket = settings.BucketARN.split(':').pop();
    const path = `${withTime(prefix, now)}${name}${isCompressed ? '.gz' : ''}`;
    await world.aws.raw('s3', region, {
      method: 'PUT',
      url: `/${bucket}/${path.split('/').map(encodeURIComponent).join('/')}`,
      headers: {},
      body: isCompressed ? gzipSync(body) : body,
    });
  };

  const isToS3 = async (call: Call): Promise<boolean> => {
    const { DeliveryStreamName } = inputOf<Json>(call);
    const found = await moto.json('firehose', call.region, 'DescribeDeliveryStream', { DeliveryStreamName });
    return found.DeliveryStreamDescription.Destinations[0].ExtendedS3DestinationDescription !== undefined;
  };

  return {
    PutRecord: async (call, pass) => {
      if (!(await isToS3(call))) return pass();
      const { DeliveryStreamName, Record } = inputOf<Json>(call);
      return answer(call, { RecordId: await take(call.region, DeliveryStreamName, Record.Data), Encrypted: true });
    },
    PutRecordBatch: async (call, pass) => {
      if (!(await isToS3(call))) return pass();
      const { DeliveryStreamName, Records } = inputOf<Json>(call);
      const RequestResponses: Json[] = [];
      for (const { Data } of Records) {
        RequestResponses.push({ RecordId: await take(call.region, DeliveryStreamName, Data) });
      }
      return answer(call, { FailedPutCount: 0, Encrypted: true, RequestResponses });
    },
  };
}

const DEFAULT_PREFIX = '!{timestamp:yyyy/MM/dd/HH}/';

/** How long a delivery that its region refuses waits. */
const RETRY_MS = 60_000;

/** A record, after the processors of its stream. */
function documentOf(settings: Json, data: Buffer): Buffer {
  const processing = settings.ProcessingConfiguration;
  const types = processing?.Enabled ? processing.Processors.map(({ Type }: Json) => Type) : [];
  const document = types.includes('Decompression') ? gunzipSync(data) : data;
  return types.includes('AppendDelimiterToRecord') ? Buffer.concat([document, Buffer.from('\n')]) : document;
}

/** jq is not evaluated: a partition key is the document's member of its name, without a slash at its beginning. */
function withPartitions(prefix: string, document: Buffer): string {
  return prefix.replace(/!\{partitionKeyFromQuery:(\w+)\}/g, (_, name: string) =>
    String(JSON.parse(document.toString())[name] ?? '').replace(/^\//, ''),
  );
}

/** https://docs.oracle.com/javase/8/docs/api/java/time/format/DateTimeFormatter.html, as far as prefixes are made of it. */
function withTime(prefix: string, now: string): string {
  const [yyyy, MM, dd, HH, mm] = now.split(/[-T:]/);
  const parts: Readonly<Record<string, string>> = { yyyy, MM, dd, HH, mm };
  return prefix.replace(/!\{timestamp:([^}]*)\}/g, (_, format: string) =>
    format.replace(/yyyy|MM|dd|HH|mm/g, (part) => parts[part]),
  );
}
