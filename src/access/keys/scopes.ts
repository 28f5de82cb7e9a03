/**
 * What a key may be used for. `predict`: models, their states and predictions; `metrics`: the pages of metrics; `admin`: whatever changes
 * the server or reloads it, and every route that names no scope, so that one which is forgotten is closed.
 */
export const SCOPES = ['predict', 'metrics', 'admin'] as const;

export type Scope = (typeof SCOPES)[number];

/** Of a key that names none: what every key could do before there were scopes. */
export const DEFAULT_SCOPES: readonly Scope[] = ['predict', 'metrics'];
