/**
 * A transformation, mapping or configuration that is not carried out, and why.
 *
 * The message is one line. It says what stands where, and never quotes the text it is about: a transformation may hold
 * what it puts in or takes out, and messages end in logs and results.
 */
export class Refusal extends Error {
  public override readonly name = 'Refusal';
}
