import { setVariable } from './edit-dotenv.js';
import { CommandError } from '../command/command-error.js';

describe('a variable of .env', () => {
  it.each([
    ['', 'ENGINE_THREADS=4\n'],
    ['PORT=80', 'PORT=80\nENGINE_THREADS=4\n'],
    [
      '# mine\nAUTH = off # all\n\nENGINE_THREADS=2\nPORT=80\n',
      '# mine\nAUTH = off # all\n\nENGINE_THREADS=4\nPORT=80\n',
    ],
    ['export ENGINE_THREADS = "2"\n', 'export ENGINE_THREADS =4\n'],
    ['# ENGINE_THREADS=2\n', '# ENGINE_THREADS=2\nENGINE_THREADS=4\n'],
    ['MY_ENGINE_THREADS=2\r\n', 'MY_ENGINE_THREADS=2\r\nENGINE_THREADS=4\r\n'],
  ])('is set in %j, and all else stays to the letter', (before, after) => {
    expect(setVariable(before, 'ENGINE_THREADS', '4')).toBe(after);
  });

  it('is not set where that would change another', () => {
    const text = 'NOTE="first\nENGINE_THREADS=2\nlast"\n';
    expect(() => setVariable(text, 'ENGINE_THREADS', '4')).toThrow(CommandError);
  });
});
