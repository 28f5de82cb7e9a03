import { type CallSite, imageOf, inputOf, type LayerKind } from '../builder/layer-kind.js';
import { INT32 } from '../builder/scope.js';
import { expandDims, pad, reshape, transpose } from '../builder/shaping.js';
import { stridedSlice, WHOLE_AXIS } from '../builder/strided-slice.js';
import { elements, type Tensor } from '../builder/tensor.js';
import { isList } from '../model/json.js';
import type { LayerConfig } from '../model/layer-config.js';
import type { Pair } from './windows.js';

export const RESHAPING: Readonly<Record<string, LayerKind>> = {
  Flatten: { build: flatten },
  Reshape: { build: (site) => reshapeTo(site, inputOf(site), site.config.integers('target_shape')) },
  Permute: { build: permute },
  RepeatVector: { build: repeatVector },
  ZeroPadding2D: { build: zeroPadding2D },
  Cropping2D: { build: cropping2D },
};

function flatten(site: CallSite): Tensor {
  site.config.checkChannelsLast();
  const x = inputOf(site);
  const size = elements(x.shape.slice(1));
  if (size === null) throw site.config.unsupported('called with images of unknown size');
  return x.rank === 2 ? x : reshape(site.graph, x, [null, size]);
}

/** To sizes without the number of examples; one of them may be -1, which is what is left. */
export function reshapeTo({ graph, config }: CallSite, x: Tensor, target: readonly number[]): Tensor {
  const size = elements(x.shape.slice(1));
  const rest = target.filter((length) => length !== -1).reduce((product, length) => product * length, 1);
  const open = target.filter((length) => length === -1).length;
  if (size === null) throw config.unsupported('called with images of unknown size');
  if (open > 1 || target.some((length) => length < -1) || (open === 0 ? rest !== size : size % rest !== 0)) {
    throw config.malformed('target_shape', `a shape of ${size} elements`);
  }
  return reshape(graph, x, [null, ...target.map((length) => (length === -1 ? size / rest : length))]);
}

/** The dimensions are counted from 1: the examples stay where they are. */
function permute(site: CallSite): Tensor {
  const x = inputOf(site);
  const dims = site.config.integers('dims');
  if (
    dims.toSorted((a, b) => a - b).join() !==
    x.shape
      .slice(1)
      .map((_, index) => index + 1)
      .join()
  ) {
    throw site.config.malformed('dims', 'an order of its dimensions');
  }
  return transpose(site.graph, x, [0, ...dims]);
}

function repeatVector(site: CallSite): Tensor {
  const { graph, config } = site;
  const x = inputOf(site);
  if (x.rank !== 2) throw config.unsupported('called with other than vectors');
  const times = config.size('n');
  const row = expandDims(graph, x, 1);
  return graph.op('Tile', [row, graph.ints('multiples', [1, times, 1])], [x.shape[0]!, times, x.shape[1]!], {
    Tmultiples: INT32,
  });
}

function zeroPadding2D(site: CallSite): Tensor {
  const [rows, columns] = margins(site.config, 'padding');
  return pad(site.graph, imageOf(site), [[0, 0], rows, columns, [0, 0]]);
}

function cropping2D(site: CallSite): Tensor {
  const { graph, config } = site;
  const x = imageOf(site);
  const cropped = margins(config, 'cropping').map(([before, after], index) => {
    const size = x.shape[index + 1] ?? null;
    if (size !== null && before + after >= size)
      throw config.malformed('cropping', `less than its ${size} pixels`);
    return { begin: before, end: after === 0 ? null : -after, step: 1, drop: false };
  });
  return stridedSlice(graph, x, [WHOLE_AXIS, ...cropped, WHOLE_AXIS]);
}

/** Pixels above and below, left and right: given as one number, as one for each direction, or as four. */
function margins(config: LayerConfig, key: string): readonly [Pair, Pair] {
  const value = config.raw(key) ?? (key === 'padding' ? 1 : 0);
  const [rows, columns] = isList(value) ? value : [value, value];
  const pairs = [rows, columns].map((margin) => (isList(margin) ? margin : [margin, margin]));
  const sound = pairs.every(
    (pair) =>
      pair.length === 2 &&
      pair.every((size) => Number.isInteger(size) && Number(size) >= 0 && Number(size) < 2 ** 16),
  );
  if (!sound) throw config.malformed(key, 'numbers of pixels');
  return pairs as unknown as readonly [Pair, Pair];
}
