import { Answer, jsonOf, succeeded } from './answer';
import { placeOf } from './endpoints';
import { Json } from './wire';
import { World } from './world';
import { Element, find, findAll, textAt } from './xml';

/** A request of a user, not of an AWS client. */
export interface WebRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Port of the listener. @default the first listener that forwards */
  readonly port?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** Load balancers: the listeners and rules that moto keeps, in front of Lambda functions and of other load balancers. */
export class LoadBalancers {
  constructor(private readonly world: World) {}

  /**
   * Answers a request as the load balancer of a DNS name would.
   *
   * @returns undefined where the name is of no load balancer
   */
  public async handle(dnsName: string, request: WebRequest): Promise<Answer | undefined> {
    const place = placeOf(dnsName);
    if (place?.service !== 'elasticloadbalancing' || !place.region) return undefined;
    const { region } = place;
    if (!this.world.faults.isServing(region, 'elasticloadbalancing')) return toAnswer(503, 'Service Unavailable');
    const balancers = await this.ask(region, 'DescribeLoadBalancers', {}, 'LoadBalancers');
    const balancer = balancers.find((each) => textAt(each, 'DNSName')?.toLowerCase() === dnsName.toLowerCase());
    if (!balancer) return undefined;
    return this.pass(region, textAt(balancer, 'LoadBalancerArn') ?? '', request);
  }

  /** Hands a request to the load balancer of an ARN, as what stands in front of it does. */
  public async pass(region: string, balancer: string, request: WebRequest): Promise<Answer> {
    const action = await this.actionFor(region, balancer, request);
    return action ? this.perform(region, action, request) : toAnswer(503, 'Service Unavailable');
  }

  private async actionFor(region: string, balancer: string, request: WebRequest): Promise<Element | undefined> {
    const listeners = await this.ask(region, 'DescribeListeners', { LoadBalancerArn: balancer }, 'Listeners');
    const onPort = listeners.filter(
      (each) => request.port === undefined || Number(textAt(each, 'Port')) === request.port,
    );
    for (const listener of onPort) {
      const ListenerArn = textAt(listener, 'ListenerArn') ?? '';
      const rules = await this.ask(region, 'DescribeRules', { ListenerArn }, 'Rules');
      const ordered = rules.sort((a, b) => priorityOf(a) - priorityOf(b));
      const rule = ordered.find((each) => (find(each, 'Conditions')?.children ?? []).every((c) => holds(c, request)));
      const action = find(rule, 'Actions')?.children.find((each) => textAt(each, 'Type') !== 'redirect');
      if (action) return action;
    }
    return undefined;
  }

  private async perform(region: string, action: Element, request: WebRequest): Promise<Answer> {
    const fixed = find(action, 'FixedResponseConfig');
    if (fixed) return toAnswer(Number(textAt(fixed, 'StatusCode')), textAt(fixed, 'MessageBody') ?? '');
    const group = textAt(action, 'TargetGroupArn') || (findAll(action, 'TargetGroupArn')[0]?.text.trim() ?? '');
    const [described] = await this.ask(
      region,
      'DescribeTargetGroups',
      { 'TargetGroupArns.member.1': group },
      'TargetGroups',
    );
    const type = textAt(described, 'TargetType') ?? '';
    // Nothing runs behind instances and addresses: they answer as long as their region does.
    if (!['alb', 'lambda'].includes(type)) return toAnswer(200, 'OK');
    const health = await this.ask(
      region,
      'DescribeTargetHealth',
      { TargetGroupArn: group },
      'TargetHealthDescriptions',
    );
    const target = textAt(health[0], 'Target', 'Id');
    if (!target) return toAnswer(503, 'Service Unavailable');
    if (type === 'lambda') return this.invoke(region, target, group, request);
    return this.pass(region, target, { ...request, port: Number(textAt(health[0], 'Target', 'Port')) });
  }

  private async invoke(region: string, target: string, group: string, request: WebRequest): Promise<Answer> {
    const [path, search = ''] = request.path.split('?');
    const body = request.body?.toString() ?? '';
    const answer = await this.world.aws.raw('lambda', region, {
      method: 'POST',
      url: `/2015-03-31/functions/${encodeURIComponent(target)}/invocations`,
      headers: {},
      body: Buffer.from(
        JSON.stringify({
          requestContext: { elb: { targetGroupArn: group } },
          httpMethod: request.method,
          path,
          queryStringParameters: Object.fromEntries(new URLSearchParams(search)),
          headers: request.headers,
          body,
          isBase64Encoded: false,
        }),
      ),
    });
    if (!succeeded(answer) || answer.headers['x-amz-function-error']) return toAnswer(502, 'Bad Gateway');
    const output = jsonOf<Json>(answer);
    if (typeof output?.statusCode !== 'number') return toAnswer(502, 'Bad Gateway');
    const bytes = Buffer.from(output.body ?? '', output.isBase64Encoded ? 'base64' : 'utf8');
    return { status: output.statusCode, headers: output.headers ?? {}, body: bytes };
  }

  private async ask(
    region: string,
    operation: string,
    form: Readonly<Record<string, string>>,
    list: string,
  ): Promise<Element[]> {
    const result = await this.world.moto.query('elasticloadbalancing', region, operation, form);
    return [...(findAll(result, list)[0]?.children ?? [])];
  }
}

function priorityOf(rule: Element): number {
  const priority = textAt(rule, 'Priority');
  return priority === 'default' ? Infinity : Number(priority);
}

function holds(condition: Element, { method, path, headers }: WebRequest): boolean {
  const values = findAll(condition, 'member')
    .filter(({ children }) => children.length === 0)
    .map(({ text }) => text.trim());
  const value = {
    'path-pattern': path.split('?')[0],
    'http-request-method': method,
    'host-header': (headers.host ?? '').split(':')[0].toLowerCase(),
  }[textAt(condition, 'Field') ?? ''];
  return value !== undefined && values.some((pattern) => glob(pattern).test(value));
}

function glob(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${escaped}$`);
}

function toAnswer(status: number, text: string): Answer {
  return { status, headers: { 'content-type': 'text/plain' }, body: Buffer.from(text) };
}
