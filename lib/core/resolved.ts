import { DefaultTokenResolver, StringConcat, Token, Tokenization } from 'cdktf';
import { IConstruct } from 'constructs';

/** The text that Terraform reads: tokens stand for references and have another number in each synthesis. */
export function resolved(scope: IConstruct, value: string): string {
  if (!Token.isUnresolved(value)) return value;
  return String(
    Tokenization.resolve(value, { scope, resolver: new DefaultTokenResolver(new StringConcat()), preparing: false }),
  );
}
