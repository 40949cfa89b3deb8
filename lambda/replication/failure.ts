/** What an API call was about. */
export interface Call {
  /** Name of the operation, such as `PutParameter`. */
  readonly operation: string;
  /** Name of what it was about. */
  readonly name: string;
  readonly region: string;
}

/** What is over soon by itself: throttling, a busy service, expired credentials that are renewed. */
const TRANSIENT = [
  /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|PriorRequestNotComplete|RequestThrottled/,
  /^InternalService|^InternalFailure|^InternalError|^InternalServerError|^ServiceUnavailable|^IDPCommunicationError/,
  /^RequestTimeout|^TimeoutError$|^RequestExpired|^ExpiredToken|^RequestTimeTooSkewed|^NetworkingError$/,
  /^(ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ECONNABORTED)$/,
];

/**
 * An API call that failed. AWS quotes values in some of its messages, so only the name of its error is kept, and no more
 * than a name could be.
 */
export class Failure extends Error {
  public override readonly name = 'Failure';
  /** Name of AWS's error, or code of the network's. */
  public readonly code: string;
  /** Whether the same call may succeed later without anybody's doing. */
  public readonly transient: boolean;

  constructor(
    public readonly call: Call,
    cause: unknown,
  ) {
    const code = codeOf(cause);
    super(`${call.operation} of ${call.name} in ${call.region} failed: ${code}`);
    this.code = code;
    this.transient = TRANSIENT.some((pattern) => pattern.test(code)) || isBusy(cause);
  }
}

/** Makes an API call. @throws Failure in the place of whatever error it ends in */
export async function calling<T>(call: Call, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // A failure in a failure: the credentials of this call could not be had, and that is what is to be told.
    throw error instanceof Failure ? error : new Failure(call, error);
  }
}

/** Like `calling`, with undefined in the place of the errors that are an answer. */
export async function callingUnless<T>(
  codes: readonly string[],
  call: Call,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await calling(call, work);
  } catch (error) {
    if (error instanceof Failure && codes.includes(error.code)) return undefined;
    throw error;
  }
}

function codeOf(cause: unknown): string {
  const { name, code } = cause as { name?: unknown; code?: unknown };
  const said = name === 'Error' || name === 'AggregateError' ? (code ?? name) : name;
  return typeof said === 'string' && /^[A-Za-z][A-Za-z0-9._]{0,63}$/.test(said) ? said : 'UnknownError';
}

function isBusy(cause: unknown): boolean {
  const { $metadata } = cause as { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  return status === 429 || status >= 500;
}
