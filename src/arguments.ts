/** What `node dist/main.js --help` prints. */
const HELP = `Serves the models of a folder over HTTP: npm start

It takes no arguments. Settings are environment variables, or lines of a file .env in this folder:

    PORT=8080 MODELS_DIR=/data/models npm start

docs/settings.md lists them all. http://127.0.0.1:3000/docs is the page to try it.
Other commands: npm run tensorflow, doctor, keys, manifest, tune, parity; each takes --help behind --.`;

/** What the server prints in place of starting; `undefined` where it was given no arguments. */
export function answerToArguments(
  args: readonly string[],
): { readonly text: string; readonly isFault: boolean } | undefined {
  if (args.length === 0) return undefined;
  if (args.every((arg) => arg === '--help' || arg === '-h')) return { text: HELP, isFault: false };
  const first = args.find((arg) => arg !== '--help' && arg !== '-h')!;
  const name = /^--([a-z][a-z-]*)/.exec(first)?.[1]?.toUpperCase().replaceAll('-', '_');
  const way = name ? ` Settings are environment variables: ${name}=… npm start, for instance.` : '';
  return {
    text: `Expected no arguments but received ${first}.${way} docs/settings.md lists all, --help says more.`,
    isFault: true,
  };
}
