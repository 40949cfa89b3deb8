import {
  APIGatewayClient,
  CreateBasePathMappingCommand,
  CreateDeploymentCommand,
  CreateDomainNameCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  GetResourcesCommand,
  PutIntegrationCommand,
  PutMethodCommand,
  UpdateRestApiCommand,
} from '@aws-sdk/client-api-gateway';
import { ask, Reply } from '../../e2e/web';
import { Fixture, motoDescribe } from './support';

const P = 'us-east-1';
const SIGNED = {
  authorization: `AWS4-HMAC-SHA256 Credential=simulator/20260101/${P}/execute-api/aws4_request, SignedHeaders=host, Signature=0`,
};

motoDescribe('a REST API', () => {
  const aws = new Fixture({ clock: { factor: 0 } });
  let host = '';
  let apiId = '';
  const api = (): APIGatewayClient => new APIGatewayClient(aws.sdk(P));
  const resource = async (parentId: string, pathPart: string): Promise<string> =>
    (await api().send(new CreateResourceCommand({ restApiId: apiId, parentId, pathPart }))).id ?? '';
  const method = async (
    resourceId: string,
    httpMethod: string,
    authorizationType: string,
    name = 'shop',
  ): Promise<void> => {
    const own = { restApiId: apiId, resourceId, httpMethod };
    await api().send(new PutMethodCommand({ ...own, authorizationType }));
    await api().send(
      new PutIntegrationCommand({
        ...own,
        type: 'AWS_PROXY',
        integrationHttpMethod: 'POST',
        uri: `arn:aws:apigateway:${P}:lambda:path/2015-03-31/functions/arn:aws:lambda:${P}:123456789012:function:${name}/invocations`,
      }),
    );
  };
  const get = (path: string, headers = {}, verb = 'GET'): Promise<Reply> =>
    ask(aws.simulator.url, host, verb, path, verb === 'POST' ? { a: 1 } : undefined, headers);

  beforeAll(async () => {
    await aws.deploy(
      P,
      'shop',
      'exports.handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event) });',
    );
    await aws.deploy(P, 'broken', "exports.handler = async () => 'no answer';");
    ({ id: apiId = '' } = await api().send(new CreateRestApiCommand({ name: 'shop' })));
    host = `${apiId}.execute-api.${P}.amazonaws.com`;
    const { items } = await api().send(new GetResourcesCommand({ restApiId: apiId }));
    const root = items?.[0].id ?? '';
    const orders = await resource(root, 'orders');
    await method(orders, 'POST', 'AWS_IAM');
    await method(await resource(orders, '{id}'), 'GET', 'NONE');
    await method(await resource(orders, 'newest'), 'GET', 'NONE');
    await method(await resource(root, 'broken'), 'GET', 'NONE', 'broken');
  });

  test('hands a request to its function as a proxy event', async () => {
    const { status, body } = await get('/live/orders/4711?full=yes');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      resource: '/orders/{id}',
      path: '/orders/4711',
      httpMethod: 'GET',
      pathParameters: { id: '4711' },
      queryStringParameters: { full: 'yes' },
      requestContext: { apiId, stage: 'live', resourcePath: '/orders/{id}' },
      body: null,
    });
  });

  test('takes a literal path before a parameter', async () => {
    expect((await get('/live/orders/newest')).body).toMatchObject({ resource: '/orders/newest', pathParameters: null });
  });

  test('wants a signature where the method does', async () => {
    expect(await get('/live/orders', {}, 'POST')).toMatchObject({
      status: 403,
      body: { message: 'Missing Authentication Token' },
    });
    const { status, body } = await get('/live/orders', SIGNED, 'POST');
    expect([status, body.body]).toEqual([200, '{"a":1}']);
  });

  test('refuses what it has no resource for, and says when its function fails', async () => {
    expect((await get('/live/nothing')).status).toBe(403);
    expect((await get('/live/broken')).status).toBe(502);
    const other = `unknown.execute-api.${P}.amazonaws.com`;
    expect((await ask(aws.simulator.url, other, 'GET', '/live/orders/1')).status).toBe(403);
  });

  test('answers under a custom domain name, and by its own no more when that is switched off', async () => {
    const domainName = 'api.dr.test';
    const { regionalDomainName = '' } = await api().send(
      new CreateDomainNameCommand({
        domainName,
        regionalCertificateArn: `arn:aws:acm:${P}:123456789012:certificate/0`,
        endpointConfiguration: { types: ['REGIONAL'] },
      }),
    );
    const stage = 'live';
    await api().send(new CreateDeploymentCommand({ restApiId: apiId, stageName: stage }));
    await api().send(new CreateBasePathMappingCommand({ domainName, restApiId: apiId, stage, basePath: 'v1' }));
    const given = await ask(aws.simulator.url, regionalDomainName, 'GET', '/v1/orders/1');
    expect(given.body).toMatchObject({ path: '/orders/1', requestContext: { stage: 'live' } });
    expect((await ask(aws.simulator.url, regionalDomainName, 'GET', '/v2/orders/1')).status).toBe(403);
    await api().send(
      new UpdateRestApiCommand({
        restApiId: apiId,
        patchOperations: [{ op: 'replace', path: '/disableExecuteApiEndpoint', value: 'true' }],
      }),
    );
    expect((await get('/live/orders/1')).status).toBe(403);
    expect((await ask(aws.simulator.url, regionalDomainName, 'GET', '/v1/orders/1')).status).toBe(200);
  });

  test('does not answer while its region is down', async () => {
    await aws.control.inject({ kind: 'region-down', region: P });
    await expect(get('/live/orders/1')).rejects.toThrow();
    await aws.control.recover();
  });

  test('a signed request to a name that leads nowhere is refused', async () => {
    expect((await ask(aws.simulator.url, 'nowhere.test', 'GET', '/', undefined, SIGNED)).status).toBe(503);
  });
});
