import type { Signature } from '../engine/engine.js';
import { otherNames } from '../models/adopted-names.js';
import { counterpartOf } from '../models/counterpart.js';
import { hasDefault, inputsBeside, type ModelPlan, pictureInputName } from '../models/model-plan.js';
import type { ReadyModel } from '../models/servable.js';
import type { ServedModel } from '../models/served-model.js';

/** A model as `GET /models` shows it: what its default version is, and the state of each. */
export async function modelView(model: ServedModel): Promise<object> {
  const { name, fault, refusal, foremost } = model;
  const crashes = await foremost?.ready?.batching.crashes(foremost.engineName);
  const shown = foremost && { version: foremost.version, state: foremost.state, error: foremost.error };
  return {
    name,
    ...(fault === undefined ? shown : { state: 'END', ...shown, error: fault }),
    ...(refusal !== undefined && { configError: refusal }),
    ...(foremost?.ready && readyView(foremost.ready)),
    ...(crashes && { crashes }),
    versions: versionViews(model),
  };
}

/** The same with the name of every label, in the order of their indexes, and with what went to a canary or a shadow. */
export async function modelViewInFull(model: ServedModel): Promise<object> {
  const labels = model.foremost?.ready?.labels;
  return {
    ...(await modelView(model)),
    ...(labels && { labels: Array.from({ length: labels.size }, (_, index) => labels.name(index)) }),
    ...trafficView(model),
  };
}

/** One entry for each version, the highest first: the generation that serves, or the newest; beside it a newer one that is to take its place. */
function versionViews({ servables, labels }: ServedModel): object[] {
  const newestFirst = servables.toSorted((a, b) => b.version - a.version || b.generation - a.generation);
  const versions = [...new Set(newestFirst.map(({ version }) => version))];
  return versions.map((version) => {
    const generations = newestFirst.filter((one) => one.version === version);
    const newest = generations[0]!;
    const shown = generations.find(({ state }) => state === 'AVAILABLE') ?? newest;
    const { state, error, idle } = shown;
    const named = [...labels].filter(([, number]) => number === version).map(([label]) => label);
    return {
      version,
      state,
      ...(idle && state === 'START' && { idle }),
      ...(named.length > 0 && state === 'AVAILABLE' && { labels: named }),
      error,
      ...(newest !== shown && { next: { state: newest.state, error: newest.error } }),
    };
  });
}

function trafficView(model: ServedModel): object {
  const { shadow, routed } = model;
  const { canary } = model.config;
  return {
    ...(canary && {
      canary: {
        version: model.versionOf(canary),
        share: canary.share,
        requests: routed,
        ...namesView(model, model.versionOf(canary)),
      },
    }),
    ...(shadow && {
      shadow: {
        version: model.versionOf(shadow.config),
        share: shadow.config.share,
        tolerance: shadow.config.tolerance,
        outcomes: shadow.outcomes,
        otherLabels: shadow.otherLabels,
        largestDifference: shadow.largestDifference,
        ...(shadow.reasons.length > 0 && { reasons: shadow.reasons }),
        ...namesView(model, model.versionOf(shadow.config)),
      },
    }),
  };
}

/** Under which names a version is given what was sent by the names of the default one, where they differ; or why it cannot be. */
function namesView(model: ServedModel, version: number | undefined): object {
  const { foremost } = model;
  const other = version === undefined ? undefined : model.find(version);
  if (!foremost?.ready || !other?.ready || !hasDefault(foremost.ready.plan)) return {};
  const from = { version: foremost.version, ready: foremost.ready };
  const to = { version: other.version, ready: other.ready };
  const counterpart = counterpartOf(from, to, foremost.ready.plan.signatureName);
  if ('reason' in counterpart) return { incompatible: counterpart.reason };
  const names = otherNames(counterpart);
  return Object.keys(names).length > 0 ? { names } : {};
}

function readyView({ plan, labels, goldens, loaded, notes, loadMs, warmUpMs }: ReadyModel): object {
  return {
    task: plan.task,
    signature: hasDefault(plan) ? plan.signatureName : null,
    signatures: Object.fromEntries(
      Object.entries(loaded.signatures).map(([key, signature]) => [
        key,
        { ...signatureView(signature), rows: loaded.rows[key] },
      ]),
    ),
    ...(Object.keys(loaded.refused).length > 0 && { refusedSignatures: loaded.refused }),
    batching: plan.joining,
    ...planView(plan),
    labelCount: labels?.size,
    goldens,
    device: loaded.device,
    graph: loaded.graph,
    ...(notes.length > 0 && { notes: notes.map(({ text }) => text) }),
    memoryBytes: loaded.memoryBytes,
    loadMs: Math.round(loadMs),
    warmUpMs: Math.round(warmUpMs),
  };
}

function signatureView({ inputs, outputs }: Signature): object {
  return { inputs, outputs };
}

function planView(plan: ModelPlan): object {
  switch (plan.task) {
    case 'classification':
      return {
        ...pictureView(plan),
        preprocessing: plan.preprocessing,
        logits: plan.logits,
        topK: plan.topK,
      };
    case 'image-to-image':
      return { ...pictureView(plan), encoding: plan.encoding };
    case 'tensor':
      return plan.picture ? { ...pictureView(plan), preprocessing: plan.picture.preprocessing } : {};
  }
}

/** Which input takes the picture, and which have to be sent beside it. */
function pictureView(plan: ModelPlan): object {
  const others = inputsBeside(plan).map(({ name }) => name);
  return { input: pictureInputName(plan), ...(others.length > 0 && { inputsBeside: others }) };
}

const IMAGE = { name: 'image', dtype: 'float32', shape: [null, 64, 64, 3] };
const SCORES = { name: 'probabilities', dtype: 'float32', shape: [null, 10] };

export const EXAMPLE_LABELS = 'circle square triangle pentagon star cross ring heart arrow crescent'.split(
  ' ',
);

/** What `modelView` gives for the bundled model, for the documentation. */
export const EXAMPLE_MODEL = {
  name: 'shapes',
  version: 1,
  state: 'AVAILABLE',
  task: 'classification',
  signature: 'serving_default',
  signatures: {
    serve: { inputs: [IMAGE], outputs: [SCORES], rows: { independent: true } },
    serving_default: { inputs: [IMAGE], outputs: [SCORES], rows: { independent: true } },
  },
  batching: { joined: true },
  input: 'image',
  topK: 5,
  labelCount: 10,
  device: 'cpu',
  graph: { optimised: true },
  versions: [{ version: 1, state: 'AVAILABLE' }],
};
