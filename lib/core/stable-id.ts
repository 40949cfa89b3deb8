import { createHash } from 'node:crypto';
import { TerraformStack, Tokenization } from 'cdktf';
import { IConstruct } from 'constructs';
import { resolved } from './resolved';

/**
 * The part of a construct's id that says what it belongs to: of a name the name, of a reference to a resource the logical
 * id of that resource. Unlike a position in a list, it stays when others are added, removed and reordered, and with it the
 * Terraform address. Two strings that stand for the same have the same.
 *
 * @param subject a name, or a Terraform reference
 */
export function stableId(scope: IConstruct, subject: string): string {
  const text = resolved(scope, subject);
  const [, plain = text] = /^\$\{(?:data\.)?aws_\w+\.([\w-]+)\.\w+\}$/.exec(text) ?? [];
  const words = [...otherStackOf(scope, subject), ...(plain.match(/[\w.-]+/g) ?? [])];
  // An id takes neither spaces nor slashes: the digest tells apart what differs in these only.
  const digest = /^[\w.-]+$/.test(plain) ? [] : [createHash('sha256').update(text).digest('hex').slice(0, 8)];
  return [...words, ...digest].join('-');
}

/** Logical ids are unique within a stack. What cdktf makes of a reference to another is known at synth only. */
function otherStackOf(scope: IConstruct, subject: string): string[] {
  const here = TerraformStack.of(scope);
  return Tokenization.reverseString(subject).tokens.flatMap((token) => {
    const { originStack = here } = token as { originStack?: TerraformStack };
    return originStack === here ? [] : [originStack.node.id];
  });
}
