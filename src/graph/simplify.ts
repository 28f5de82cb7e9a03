import { foldConstants } from './fold-constants.js';
import { foldScales } from './fold-scales.js';
import type { FlatGraph } from './flat-graph.js';
import { padAsSame } from './same-padding.js';
import { share } from './share.js';

/**
 * The same computation with less work: arithmetic of constants is done beforehand, what several signatures compute alike is shared,
 * convolutions pad for themselves, and scales and shifts behind a convolution or matrix product, such as a batch norm's, go into its
 * weights. Answers may differ in the last bits.
 */
export function simplify(graph: FlatGraph): FlatGraph {
  return foldScales(padAsSame(share(foldConstants(graph))));
}
