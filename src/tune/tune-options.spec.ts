import { HELP, readOptions } from './tune-options.js';

describe('the options of npm run tune', () => {
  it('have defaults, but for the model', () => {
    expect(readOptions(['--model', 'shapes'])).toEqual({
      model: 'shapes',
      version: undefined,
      latencyMs: 200,
      sliceMs: 2000,
      side: 256,
      writesEnv: false,
      isForced: false,
      isDryRun: false,
    });
  });

  it('are read', () => {
    const args =
      '--model shapes --version 3 --latency 50 --seconds .1 --size 32 --env --force --dry-run'.split(' ');
    expect(readOptions(args)).toEqual({
      model: 'shapes',
      version: 3,
      latencyMs: 50,
      sliceMs: 100,
      side: 32,
      writesEnv: true,
      isForced: true,
      isDryRun: true,
    });
  });

  it.each(['--help', '-h'])('may ask for help: %s', (option) => {
    expect(readOptions([option])).toBeUndefined();
    expect(HELP).toContain('--model');
  });

  it.each([
    ['', 'Expected --model; with npm, options follow a --'],
    ['--model x --version two', 'Expected a whole number from 0 to 9007199254740991 for --version'],
    ['--model x --latency 0', 'for --latency but received "0"'],
    ['--model x --seconds 0', 'Expected a number of seconds from 0.01 to 60 for --seconds but received "0"'],
    ['--model x --seconds soon', 'for --seconds but received "soon"'],
    ['--model x --threads 4', "Unknown option '--threads'"],
    ['shapes', 'Unexpected argument'],
  ])('are refused where they are wrong: %s', (args, sentence) => {
    expect(() => readOptions(args.split(' ').filter((arg) => arg !== ''))).toThrow(sentence);
  });
});
