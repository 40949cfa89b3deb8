import { IncomingHttpHeaders } from 'http';
import { gunzipSync } from 'zlib';
import { isDataPlane } from './planes';
import restOperations from './rest-operations.json';

/** How a service writes its requests and answers. */
export type Protocol = 'json' | 'rest-json' | 'rest-xml' | 'query' | 'cbor';

/** An HTTP request as it came in. */
export interface RawRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A request, understood as a call of an AWS operation. */
export interface Call extends RawRequest {
  /** The service's name in the signature's scope: `dynamodb`, `states`, `events`. */
  readonly service: string;
  readonly region: string;
  /** `Unknown` where the request fits no operation. */
  readonly operation: string;
  readonly protocol: Protocol;
  readonly plane: 'control' | 'data';
  /** Labels of the path. */
  readonly labels: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/**
 * Tells service, region and operation from a request: from the scope of its signature (SigV4, SigV4A, or a presigned URL),
 * the target header, the `Action` of the query protocol, or method and path.
 *
 * @returns undefined for a request that no AWS client could have made
 */
export function recognise(raw: RawRequest): Call | undefined {
  const [path, search = ''] = raw.url.split(/\?(.*)/s, 2);
  const query = new URLSearchParams(search);
  const scope = scopeOf(raw, query);
  if (!scope) return undefined;
  const { service, region } = scope;
  const found =
    fromTarget(raw) ?? fromAction(raw, query) ?? fromRpcPath(path) ?? fromRest(service, raw, path, query) ?? UNKNOWN;
  return {
    ...raw,
    service,
    region,
    query,
    ...found,
    plane: isDataPlane(service, found.operation) ? 'data' : 'control',
  };
}

/** The input of a call: the JSON document, or the fields of the form; empty where the body is neither. */
export function inputOf<T extends object = Record<string, unknown>>(call: Call): T {
  const body = call.headers['content-encoding'] === 'gzip' ? gunzipSync(call.body) : call.body;
  if (call.protocol === 'query') {
    return Object.fromEntries([...call.query, ...new URLSearchParams(body.toString())]) as T;
  }
  try {
    return JSON.parse(body.toString() || '{}') as T;
  } catch {
    return {} as T;
  }
}

/** The members of a list of text: an array of the JSON document, or `Name.member.1` and so on in the query protocol. */
export function listOf(form: Readonly<Record<string, unknown>>, name: string): string[] {
  const given = form[name];
  if (Array.isArray(given)) return given.map(String);
  const found = Object.entries(form).flatMap(([key, value]) => {
    const match = key.startsWith(`${name}.`) && /^\.(?:\w+\.)?(\d+)$/.exec(key.slice(name.length));
    return match ? [{ index: Number(match[1]), value: String(value) }] : [];
  });
  return found.sort((a, b) => a.index - b.index).map(({ value }) => value);
}

type Operation = Pick<Call, 'operation' | 'protocol' | 'labels'>;

const UNKNOWN: Operation = { operation: 'Unknown', protocol: 'rest-json', labels: {} };

const REST_XML = new Set(['s3', 'route53', 'cloudfront']);

/** Without a signature only the global endpoint of STS, and S3 with its public objects, can be meant. */
function scopeOf(raw: RawRequest, query: URLSearchParams): { service: string; region: string } | undefined {
  const header = raw.headers.authorization ?? '';
  const credential = /Credential=([^,\s]+)/.exec(header)?.[1] ?? query.get('X-Amz-Credential') ?? '';
  const parts = credential.split('/');
  if (header.startsWith('AWS4-ECDSA-P256-SHA256') && parts.length === 4) {
    const regions = String(raw.headers['x-amz-region-set'] ?? query.get('X-Amz-Region-Set') ?? '*').split(',');
    return { service: parts[2].toLowerCase(), region: regions[0] === '*' ? 'us-east-1' : regions[0] };
  }
  if (parts.length >= 5) {
    const [region, service] = parts.slice(-3);
    return { service: service.toLowerCase(), region: region.toLowerCase() };
  }
  if (/Action=AssumeRoleWith/.test(raw.url) || /^Action=AssumeRoleWith/m.test(raw.body.toString('latin1', 0, 200))) {
    return { service: 'sts', region: 'us-east-1' };
  }
  return undefined;
}

function fromTarget(raw: RawRequest): Operation | undefined {
  const target = raw.headers['x-amz-target'];
  if (typeof target !== 'string') return undefined;
  return { operation: target.slice(target.lastIndexOf('.') + 1), protocol: 'json', labels: {} };
}

function fromAction(raw: RawRequest, query: URLSearchParams): Operation | undefined {
  const isForm = String(raw.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  const action = query.get('Action') ?? (isForm ? new URLSearchParams(raw.body.toString()).get('Action') : null);
  return action ? { operation: action, protocol: 'query', labels: {} } : undefined;
}

function fromRpcPath(path: string): Operation | undefined {
  const operation = /^\/service\/\w+\/operation\/(\w+)$/.exec(path)?.[1];
  return operation ? { operation, protocol: 'cbor', labels: {} } : undefined;
}

interface Route {
  readonly operation: string;
  readonly method: string;
  readonly path: RegExp;
  readonly labels: readonly string[];
  readonly query: readonly (readonly [string, string | undefined])[];
  readonly headers: readonly string[];
  /** How much of the request the route pins down: of several that fit, the one with the most is meant. */
  readonly weight: number;
}

const routes = new Map<string, Route[]>();

function routesOf(service: string): Route[] {
  const known = routes.get(service);
  if (known) return known;
  const table: Readonly<Record<string, string>> =
    (restOperations as Record<string, Record<string, string>>)[service] ?? {};
  const made = Object.entries(table)
    .map(([signature, operation]) => toRoute(signature, operation))
    .sort((a, b) => b.weight - a.weight);
  routes.set(service, made);
  return made;
}

function toRoute(signature: string, operation: string): Route {
  const [method, uri, ...headers] = signature.split(' ');
  const [path, search = ''] = uri.split('?');
  const labels: string[] = [];
  const pattern = path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{(\w[\w-]*)(\\\+)?\}/g, (_, label, greedy) => {
    labels.push(label);
    return greedy ? '(.+)' : '([^/]+)';
  });
  const query = search
    .split('&')
    .filter(Boolean)
    .map((part) => part.split('=') as [string, string | undefined]);
  const literals = path.split('/').filter((part) => part && !part.startsWith('{')).length;
  return {
    operation,
    method,
    labels,
    query,
    path: new RegExp(`^${pattern}/?$`),
    headers: headers.map((header) => header.slice(1)),
    weight: 100 * literals + 10 * (query.length + headers.length) + labels.length,
  };
}

function fromRest(service: string, raw: RawRequest, path: string, query: URLSearchParams): Operation | undefined {
  for (const route of routesOf(service)) {
    if (route.method !== raw.method) continue;
    const match = route.path.exec(path === '' ? '/' : path);
    if (!match) continue;
    const fits =
      route.query.every(([key, value]) => query.has(key) && (value === undefined || query.get(key) === value)) &&
      route.headers.every((header) => header in raw.headers);
    if (!fits) continue;
    return {
      operation: route.operation,
      protocol: REST_XML.has(service) ? 'rest-xml' : 'rest-json',
      labels: Object.fromEntries(route.labels.map((label, i) => [label, decode(match[i + 1])])),
    };
  }
  return undefined;
}

function decode(label: string): string {
  try {
    return decodeURIComponent(label);
  } catch {
    return label;
  }
}
