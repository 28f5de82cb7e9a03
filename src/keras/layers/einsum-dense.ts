import { attribute } from '../../graph/nodes.js';
import { binary } from '../builder/arithmetic.js';
import { type CallSite, inputOf, type LayerKind } from '../builder/layer-kind.js';
import { FLOAT, type Scope } from '../builder/scope.js';
import type { Shape, Tensor } from '../builder/tensor.js';
import type { LayerConfig } from '../model/layer-config.js';
import { isList } from '../model/json.js';
import { activate } from './activation.js';

export const EINSUM_DENSE: Readonly<Record<string, LayerKind>> = {
  EinsumDense: {
    weights: (config) => ({ trained: hasBias(config) ? ['kernel', 'bias'] : ['kernel'] }),
    build: einsumDense,
  },
};

/** Of tensors that it calls by letters: `abc,cd->abd`. The sizes of the result are those of its letters. */
export function einsum(graph: Scope, equation: string, tensors: readonly Tensor[]): Tensor {
  const [terms = '', result = ''] = equation.split('->');
  const sizes = new Map<string, number | null>();
  terms
    .split(',')
    .forEach((term, index) =>
      [...term].forEach((letter, axis) =>
        sizes.set(letter, sizes.get(letter) ?? tensors[index]!.shape[axis]!),
      ),
    );
  const shape = [...result].map((letter) => sizes.get(letter) ?? null);
  return graph.node('Einsum', tensors, shape, {
    T: FLOAT,
    N: attribute.int(tensors.length),
    equation: attribute.text(equation),
  });
}

function hasBias(config: LayerConfig): boolean {
  const axes = config.raw('bias_axes');
  return typeof axes === 'string' && axes !== '';
}

function einsumDense(site: CallSite): Tensor {
  const { graph, config } = site;
  const quantised = config.raw('quantization_config');
  if (quantised !== undefined && quantised !== null) throw config.unsupported('with quantised weights');
  const x = inputOf(site);
  const [input, kernel, output] = lettersOf(config, x.rank);
  const sizes = sizesOf(config, input, output, x.shape);
  const known = (letters: string): number[] =>
    [...letters].map((letter) => {
      const size = sizes.get(letter);
      if (typeof size !== 'number') throw config.unsupported('called with a tensor of unknown size');
      return size;
    });
  const product = einsum(graph, `${input},${kernel}->${output}`, [x, site.weight('kernel', known(kernel))]);
  const axes = hasBias(config) ? config.text('bias_axes') : '';
  const first = Math.min(...[...axes].map((letter) => output.indexOf(letter)));
  const shape =
    axes === ''
      ? []
      : Array.from(output.slice(first), (letter) => (axes.includes(letter) ? known(letter)[0]! : 1));
  const biased = axes === '' ? product : binary(graph, 'AddV2', product, site.weight('bias', shape));
  return activate(site, biased, config.raw('activation'));
}

/** The letters of input, kernel and output, with some for each dimension that the equation leaves out. */
function lettersOf(config: LayerConfig, rank: number): readonly [string, string, string] {
  const equation = config.text('equation');
  const match = /^(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?$/.exec(
    equation.replaceAll(' ', ''),
  );
  const [, before = '', given = '', after = '', kernel = '', , result = ''] = match ?? [];
  const missing = rank - given.length;
  const isWhole = before === '' && after === '';
  if (!match || missing < 0 || (missing > 0 && isWhole))
    throw config.malformed('equation', `one of a tensor of ${rank} dimensions`);
  const free = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'].filter(
    (letter) => !equation.includes(letter),
  );
  const letters = free.slice(0, missing).join('');
  return after === ''
    ? [letters + given, kernel, letters + result]
    : [given + letters, kernel, result + letters];
}

/** Those of the input, and those that the config gives the output: after the examples, or after the dimensions that are left out first. */
function sizesOf(
  config: LayerConfig,
  input: string,
  output: string,
  shape: Shape,
): Map<string, number | null> {
  const sizes = new Map([...input].map((letter, axis) => [letter, shape[axis]!]));
  const given = config.raw('output_shape');
  const partial = isList(given) ? given : [given];
  const [, named = '', result = ''] =
    /^(?:\.\.\.)?(.*),.*->\.\.\.(.*)$/.exec(config.text('equation').replaceAll(' ', '')) ?? [];
  const first = result === '' ? 1 : Math.max(1, shape.length - named.length);
  partial.forEach((size, index) => {
    const letter = output[first + index];
    if (letter !== undefined && typeof size === 'number' && !sizes.has(letter)) sizes.set(letter, size);
  });
  return sizes;
}
