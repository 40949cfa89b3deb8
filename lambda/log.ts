/** What a line of the log may carry besides its message. Never an order's content, a name or a secret. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Writes structured lines to the log. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

/**
 * A logger that writes one line of JSON per entry, in the shape Lambda's JSON log format keeps as it is. Lambda hands
 * the level of the function's `logging_config` over in `AWS_LAMBDA_LOG_LEVEL`.
 *
 * @param common fields of every line, such as the region
 * @param level lines below it are dropped; INFO when it is not known
 */
export function jsonLog(
  common: LogFields,
  level = 'INFO',
  write: (line: string) => void = (line) => void process.stdout.write(line),
): Log {
  const threshold = LEVELS.indexOf(LEVELS.includes(level) ? level : 'INFO');
  const at =
    (name: string) =>
    (message: string, fields: LogFields = {}): void => {
      if (LEVELS.indexOf(name) < threshold) return;
      write(`${JSON.stringify({ timestamp: new Date().toISOString(), level: name, message, ...common, ...fields })}\n`);
    };
  return { info: at('INFO'), warn: at('WARN'), error: at('ERROR') };
}
