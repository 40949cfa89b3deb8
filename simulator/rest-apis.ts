import { ACCOUNT_ID } from './account';
import { Answer, jsonOf, succeeded } from './answer';
import { placeOf } from './endpoints';
import { WebRequest } from './load-balancer';
import { Json } from './wire';
import { World } from './world';

/** An API, and what of the path is its stage or base path. */
interface Found {
  readonly apiId: string;
  readonly stage: string;
  /** The path inside the stage. */
  readonly path: string;
}

/**
 * REST APIs of API Gateway: the resources and methods that moto keeps, in front of Lambda functions. Resources answer as
 * they are, not as they were deployed; of an authorization only its presence is checked.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export class RestApis {
  constructor(private readonly world: World) {}

  /**
   * Answers a request to the name of an API, or of its custom domain name.
   *
   * @returns undefined where the name is of no API
   */
  public async handle(dnsName: string, request: WebRequest): Promise<Answer | undefined> {
    const place = placeOf(dnsName);
    if (place?.service !== 'execute-api' || !place.region) return undefined;
    const { region } = place;
    const found = await this.find(region, dnsName, request.path);
    if (!found) return message(403, 'Forbidden');
    const { item: resources } = await this.ask(region, `/restapis/${found.apiId}/resources?embed=methods&limit=500`);
    const matches = (resources as Json[]).flatMap((resource) => {
      const pathParameters = match(resource.path, found.path);
      const method = resource.resourceMethods?.[request.method] ?? resource.resourceMethods?.ANY;
      return pathParameters && method ? [{ resource, pathParameters, method }] : [];
    });
    // A literal part is meant before a parameter.
    const [best] = matches.sort((a, b) => parameters(a.resource.path) - parameters(b.resource.path));
    const isSigned = request.headers.authorization !== undefined;
    if (!best || (best.method.authorizationType !== 'NONE' && !isSigned)) {
      return message(403, 'Missing Authentication Token');
    }
    const functionArn = /functions\/(.+)\/invocations$/.exec(best.method.methodIntegration?.uri ?? '')?.[1];
    if (!functionArn) return message(500, 'Internal server error');
    const event = eventOf(found, best.resource, best.pathParameters, request, this.world.clock.now());
    return this.invoke(region, functionArn, event);
  }

  /** The API behind a name: its own name with the stage in the path, or that of a custom domain name. */
  private async find(region: string, dnsName: string, path: string): Promise<Found | undefined> {
    const [plain] = path.split('?');
    const { item: domains = [] } = await this.ask(region, '/domainnames');
    const domain = domains.find(({ regionalDomainName }: Json) => regionalDomainName?.toLowerCase() === dnsName);
    if (domain) {
      const { item: mappings = [] } = await this.ask(region, `/domainnames/${domain.domainName}/basepathmappings`);
      const mapping = mappings.find(
        ({ basePath }: Json) => basePath === '(none)' || `${plain}/`.startsWith(`/${basePath}/`),
      );
      if (!mapping) return undefined;
      const base = mapping.basePath === '(none)' ? '' : `/${mapping.basePath}`;
      return { apiId: mapping.restApiId, stage: mapping.stage, path: plain.slice(base.length) || '/' };
    }
    const [apiId] = dnsName.split('.');
    const [, stage, ...rest] = plain.split('/');
    const api = await this.ask(region, `/restapis/${apiId}`);
    return api.id && !api.disableExecuteApiEndpoint ? { apiId, stage, path: `/${rest.join('/')}` } : undefined;
  }

  private async invoke(region: string, functionArn: string, event: object): Promise<Answer> {
    const answer = await this.world.aws.raw('lambda', region, {
      method: 'POST',
      url: `/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`,
      headers: {},
      body: Buffer.from(JSON.stringify(event)),
    });
    const output = succeeded(answer) && !answer.headers['x-amz-function-error'] ? jsonOf<Json>(answer) : undefined;
    if (typeof output?.statusCode !== 'number') return message(502, 'Internal server error');
    const body = Buffer.from(output.body ?? '', output.isBase64Encoded ? 'base64' : 'utf8');
    return { status: output.statusCode, headers: output.headers ?? {}, body };
  }

  private async ask(region: string, url: string): Promise<Json> {
    const request = { method: 'GET', url, headers: {}, body: Buffer.alloc(0) };
    return jsonOf<Json>(await this.world.moto.raw('apigateway', region, request));
  }
}

/** The parameters of a path that fits a resource's; undefined where it does not. */
function match(template: string, path: string): Readonly<Record<string, string>> | undefined {
  const names: string[] = [];
  const pattern = template.replace(/\{(\w+)(\+?)\}/g, (_, name: string, isGreedy: string) => {
    names.push(name);
    return isGreedy ? '(.+)' : '([^/]+)';
  });
  const found = new RegExp(`^${pattern}$`).exec(path);
  return found ? Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(found[i + 1])])) : undefined;
}

function parameters(template: string): number {
  return template.split('{').length - 1;
}

function eventOf(found: Found, resource: Json, parameterValues: object, request: WebRequest, now: number): object {
  const { apiId, stage, path } = found;
  const { method: httpMethod, headers, body } = request;
  const [, search = ''] = request.path.split('?');
  const orNull = (values: object): object | null => (Object.keys(values).length > 0 ? values : null);
  return {
    resource: resource.path,
    path,
    httpMethod,
    headers,
    queryStringParameters: orNull(Object.fromEntries(new URLSearchParams(search))),
    pathParameters: orNull(parameterValues),
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId,
      stage,
      httpMethod,
      resourcePath: resource.path,
      requestTimeEpoch: Math.round(now),
    },
    body: body?.length ? body.toString() : null,
    isBase64Encoded: false,
  };
}

function message(status: number, text: string): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ message: text })),
  };
}
