import type { AttrValue, FunctionDef, NodeDef } from './proto/graph_pb.js';
import type { SavedModelFile } from './saved-model-file.js';

type Attributes = Readonly<Record<string, AttrValue>>;

/**
 * Which functions of the library a node or a function calls or mentions. In doubt too many: also one that is named only by
 * a text in an attribute, the gradient of one that is called, and those with the same `api_implements`, for which TensorFlow's
 * optimiser may exchange a call. Made for one walk that visits each function once.
 */
export class FunctionReferences {
  private readonly functions: ReadonlyMap<string, FunctionDef>;
  private readonly gradients = new Map<string, string[]>();
  private readonly alike = new Map<string, string[]>();
  private longestName = 0;

  constructor({ graph, functions }: SavedModelFile) {
    this.functions = functions;
    for (const name of functions.keys())
      this.longestName = Math.max(this.longestName, Buffer.byteLength(name));
    for (const { functionName, gradientFunc } of graph.library?.gradient ?? []) {
      append(this.gradients, functionName, gradientFunc);
    }
    for (const [name, definition] of functions) {
      const api = apiOf(definition);
      if (api !== null) append(this.alike, api, name);
    }
  }

  ofNode({ op, attr }: NodeDef): Set<string> {
    const names = new Set<string>();
    this.add(op, names);
    this.addMentioned(attr, names);
    return names;
  }

  ofFunction(name: string): Set<string> {
    const definition = this.functions.get(name)!;
    const names = new Set<string>();
    this.addMentioned(definition.attr, names);
    for (const node of definition.nodeDef) for (const called of this.ofNode(node)) names.add(called);
    for (const gradient of this.gradients.get(name) ?? []) this.add(gradient, names);
    const api = apiOf(definition);
    if (api !== null) {
      for (const other of this.alike.get(api) ?? []) names.add(other);
      // Whoever comes here next finds them all visited.
      this.alike.delete(api);
    }
    return names;
  }

  private addMentioned(attributes: Attributes, names: Set<string>): void {
    for (const { value } of Object.values(attributes)) {
      if (value.case === 's') this.addText(value.value, names);
      else if (value.case === 'func') this.addFunction(value.value, names);
      else if (value.case === 'list') {
        for (const text of value.value.s) this.addText(text, names);
        for (const called of value.value.func) this.addFunction(called, names);
      }
    }
  }

  private addFunction({ name, attr }: { name: string; attr: Attributes }, names: Set<string>): void {
    this.add(name, names);
    this.addMentioned(attr, names);
  }

  private addText(text: Uint8Array, names: Set<string>): void {
    if (text.length <= this.longestName) this.add(Buffer.from(text).toString('utf8'), names);
  }

  private add(name: string, names: Set<string>): void {
    if (this.functions.has(name)) names.add(name);
  }
}

/** The interface that a function says it implements, as others may. */
export function apiOf({ attr }: FunctionDef): string | null {
  const value = attr['api_implements']?.value;
  return value?.case === 's' ? Buffer.from(value.value).toString('utf8') : null;
}

/** Adds to the list of a key. */
export function append(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
