import { attribute } from '../../graph/nodes.js';
import { type CallSite, inputOf, type LayerKind } from '../builder/layer-kind.js';
import { reshape } from '../builder/shaping.js';
import type { Tensor } from '../builder/tensor.js';
import { finish, weightsWith } from './convolution.js';
import { convolutionAttributes } from './windows.js';

export const DENSE: Readonly<Record<string, LayerKind>> = {
  Dense: { weights: (config) => weightsWith(config, 'kernel'), build: dense },
};

/** A matrix product along the last axis, whatever comes before it. */
function dense(site: CallSite): Tensor {
  const { graph, config } = site;
  const quantised = config.raw('quantization_config');
  if (quantised !== undefined && quantised !== null) throw config.unsupported('with quantised weights');
  const x = inputOf(site);
  const inputs = x.shape.at(-1);
  if (typeof inputs !== 'number' || x.rank < 2)
    throw config.unsupported('called with a tensor of unknown size');
  const units = config.size('units');
  const shape = [...x.shape.slice(0, -1), units];
  if (x.rank === 2) return finish(site, multiply(site, x, site.weight('kernel', [inputs, units])));
  if (x.rank === 4) {
    // The same product, at every pixel.
    const kernel = site.derived('kernel', [1, 1, inputs, units], () =>
      site.values('kernel', [inputs, units]),
    );
    const everywhere = { strides: [1, 1], dilations: [1, 1], padding: 'VALID' } as const;
    return finish(
      site,
      graph.op('Conv2D', [x, kernel], shape, {
        ...convolutionAttributes(everywhere),
        use_cudnn_on_gpu: attribute.bool(true),
      }),
    );
  }
  if (x.shape.slice(1).includes(null)) throw config.unsupported('called with a tensor of unknown size');
  const rows = reshape(graph, x, [null, inputs]);
  return finish(site, reshape(graph, multiply(site, rows, site.weight('kernel', [inputs, units])), shape));
}

function multiply({ graph }: CallSite, x: Tensor, kernel: Tensor): Tensor {
  return graph.op('MatMul', [x, kernel], [x.shape[0]!, kernel.shape[1]!], {
    transpose_a: attribute.bool(false),
    transpose_b: attribute.bool(false),
  });
}
