import { AwsError } from './answer';
import { random } from './lag';
import { Call } from './request';

/** What can be broken. */
export const FAULT_KINDS = [
  'region-down',
  'service-down',
  'control-plane-down',
  'slow',
  'throttle',
  'partition',
  'endpoint-down',
] as const;

/** Something that is broken until it is recovered. */
export interface Fault {
  /** One of `FAULT_KINDS`. */
  readonly kind: (typeof FAULT_KINDS)[number];
  /** The region that is hit; of a partition, one of the two. All kinds but `endpoint-down` need it. */
  readonly region?: string;
  /** Of a partition: the other region. */
  readonly peer?: string;
  /** The service's name in the signature's scope. @default every service of the region */
  readonly service?: string;
  /** Of `slow`: the delay added to each call. @default 1000 */
  readonly milliseconds?: number;
  /** Of `throttle`: the share of calls that are refused, from 0 to 1. @default 1 */
  readonly share?: number;
  /** Of `endpoint-down`: the DNS name or IP address that stops answering health checks. */
  readonly endpoint?: string;
}

/** A fault that is active. */
export interface ActiveFault extends Fault {
  readonly id: string;
  /** Simulated time at which it began, ISO 8601. */
  readonly since: string;
}

/** What a fault does to a call: no answer, an error, or an answer after a delay. */
export interface Effect {
  readonly reset: boolean;
  readonly error?: AwsError;
  readonly delay: number;
}

/** Control planes that are in one region whatever region the caller names (AWS Fault Isolation Boundaries, global services). */
const HOME: Readonly<Record<string, string>> = {
  cloudfront: 'us-east-1',
  globalaccelerator: 'us-west-2',
  iam: 'us-east-1',
  route53: 'us-east-1',
  'route53-recovery-control-config': 'us-west-2',
};

/** Operations that create a DNS name or a global bucket name, and so need the control planes of us-east-1. */
const NEEDS_US_EAST_1: Readonly<Record<string, RegExp>> = {
  apigateway: /^Create(DomainName|RestApi|Api|Deployment)$/,
  ec2: /^CreateVpcEndpoint$/,
  elasticache: /^Create/,
  elasticloadbalancing: /^CreateLoadBalancer$/,
  lambda: /^CreateFunctionUrlConfig$/,
  rds: /^CreateDB(Cluster|Instance)$|^CreateGlobalCluster$/,
  s3: /^(Create|Delete)Bucket$|^PutBucket/,
};

const US_EAST_1 = 'us-east-1';

/** The faults that are active, and what they do to each call and each link between regions. */
export class Faults {
  private active: ActiveFault[] = [];
  private count = 0;
  private readonly next: () => number;

  /** @param now simulated milliseconds since 1970 */
  constructor(
    private readonly now: () => number,
    seed: number,
  ) {
    this.next = random(seed);
  }

  /** Breaks something. */
  public inject(fault: Fault): ActiveFault {
    const problem = problemOf(fault);
    if (problem) throw new AwsError('ValidationException', problem);
    const active = { ...fault, id: `fault-${++this.count}`, since: new Date(this.now()).toISOString() };
    this.active.push(active);
    return active;
  }

  /** Ends a fault. */
  public recover(id: string): ActiveFault {
    const found = this.active.find((fault) => fault.id === id);
    if (!found) throw new AwsError('ResourceNotFoundException', `no active fault has the id ${id}`, 404);
    this.active = this.active.filter((fault) => fault !== found);
    return found;
  }

  public list(): readonly ActiveFault[] {
    return this.active;
  }

  /** Whether a region answers at all. */
  public isUp(region: string): boolean {
    return !this.active.some((fault) => fault.kind === 'region-down' && fault.region === region);
  }

  /** Whether a service of a region answers its data plane. */
  public isServing(region: string, service: string): boolean {
    return this.isUp(region) && !this.active.some((f) => f.kind === 'service-down' && hits(f, region, service));
  }

  /** Whether what is written in one region can reach the other. */
  public connected(from: string, to: string, service: string): boolean {
    return (
      this.isServing(from, service) &&
      this.isServing(to, service) &&
      !this.active.some(
        (f) =>
          f.kind === 'partition' &&
          ((f.region === from && f.peer === to) || (f.region === to && f.peer === from)) &&
          (f.service === undefined || f.service === service),
      )
    );
  }

  /** Whether an endpoint that health checks ask was broken by name. */
  public isEndpointDown(endpoint: string): boolean {
    return this.active.some((fault) => fault.kind === 'endpoint-down' && fault.endpoint === endpoint);
  }

  /** What happens to a call. */
  public effectOn({ service, region, operation, plane }: Call): Effect {
    const place = HOME[service] ?? region;
    const own = this.active.filter((fault) => hits(fault, place, service));
    if (own.some((fault) => fault.kind === 'region-down')) return { reset: true, delay: 0 };
    const isControl = plane === 'control';
    const refused =
      own.some((f) => f.kind === 'service-down' || (f.kind === 'control-plane-down' && isControl)) ||
      (isControl && NEEDS_US_EAST_1[service]?.test(operation) && !this.hasControlPlane(US_EAST_1));
    if (refused) return { reset: false, delay: 0, error: unavailable(service) };
    const throttled = own.some((fault) => fault.kind === 'throttle' && this.next() < (fault.share ?? 1));
    if (throttled) return { reset: false, delay: 0, error: throttling(service) };
    const delay = own
      .filter((fault) => fault.kind === 'slow')
      .reduce((sum, fault) => sum + (fault.milliseconds ?? 1000), 0);
    return { reset: false, delay };
  }

  private hasControlPlane(region: string): boolean {
    return (
      this.isUp(region) &&
      !this.active.some((f) => f.kind === 'control-plane-down' && f.region === region && f.service === undefined)
    );
  }
}

function hits(fault: Fault, region: string, service: string): boolean {
  return fault.region === region && (fault.service === undefined || fault.service === service);
}

function problemOf({ kind, region, peer, service, milliseconds, share, endpoint }: Fault): string | undefined {
  if (!FAULT_KINDS.includes(kind)) return `the kind of a fault is one of ${FAULT_KINDS.join(', ')}`;
  if (kind === 'endpoint-down') return endpoint ? undefined : 'endpoint-down needs an endpoint';
  if (!region) return `${kind} needs a region`;
  if (kind === 'region-down' && service) return 'region-down hits all services: use service-down for one';
  if (kind === 'service-down' && !service) return 'service-down needs a service';
  if (kind === 'partition' && (!peer || peer === region)) return 'partition needs a peer, another region';
  if (milliseconds !== undefined && !(milliseconds >= 0)) return 'milliseconds is a number from 0 on';
  if (share !== undefined && !(share >= 0 && share <= 1)) return 'share is a number from 0 to 1';
  return undefined;
}

/** S3 has its own names for both errors. */
function unavailable(service: string): AwsError {
  return new AwsError(
    service === 's3' ? 'ServiceUnavailable' : 'ServiceUnavailableException',
    'Service is unavailable',
    503,
  );
}

function throttling(service: string): AwsError {
  if (service === 's3') return new AwsError('SlowDown', 'Please reduce your request rate.', 503);
  if (service === 'dynamodb') {
    return new AwsError('ProvisionedThroughputExceededException', 'The level of configured throughput was exceeded.');
  }
  return new AwsError('ThrottlingException', 'Rate exceeded');
}
