import { readArguments } from './arguments.js';

describe('readArguments', () => {
  it.each([
    [[], { gpu: false, systemCuda: false }],
    [['--gpu'], { gpu: true, systemCuda: false }],
    [['--gpu', '--system-cuda'], { gpu: true, systemCuda: true }],
  ])('reads %j', (args, wanted) => expect(readArguments(args, {})).toEqual(wanted));

  it.each<[string[], NodeJS.ProcessEnv, RegExp]>([
    [['--cuda'], {}, /^Expected --gpu or --system-cuda but received --cuda\.$/],
    [['--system-cuda'], {}, /^Expected --gpu beside --system-cuda\.$/],
    [[], { npm_config_gpu: 'true' }, /npm run tensorflow -- --gpu/],
  ])('refuses %j with %j', (args, env, sentence) => expect(() => readArguments(args, env)).toThrow(sentence));
});
