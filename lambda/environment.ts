/**
 * Reads the variables a function cannot work without.
 *
 * @throws Error that names every one that is missing, so that a cold start says at once what is wrong
 */
export function required<T extends string>(
  environment: Record<string, string | undefined>,
  ...names: readonly T[]
): Record<T, string> {
  const missing = names.filter((name) => !environment[name]);
  if (missing.length > 0) {
    throw new Error(`${missing.join(', ')} missing; set them in the environment of the function`);
  }
  return Object.fromEntries(names.map((name) => [name, environment[name]])) as Record<T, string>;
}
