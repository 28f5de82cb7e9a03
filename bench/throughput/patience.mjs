/** How long a client waits for its answer, in ms, where more is asked for than a server can do. */
export const PATIENCE_MS = 3000;
