import type { Signature } from '../engine/engine.js';
import type { ModelPlan } from '../models/model-plan.js';
import type { ServedModel } from '../models/served-model.js';

/** A model as `GET /models` shows it. */
export function modelView({ name, version, state, error, ready }: ServedModel): object {
  if (!ready) return { name, version, state, error };
  const { plan, labels, loaded, loadMs, warmUpMs } = ready;
  return {
    name,
    version,
    state,
    task: plan.task,
    signature: plan.signatureName,
    signatures: Object.fromEntries(
      Object.entries(loaded.signatures).map(([key, signature]) => [key, signatureView(signature)]),
    ),
    ...(Object.keys(loaded.refused).length > 0 && { refusedSignatures: loaded.refused }),
    ...planView(plan),
    labelCount: labels?.size,
    device: loaded.device,
    graph: loaded.graph,
    memoryBytes: loaded.memoryBytes,
    loadMs: Math.round(loadMs),
    warmUpMs: Math.round(warmUpMs),
  };
}

/** The same with the name of every label, in the order of their indexes. */
export function modelViewWithLabels(model: ServedModel): object {
  const labels = model.ready?.labels;
  return {
    ...modelView(model),
    ...(labels && { labels: Array.from({ length: labels.size }, (_, index) => labels.name(index)) }),
  };
}

function signatureView({ inputs, outputs }: Signature): object {
  return { inputs, outputs };
}

function planView(plan: ModelPlan): object {
  switch (plan.task) {
    case 'classification':
      return { preprocessing: plan.preprocessing, logits: plan.logits, topK: plan.topK };
    case 'image-to-image':
      return { encoding: plan.encoding };
    case 'tensor':
      return plan.picture ? { preprocessing: plan.picture.preprocessing } : {};
  }
}

const IMAGE = { name: 'image', dtype: 'float32', shape: [null, 64, 64, 3] };
const SCORES = { name: 'output_0', dtype: 'float32', shape: [null, 10] };

/** What `modelView` gives for the bundled model, for the documentation. */
export const EXAMPLE_MODEL = {
  name: 'shapes',
  version: 1,
  state: 'AVAILABLE',
  task: 'classification',
  signature: 'serving_default',
  signatures: { serving_default: { inputs: [IMAGE], outputs: [SCORES] } },
  topK: 5,
  labelCount: 10,
  device: 'cpu',
  graph: { optimised: true },
};
