/** What a model may be named, wherever it is told of: it stands in paths and in the names of files. */
export const MODEL_NAME = /^[A-Za-z0-9][\w.-]{0,127}$/;

/** What a label of a version may be: it stands in paths too. */
export const VERSION_LABEL = /^\w[\w.-]{0,127}$/;
