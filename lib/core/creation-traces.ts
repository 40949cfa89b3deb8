/**
 * Stops CDKTF from formatting a stack trace for every reference it creates, until the returned function is called.
 * Under ts-node and jest each trace is mapped through source maps, which costs more than building the resources does.
 * Errors keep theirs: an error's trace is formatted when it is read, which is after building ended.
 */
export function pauseCreationTraces(): () => void {
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = () => '';
  return () => {
    Error.prepareStackTrace = prepareStackTrace;
  };
}
