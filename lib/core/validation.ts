import { Token } from 'cdktf';
import { IConstruct } from 'constructs';
import { z } from 'zod';
import { ConfigurationError, ConfigurationProblem } from './errors';

/**
 * Checks props against a schema and throws one error that lists every problem.
 *
 * @throws ConfigurationError for unknown keys, wrong types and values the schema refuses
 */
export function validateProps(scope: IConstruct | string, schema: z.ZodType, props: unknown): void {
  const result = schema.safeParse(props);
  if (result.success) return;
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue, props));
  throw new ConfigurationError(scope, ...problems);
}

/** A string that a Terraform reference may stand for: the schema is applied only to what is known at synth. */
export function known<T extends z.ZodType>(schema: T): z.ZodType {
  return z.any().superRefine((value, context) => {
    if (Token.isUnresolved(value) || (typeof value === 'string' && value.includes('${'))) return;
    const result = schema.safeParse(value);
    if (!result.success) {
      for (const issue of result.error.issues) context.addIssue({ ...issue } as never);
    }
  });
}

/** A non-empty string or a Terraform reference. */
export const text = z.string('give a string').min(1, 'give a string that is not empty');

/** An ARN (of the service, if named) or a Terraform reference to one. */
export function arn(service = '[a-z0-9-]+'): z.ZodType {
  return known(
    z
      .string('give an ARN')
      .regex(
        new RegExp(`^arn:aws[a-z-]*:${service}:`),
        `give the ARN of a resource of this kind (arn:aws:${service}:...)`,
      ),
  );
}

/** A whole number within bounds. */
export function integer(min: number, max: number, unit = ''): z.ZodType {
  const way = `give a whole number from ${min} to ${max}${unit && ` ${unit}`}`;
  return z.number(way).int(way).min(min, way).max(max, way);
}

/** One of a few words. */
export function oneOf(...values: readonly [string, ...string[]]): z.ZodType {
  return z.enum(values as [string, ...string[]], `use one of ${values.map((value) => `"${value}"`).join(', ')}`);
}

/** `true` or `false`. */
export const flag = z.boolean('give true or false');

/** A list of non-empty strings or Terraform references. */
export const texts = known(z.array(text, 'give a list of strings'));

/** An object that another construct made and whose type TypeScript already checks. */
export function instance(what: string): z.ZodType {
  return z.custom((value) => typeof value === 'object' && value !== null, `give ${what}`);
}

function problemsOf(issue: z.core.$ZodIssue, props: unknown): ConfigurationProblem[] {
  const at = (path: readonly PropertyKey[]): unknown =>
    path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], props);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      prop: pathText([...issue.path, key]),
      received: at([...issue.path, key]),
      wayOut: 'there is no such prop, remove it or correct its spelling',
    }));
  }
  if (issue.code === 'invalid_key') {
    return [{ prop: pathText(issue.path), received: issue.path.at(-1), wayOut: issue.issues[0].message }];
  }
  return [{ prop: pathText(issue.path) || 'props', received: at(issue.path), wayOut: issue.message }];
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key)),
    '',
  );
}
