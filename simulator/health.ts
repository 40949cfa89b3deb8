import { request as httpRequest } from 'http';
import { request as httpsRequest } from 'https';
import { connect } from 'net';
import { Alarms } from './alarms';
import { answers, placeOf } from './endpoints';
import { LoadBalancers } from './load-balancer';
import { publish } from './metrics';
import { World } from './world';
import { Element, find, textAt } from './xml';

/** A Route 53 health check, and what it last saw. */
export interface HealthCheck {
  readonly id: string;
  readonly callerReference: string;
  config: Element;
  version: number;
  healthy: boolean;
  /** How many observations in a row contradict the status. */
  streak: number;
  /** What the last observation said. */
  observed: string;
  /** Simulated milliseconds since 1970. */
  observedAt: number;
}

/** Intervals are 10 or 30 seconds. */
const TICK_MS = 10_000;
/** An endpoint has so long to connect and to answer. */
const TIMEOUT_MS = 4_000;
/** Route 53 reads so much of the body when it looks for a string. */
const SEARCHED_BYTES = 5_120;
const METRIC_PERIOD_MS = 60_000;

/**
 * Evaluates Route 53 health checks.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
 */
export class HealthChecks {
  public readonly checks = new Map<string, HealthCheck>();

  /** @param targetOf the AWS name or the address that stands behind a name of a hosted zone */
  constructor(
    private readonly world: World,
    private readonly alarms: Alarms,
    private readonly loadBalancers: LoadBalancers,
    private readonly targetOf: (name: string) => Promise<string | undefined>,
  ) {
    world.clock.every(TICK_MS, () => this.evaluate());
    world.clock.every(METRIC_PERIOD_MS, () => this.publish());
  }

  public add(id: string, callerReference: string, config: Element): HealthCheck {
    const check = {
      id,
      callerReference,
      config,
      version: 1,
      healthy: true,
      streak: 0,
      observed: 'Success: not checked yet',
      observedAt: -Infinity,
    };
    this.checks.set(id, check);
    return check;
  }

  /** The status that records and endpoints go by: a disabled check is healthy, an inverted one the opposite of what it sees. */
  public isHealthy(id: string): boolean {
    const check = this.checks.get(id);
    if (!check) return true;
    const isDisabled = textAt(check.config, 'Disabled') === 'true';
    const isInverted = textAt(check.config, 'Inverted') === 'true';
    return (isDisabled || this.sees(check)) !== isInverted;
  }

  /** Observes every endpoint and alarm that is due. */
  public async evaluate(): Promise<void> {
    await Promise.all([...this.checks.values()].map((check) => this.observe(check)));
  }

  /** What a check sees before it is inverted. A calculated one follows its children at once. */
  private sees(check: HealthCheck): boolean {
    if (textAt(check.config, 'Type') !== 'CALCULATED') return check.healthy;
    const children = (find(check.config, 'ChildHealthChecks')?.children ?? []).map(({ text }) => text.trim());
    const healthy = children.filter((child) => this.isHealthy(child)).length;
    return healthy >= Number(textAt(check.config, 'HealthThreshold') ?? children.length);
  }

  private async observe(check: HealthCheck): Promise<void> {
    const type = textAt(check.config, 'Type');
    const now = this.world.clock.now();
    const interval =
      type === 'CLOUDWATCH_METRIC' ? TICK_MS : Number(textAt(check.config, 'RequestInterval') ?? 30) * 1000;
    if (type === 'CALCULATED' || type === 'RECOVERY_CONTROL' || now - check.observedAt < interval) return;
    check.observedAt = now;
    if (type === 'CLOUDWATCH_METRIC') return this.followAlarm(check);
    const problem = await this.problemOf(check.config);
    check.observed = problem ? `Failure: ${problem}` : 'Success: HTTP Status Code 200, OK';
    const isGood = problem === undefined;
    check.streak = isGood === check.healthy ? 0 : check.streak + 1;
    if (check.streak < Number(textAt(check.config, 'FailureThreshold') ?? 3)) return;
    check.healthy = isGood;
    check.streak = 0;
  }

