import type { NodeDef } from '../../saved-model/proto/graph_pb.js';
import type { Attributes } from './row-value.js';

/** Those of a node. */
export function attributesOf({ attr }: NodeDef): Attributes {
  return {
    int(name, otherwise) {
      const value = attr[name]?.value;
      return value?.case === 'i' ? Number(value.value) : otherwise;
    },
    flag(name, otherwise) {
      const value = attr[name]?.value;
      return value?.case === 'b' ? value.value : otherwise;
    },
    text(name, otherwise) {
      const value = attr[name]?.value;
      return value?.case === 's' ? Buffer.from(value.value).toString('utf8') : otherwise;
    },
    ints(name) {
      const value = attr[name]?.value;
      return value?.case === 'list' ? value.value.i.map(Number) : [];
    },
  };
}
