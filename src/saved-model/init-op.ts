import type { SavedModelFile } from './saved-model-file.js';

/** The nodes that loading runs after the variables are restored, besides what the signatures name. */
export function initRoots({ metaGraph }: SavedModelFile): string[] {
  // Where TensorFlow 1 names them; TensorFlow 2 has a signature, `__saved_model_init_op`.
  return ['saved_model_main_op', 'legacy_init_op'].flatMap((key) => {
    const kind = metaGraph.collectionDef[key]?.kind;
    return kind?.case === 'nodeList' ? kind.value.value : [];
  });
}

/** The signature whose outputs loading runs, and nobody calls. */
export const INIT_OP_SIGNATURE = '__saved_model_init_op';
