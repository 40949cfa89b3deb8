import { z } from 'zod';
import { known } from './validation';

/**
 * Names that AWS refuses to make a zone for (`... is reserved by AWS!`), and top-level names that no public resolver will
 * ever delegate (rule R-R53-15, RFC 2606, RFC 6761, RFC 6762).
 */
const RESERVED = /(?:^|\.)(?:example\.(?:com|net|org)|example|invalid|local|localhost|test)$/;

const LABELS = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** Longest name of a domain, in characters and without the final dot. */
const MAX_LENGTH = 253;

/**
 * A domain or host name that a public certificate and a zone can be made for, or a Terraform reference to one: at least
 * two labels, lower case (Route 53 stores it so, and any other case is a difference in every plan), no final dot.
 */
export const domainName: z.ZodType = known(
  z.string('give a domain name such as "dr.your-company.com"').superRefine((name, context) => {
    const message = problemOf(name);
    if (message) context.addIssue({ code: 'custom', message });
  }),
);

function problemOf(name: string): string | undefined {
  if (RESERVED.test(name)) return 'choose a domain that you own: AWS and the DNS standards reserve this one';
  if (name.length > MAX_LENGTH || !LABELS.test(name)) {
    return (
      'give a name such as "dr.your-company.com": two or more labels of lower-case letters, digits and hyphens, ' +
      'without scheme, path, port or final dot'
    );
  }
  return undefined;
}
