import type { NodeDef } from '../../saved-model/proto/graph_pb.js';
import { parseInput } from '../flat-graph.js';
import type { GraphIndex } from '../graph-index.js';
import { smallConstant } from '../small-constant.js';
import { ARITHMETIC_RULES } from './arithmetic-rules.js';
import { CHANNEL_RULES } from './channel-rules.js';
import { LAYOUT_RULES } from './layout-rules.js';
import { MIXING_RULES } from './mixing-rules.js';
import type { Evidence, Rule, Site } from './rule.js';
import { SELECTION_RULES } from './selection-rules.js';
import { isConstant, pictureOf, type Shade } from './shade.js';

const RULES: ReadonlyMap<string, Rule> = new Map(
  Object.entries({
    ...LAYOUT_RULES,
    ...ARITHMETIC_RULES,
    ...CHANNEL_RULES,
    ...SELECTION_RULES,
    ...MIXING_RULES,
  }),
);

/** Ops that draw random numbers; what is computed of these alone is random too. */
const RANDOM =
  /^(Random|Stateless(Random|Truncated|Multinomial|Shuffle|Sample)|Stateful|Truncated|Multinomial|Rng)/;

/**
 * What a graph tells of the pixels that it takes: a picture is followed through all ops that scale, shift, mix, cut off, join or move it, on every
 * way, to where its network begins.
 * @param nodes of the graph in their order
 * @param placeholder the name of the input's node
 */
export function tracePicture(
  index: GraphIndex,
  nodes: readonly NodeDef[],
  placeholder: string,
  rank: number | null,
): Evidence[] {
  const shades = new Map<string, Shade>([[placeholder, pictureOf(rank)]]);
  const random = new Set<string>();
  const evidence: Evidence[] = [];
  const used = (shade: Shade): void => {
    if (!isConstant(shade)) evidence.push({ kind: 'used', map: shade, kept: shade.kept });
  };
  const shadeOf = (input: string): Shade | null => {
    const { node, output } = parseInput(input);
    return shades.get(output === 0 ? node : `${node}:${output}`) ?? null;
  };
  for (const node of nodes) {
    const taken = node.input.map(shadeOf);
    if (!taken.some((shade) => shade !== null)) {
      if (RANDOM.test(node.op) || node.input.some((input) => random.has(parseInput(input).node)))
        random.add(node.name);
      continue;
    }
    const outcome = RULES.get(node.op)?.(new NodeSite(index, node, taken, random)) ?? null;
    if (!outcome) {
      for (const shade of new Set(taken)) if (shade) used(shade);
      continue;
    }
    evidence.push(...(outcome.evidence ?? []));
    const isEnd = index.consumersOf(node).length === 0;
    for (const [number, shade] of outcome.outputs.entries()) {
      if (isEnd) used(shade);
      shades.set(number === 0 ? node.name : `${node.name}:${number}`, shade);
    }
  }
  return evidence;
}

class NodeSite implements Site {
  constructor(
    private readonly index: GraphIndex,
    readonly node: NodeDef,
    readonly shades: readonly (Shade | null)[],
    private readonly random: ReadonlySet<string>,
  ) {}

  numbers(input: number): ReturnType<Site['numbers']> {
    const name = this.node.input[input];
    return name === undefined ? null : smallConstant(this.index, name);
  }

  sizes(input: number): (number | null)[] | null {
    const numbers = this.numbers(input);
    if (numbers) return numbers.shape.length === 1 ? [...numbers.values] : null;
    const name = this.node.input[input];
    const packed = name === undefined ? null : this.index.producer(name).node;
    if (packed?.op !== 'Pack') return null;
    return packed.input.map((part) => smallConstant(this.index, part)?.values[0] ?? null);
  }

  isRandom(input: number): boolean {
    const name = this.node.input[input];
    return name !== undefined && this.random.has(parseInput(name).node);
  }
}
