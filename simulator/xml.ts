/** A tree to be written as XML: objects are elements, arrays repeat theirs. */
export type Xml = string | number | boolean | undefined | Xml[] | { readonly [element: string]: Xml };

/** An element that was read: text without children, or children by name. */
export interface Element {
  readonly name: string;
  readonly text: string;
  readonly children: readonly Element[];
}

/** Writes a tree; undefined values are left out. */
export function toXml(tree: Xml, element = ''): string {
  if (tree === undefined) return '';
  if (Array.isArray(tree)) return tree.map((item) => toXml(item, element)).join('');
  const content =
    typeof tree === 'object'
      ? Object.entries(tree)
          .map(([name, value]) => toXml(value, name))
          .join('')
      : escape(String(tree));
  return element === '' ? content : `<${element}>${content}</${element.split(' ')[0]}>`;
}

/** Reads a document of the kind AWS writes: elements and text; attributes, comments and declarations are skipped. */
export function readXml(document: string): Element {
  const root: Open = { name: '', text: '', children: [] };
  const open = [root];
  for (const [, declaration, close, name, selfClosing, text] of document.matchAll(
    /(<[?!][^>]*>)|<(\/?)([\w:.-]+)[^>]*?(\/?)>|([^<]+)/g,
  )) {
    const parent = open[open.length - 1];
    if (declaration) continue;
    if (text !== undefined) parent.text += unescape(text);
    else if (close) {
      if (open.length > 1) open.pop();
    } else {
      const element: Open = { name, text: '', children: [] };
      parent.children.push(element);
      if (!selfClosing) open.push(element);
    }
  }
  return root;
}

/** The first element at a path of names below the given one. */
export function find(from: Element | undefined, ...path: string[]): Element | undefined {
  return path.reduce<Element | undefined>(
    (element, name) => element?.children.find((child) => child.name === name),
    from,
  );
}

/** Every element of a name anywhere below the given one, in document order. */
export function findAll(from: Element, name: string): Element[] {
  return from.children.flatMap((child) => [...(child.name === name ? [child] : []), ...findAll(child, name)]);
}

/** The text at a path of names below an element; undefined where there is none. */
export function textAt(from: Element | undefined, ...path: string[]): string | undefined {
  return find(from, ...path)?.text.trim();
}

interface Open {
  readonly name: string;
  text: string;
  readonly children: Open[];
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

function unescape(text: string): string {
  return text
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&apos;/g, "'")
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replace(/&amp;/g, '&');
}
