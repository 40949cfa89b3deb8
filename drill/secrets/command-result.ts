/** What a command comes to: written and returned by the shell around it. */
export interface CommandResult {
  /** 0: done. 1: refused, with one line that says why. 2: called wrongly. */
  readonly exitCode: number;
  readonly output?: Uint8Array;
  /** One line without its newline. */
  readonly error?: string;
}