  private async followAlarm(check: HealthCheck): Promise<void> {
    const alarm = find(check.config, 'AlarmIdentifier');
    const state = await this.alarms.stateOf(textAt(alarm, 'Region') ?? '', textAt(alarm, 'Name') ?? '');
    check.observed = `${state === 'ALARM' ? 'Failure' : 'Success'}: the alarm is ${state}`;
    if (state === 'OK') check.healthy = true;
    else if (state === 'ALARM') check.healthy = false;
    else {
      const otherwise = textAt(check.config, 'InsufficientDataHealthStatus') ?? 'LastKnownStatus';
      if (otherwise !== 'LastKnownStatus') check.healthy = otherwise === 'Healthy';
    }
  }

  /** What is wrong with an endpoint; undefined when it answers as it should. */
  private async problemOf(config: Element): Promise<string | undefined> {
    const named = textAt(config, 'FullyQualifiedDomainName');
    const address = textAt(config, 'IPAddress');
    const name = address ?? named ?? '';
    if (this.world.faults.isEndpointDown(name)) return 'Connection timed out';
    const target = address ?? (isLoopback(name) ? name : await this.targetOf(name));
    if (!target) return 'DNS resolution failed';
    const type = textAt(config, 'Type') ?? '';
    const path = textAt(config, 'ResourcePath') || '/';
    const port = Number(textAt(config, 'Port') ?? (type.startsWith('HTTPS') ? 443 : 80));
    if (isLoopback(target)) {
      if (type === 'TCP') return connectTo(target, port);
      return verdict(await ask(type.startsWith('HTTPS'), target, port, path, named), config);
    }
    if (!placeOf(target)) return 'Connection timed out: only AWS names and loopback addresses can be asked';
    if (!answers(this.world.faults, target)) return 'Connection timed out';
    if (type === 'TCP') return undefined;
    const reply = await this.loadBalancers.handle(target, { method: 'GET', path, port, headers: { host: name } });
    // Behind other AWS names the simulator runs nothing: they answer as long as their region does.
    return reply && verdict({ status: reply.status, body: reply.body.toString() }, config);
  }

  private async publish(): Promise<void> {
    for (const { id } of this.checks.values()) {
      await publish(this.world, {
        region: 'us-east-1',
        namespace: 'AWS/Route53',
        metric: 'HealthCheckStatus',
        dimensions: { HealthCheckId: id },
        value: this.isHealthy(id) ? 1 : 0,
      });
    }
  }
}

interface Reply {
  readonly status: number;
  readonly body: string;
}

function verdict(reply: Reply | string, config: Element): string | undefined {
  if (typeof reply === 'string') return reply;
  if (reply.status < 200 || reply.status > 399) return `HTTP Status Code ${reply.status}`;
  const wanted = textAt(config, 'SearchString');
  if (wanted && !reply.body.slice(0, SEARCHED_BYTES).includes(wanted)) return 'the string was not found in the body';
  return undefined;
}

function isLoopback(name: string): boolean {
  return /^(localhost|127(\.\d+){3})$/.test(name);
}

function connectTo(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS });
    const end = (problem?: string): void => {
      socket.destroy();
      resolve(problem);
    };
    socket.on('connect', () => end());
    socket.on('timeout', () => end('Connection timed out'));
    socket.on('error', () => end('Connection refused'));
  });
}

function ask(isSecure: boolean, host: string, port: number, path: string, name?: string): Promise<Reply | string> {
  return new Promise((resolve) => {
    const send = isSecure ? httpsRequest : httpRequest;
    // Route 53 does not validate certificates.
    const outgoing = send(
      { host, port, path, timeout: TIMEOUT_MS, rejectUnauthorized: false, headers: name ? { host: name } : {} },
      (incoming) => {
        let body = '';
        incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body }));
        incoming.on('error', () => resolve('Connection reset'));
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')));
    outgoing.on('error', () => resolve('Connection timed out'));
    outgoing.end();
  });
}
