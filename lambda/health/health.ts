import { HttpEvent, HttpResponse, jsonResponse } from '../http-event';
import { Log } from '../log';

/** What is checked of one dependency. */
export interface Probe {
  readonly name: string;
  /** Resolves when the dependency answers. The signal aborts it at the deadline. */
  readonly run: (signal: AbortSignal) => Promise<unknown>;
}

/** What came of one probe. */
export interface Check {
  readonly name: string;
  readonly healthy: boolean;
  /** An unhealthy dependency that is not critical is reported, and the region stays in service. */
  readonly critical: boolean;
  readonly milliseconds: number;
  /** Name of the error. */
  readonly reason?: string;
}

/** What the checks are made of. */
export interface HealthProps {
  readonly region: string;
  readonly role: string;
  readonly probes: readonly Probe[];
  /** Names of the probes that decide. */
  readonly critical: readonly string[];
  readonly log: Log;
  /** Milliseconds since any fixed moment. */
  readonly now: () => number;
  /** How long all probes together may take, in milliseconds. @default 1200 */
  readonly deadlineMs?: number;
  /** How long a result is served again, in milliseconds. @default 5000 */
  readonly lifetimeMs?: number;
}

/**
 * Says whether this region can do its work, from dependencies of this region only. Route 53 waits two seconds for an
 * answer: all probes run at once and share a deadline below that. A result is served again for a few seconds, so that
 * the checkers of the world, some fifteen of them, do not become a load.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
 */
export class Health {
  private checks?: Promise<readonly Check[]>;
  private startedAt = 0;
  private wasHealthy?: boolean;

  /** @throws Error when a critical probe does not exist */
  constructor(private readonly props: HealthProps) {
    const names = props.probes.map(({ name }) => name);
    const unknown = props.critical.filter((name) => !names.includes(name));
    if (unknown.length > 0) {
      throw new Error(`HEALTH_CRITICAL names ${unknown.join(', ')}; the checks here are ${names.join(', ')}`);
    }
  }

  /** Answers `GET /health` with 200 or 503, and `GET /health?shallow` with 200 at once. */
  public async answer({ httpMethod, path, queryStringParameters }: HttpEvent): Promise<HttpResponse> {
    const { region, role } = this.props;
    if (!/^\/health\/?$/.test(path))
      return jsonResponse(404, { error: 'NotFound', message: 'there is only /health here' });
    if (!['GET', 'HEAD'].includes(httpMethod)) {
      return jsonResponse(405, { error: 'MethodNotAllowed', message: 'use GET /health' });
    }
    if (queryStringParameters && 'shallow' in queryStringParameters) {
      return jsonResponse(200, { status: 'healthy', region, role, checks: [] });
    }
    const checks = await this.recentChecks();
    const healthy = checks.every((check) => check.healthy || !check.critical);
    this.logChange(healthy, checks);
    return jsonResponse(healthy ? 200 : 503, { status: healthy ? 'healthy' : 'unhealthy', region, role, checks });
  }

  private recentChecks(): Promise<readonly Check[]> {
    const { now, lifetimeMs = 5000, probes, deadlineMs = 1200 } = this.props;
    if (!this.checks || now() - this.startedAt >= lifetimeMs) {
      this.startedAt = now();
      this.checks = Promise.all(probes.map((probe) => this.check(probe, deadlineMs)));
    }
    return this.checks;
  }

  private async check({ name, run }: Probe, deadlineMs: number): Promise<Check> {
    const { critical, now } = this.props;
    const startedAt = now();
    const result = (healthy: boolean, reason?: string): Check => ({
      name,
      healthy,
      critical: critical.includes(name),
      milliseconds: Math.round(now() - startedAt),
      reason,
    });
    const controller = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<Check>((resolve) => {
      timer = setTimeout(() => {
        controller.abort();
        resolve(result(false, 'DeadlineExceeded'));
      }, deadlineMs);
    });
    const probe = run(controller.signal).then(
      () => result(true),
      (error: Error) => result(false, error.name),
    );
    try {
      // The race and not the signal alone: a probe that ignores its signal must not hold up the answer.
      return await Promise.race([probe, deadline]);
    } finally {
      clearTimeout(timer);
    }
  }

  private logChange(healthy: boolean, checks: readonly Check[]): void {
    if (healthy === this.wasHealthy) return;
    this.wasHealthy = healthy;
    const failed = checks.filter((check) => !check.healthy).map(({ name, reason }) => `${name}: ${reason}`);
    this.props.log[healthy ? 'info' : 'error'](healthy ? 'healthy' : 'unhealthy', { failed: failed.join(', ') });
  }
}
