import type { SavedSignature } from '../../saved-model/signature.js';
import type { LoadedModel, LoadOptions } from '../engine.js';
import type { OpenedModel } from '../open-model.js';
import type { Binding } from './native-binding.js';
import type { ModelRecord } from './rewritten-models.js';
import type { Session } from './session.js';

export interface TensorFlowRuntime {
  readonly binding: Binding;
  /** Of libtensorflow. */
  readonly version: string;
  readonly device: string;
}

/** What is to be opened. */
export interface SessionRequest {
  readonly runtime: TensorFlowRuntime;
  readonly directory: string;
  readonly options: LoadOptions;
  /** Under which its rewritten form is kept; `null` where none is wanted. */
  readonly key: Promise<string> | null;
}

/** A model that was read, and of it what shall be run. */
export interface ReadModel {
  readonly model: OpenedModel;
  readonly signatures: ReadonlyMap<string, SavedSignature>;
  /** What is known of it. Asked for after the flat graph, it costs next to nothing. */
  record(rows: LoadedModel['rows']): Promise<Omit<ModelRecord, 'edges' | 'graph'>>;
}

/** Sessions, and what is known of their model. */
export interface OpenSessions {
  /** Each signature is in one of them. */
  readonly sessions: readonly Session[];
  readonly record: Omit<ModelRecord, 'edges'>;
  /** What is wrong with how it was loaded this time, which holds for no other: clauses. */
  readonly warnings: readonly string[];
}
