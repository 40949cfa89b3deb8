import { STATUS_CODES } from 'http';

/**
 * A request as an Application Load Balancer hands it to a function; an API Gateway proxy event has the same fields.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
 */
export interface HttpEvent {
  readonly httpMethod: string;
  readonly path: string;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly requestContext?: { readonly requestTimeEpoch?: number };
}

/** What both of them take as an answer. */
export interface HttpResponse {
  readonly statusCode: number;
  readonly statusDescription: string;
  readonly isBase64Encoded: false;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** True for events that are HTTP requests. */
export function isHttpEvent(event: unknown): event is HttpEvent {
  return (
    typeof event === 'object' && event !== null && 'httpMethod' in event && 'path' in event && event.path !== undefined
  );
}

/** An answer with a JSON body that nobody may cache: after a failover it would speak for the wrong region. */
export function jsonResponse(
  statusCode: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return {
    statusCode,
    statusDescription: `${statusCode} ${STATUS_CODES[statusCode]}`,
    isBase64Encoded: false,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}
