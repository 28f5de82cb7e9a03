import { NotFlatError } from '../../graph/flat-graph.js';
import type { Flattened } from '../../graph/flatten.js';
import { fuse } from '../../graph/fuse.js';
import { pruned } from '../../graph/graph-index.js';
import { simplify } from '../../graph/simplify.js';
import type { SavedSignature } from '../../saved-model/signature.js';
import { EngineError } from '../engine.js';
import type { OpenedModel } from '../open-model.js';
import { decodesInLoop } from './decodes-in-loop.js';
import { separateGroups } from './grouped-convolutions.js';
import { cutPictureEdges, type PictureEdges } from './picture-edges.js';
import { refusalOf, REMEDY, signatureRefusal } from './unsupported.js';

/** What of a model runs on WebAssembly. */
export interface WasmGraph extends PictureEdges {
  readonly signatures: ReadonlyMap<string, SavedSignature>;
  /** The signatures that do not, with the sentence that says why. */
  readonly refused: ReadonlyMap<string, string>;
}

/**
 * A model as a graph that TensorFlow.js runs, simplified and fused if `optimise` says so.
 * @param wanted the signatures, by name, that are looked at
 * @throws EngineError `load` if nothing of it is a flat graph
 */
export async function wasmGraph(
  opened: OpenedModel,
  wanted: ReadonlyMap<string, SavedSignature>,
  optimise: boolean,
): Promise<WasmGraph> {
  const { graph: whole, others } = await flatGraph(opened);
  const asked = new Map([...whole.signatures].filter(([name]) => wanted.has(name)));
  const flat = pruned({ ...whole, signatures: asked });
  const edges = cutPictureEdges(optimise ? fuse(separateGroups(simplify(flat))) : separateGroups(flat));
  const { signatures } = edges.graph; // Simplifying may have given them other nodes.
  const refused = new Map<string, string>();
  for (const [name, reason] of others) {
    if (wanted.has(name)) refused.set(name, sentence(name, `WebAssembly cannot run it. ${reason} ${REMEDY}`));
  }
  for (const [name, signature] of signatures) {
    const part = pruned({ ...edges.graph, signatures: new Map([[name, signature]]) });
    const reason = signatureRefusal(signature) ?? refusalOf(part.nodes, remedyOf(opened));
    if (reason !== null) refused.set(name, sentence(name, reason));
  }
  const served = new Map([...signatures].filter(([name]) => !refused.has(name)));
  return {
    ...edges,
    graph: pruned({ ...edges.graph, signatures: served }),
    signatures: served,
    refused,
  };
}

function sentence(name: string, reason: string): string {
  return `Signature ${name} cannot be served: ${reason}`;
}

async function flatGraph(opened: OpenedModel): Promise<Flattened> {
  try {
    return await opened.flat(false);
  } catch (error) {
    if (!(error instanceof NotFlatError)) throw error;
    const reason =
      opened.saved && decodesInLoop(opened.saved)
        ? 'It decodes pictures inside of a loop; here they are decoded before the graph is run. '
        : '';
    throw new EngineError('load', `WebAssembly cannot run it. ${reason}${error.message} ${remedyOf(opened)}`);
  }
}

/** Of a model that runs as in training another runtime would only give other answers each time. */
function remedyOf({ warnings: [warning] }: OpenedModel): string {
  return warning === undefined ? REMEDY : `${warning.charAt(0).toUpperCase()}${warning.slice(1)}`;
}
