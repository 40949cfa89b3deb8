import { Call } from './request';
import { Xml, toXml } from './xml';

/** An HTTP response. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An error as AWS gives it: handlers throw it, the front door writes it in the protocol of the call. */
export class AwsError extends Error {
  constructor(
    public readonly code: string,
    message: string,
    public readonly status = 400,
  ) {
    super(message);
  }
}

/** The successful answer of an operation, in the protocol of the call: JSON, or XML as the query protocol wraps it. */
export function answer(call: Call, output: object, status = 200): Answer {
  if (call.protocol === 'query') {
    return xmlAnswer({
      [`${call.operation}Response`]: {
        [`${call.operation}Result`]: output as Xml,
        ResponseMetadata: { RequestId: REQUEST_ID },
      },
    });
  }
  if (call.protocol === 'rest-xml') return xmlAnswer(output as Xml, status);
  return {
    status,
    headers: { 'content-type': call.protocol === 'json' ? JSON_TYPE : 'application/json' },
    body: Buffer.from(JSON.stringify(output)),
  };
}

/** The error answer, in the protocol of the call. */
export function failure(call: Call, { code, message, status }: AwsError): Answer {
  const error = { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message };
  if (call.service === 's3') return xmlAnswer({ Error: { Code: code, Message: message } }, status);
  if (call.service === 'ec2') return xmlAnswer({ Response: { Errors: { Error: error } } }, status);
  if (call.protocol === 'query' || call.protocol === 'rest-xml') {
    return xmlAnswer({ ErrorResponse: { Error: error, RequestId: REQUEST_ID } }, status);
  }
  return {
    status,
    headers: { 'content-type': JSON_TYPE, 'x-amzn-errortype': code },
    body: Buffer.from(JSON.stringify({ __type: code, message, Message: message })),
  };
}

/** The JSON body of an answer. */
export function jsonOf<T>(given: Answer): T {
  return JSON.parse(given.body.toString() || '{}') as T;
}

/** The answer with another body; what its headers said of the old one is left out. */
export function withBody(given: Answer, body: string | object): Answer {
  const headers = Object.entries(given.headers).filter(([name]) => !/^(content-length|x-amz-crc32)$/i.test(name));
  return {
    ...given,
    headers: Object.fromEntries(headers),
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  };
}

/** Whether an operation succeeded. */
export function succeeded(given: Answer): boolean {
  return given.status < 300;
}

const JSON_TYPE = 'application/x-amz-json-1.1';

// Fixed, so that the same call gives the same bytes.
const REQUEST_ID = '00000000-0000-0000-0000-000000000000';

function xmlAnswer(document: Xml, status = 200): Answer {
  return {
    status,
    headers: { 'content-type': 'text/xml' },
    body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${toXml(document)}`),
  };
}
