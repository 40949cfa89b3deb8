import { Json, Synthesized } from '../support/synth';

/** What a requirement is taken out of. */
export interface Subject {
  readonly synthesized: Synthesized;
  /** The program with something else in it, synthesized. */
  readonly edited: (edit: (source: string) => string) => Synthesized;
}

/** A system that lacks one thing. An error when the thing was not there: nothing would have been taken out. */
export type Removal = (subject: Subject) => Synthesized;

/** The program with other words in one place. */
export function instead(from: string | RegExp, to: string): Removal {
  return ({ edited }) =>
    edited((source) => {
      const changed = source.replace(from, to);
      if (changed === source) throw new Error(`the program does not contain ${from}`);
      return changed;
    });
}

/** Without the resources of a type; only those with `where` in their id, if given. */
export function without(type: string, where?: string): Removal {
  return inResources(type, where, (_body, id, byId) => Reflect.deleteProperty(byId, id));
}

/** Without an argument of the resources of a type: `rule.0.copy_action`. */
export function withoutArgument(type: string, path: string, where?: string): Removal {
  return inResources(type, where, (body) => {
    const [holder, last] = holderOf(body, path);
    return holder?.[last] !== undefined && Reflect.deleteProperty(holder, last);
  });
}

/** With another value of an argument, or one that was not there. */
export function withArgument(type: string, path: string, value: Json, where?: string): Removal {
  return inResources(type, where, (body) => {
    const [holder, last] = holderOf(body, path);
    if (holder === undefined || JSON.stringify(holder[last]) === JSON.stringify(value)) return false;
    holder[last] = value;
    return true;
  });
}

/** With other words, everywhere in an argument that is text, a policy or a definition. */
export function withText(type: string, path: string, from: string, to: string, where?: string): Removal {
  return inResources(type, where, (body) => {
    const [holder, last] = holderOf(body, path);
    if (!holder?.[last]?.includes(from)) return false;
    holder[last] = holder[last].replaceAll(from, to);
    return true;
  });
}

/** With what the primary has in the secondary too: `Primary_Processor` and `Secondary_Processor` are in their ids. */
export function asInPrimary(type: string, path: string, after = ''): Removal {
  return (subject) => {
    const from = subject.synthesized.resources(type).filter(({ id }) => id.includes(`Primary${after}`));
    if (from.length !== 1) throw new Error(`${from.length} ${type} with Primary${after}, not 1`);
    const [holder, last] = holderOf(from[0].body, path);
    return withArgument(type, path, holder[last], `Secondary${after}`)(subject);
  };
}

/** Without an output. */
export function withoutOutput(name: string): Removal {
  return ({ synthesized: { json } }) => {
    const { [name]: output, ...rest } = json.output;
    if (output === undefined) throw new Error(`no output ${name}`);
    return new Synthesized({ ...json, output: rest });
  };
}

/** With other words in the value of an output. */
export function withOutputText(name: string, from: string, to: string): Removal {
  return ({ synthesized: { json } }) => {
    const value: string = json.output[name].value;
    if (!value.includes(from)) throw new Error(`output ${name} does not contain ${from}`);
    return new Synthesized({ ...json, output: { ...json.output, [name]: { value: value.replaceAll(from, to) } } });
  };
}

/** A change of resources that says of each whether there was something to change. */
function inResources(
  type: string,
  where: string | undefined,
  change: (body: Json, id: string, byId: Json) => boolean,
): Removal {
  return ({ synthesized: { json } }) => {
    // Only what is changed is copied: the rest of some hundred kilobytes stays shared.
    const byId = structuredClone(json.resource[type] ?? {});
    const ids = Object.keys(byId).filter((id) => id.includes(where ?? ''));
    const changed = ids.map((id) => change(byId[id], id, byId));
    if (!changed.includes(true)) throw new Error(`nothing to take out of ${type} ${where ?? ''}`);
    return new Synthesized({ ...json, resource: { ...json.resource, [type]: byId } });
  };
}

/** The object that holds what a path ends with, and its key. */
function holderOf(body: Json, path: string): readonly [holder: Json, last: string] {
  const keys = path.split('.');
  const holder = keys.slice(0, -1).reduce((node: Json, key) => node?.[key], body);
  return [holder, keys[keys.length - 1]];
}
