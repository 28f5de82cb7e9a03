import { ConfigError } from '../../../config/expect.js';
import { seeded } from '../../../saved-model/mutate.fixture.js';
import { parseModelsConfig } from './parse-models-config.js';

const TEXT = `model_config_list {
  config {
    name: 'm', base_path: "/models/\\x6d" "é";
    model_platform: "tensorflow"
    model_version_policy: < specific { versions: [1, 0x2] versions: -3 } >
    version_labels { key: "stable" value: 43 } # a comment
    logging_config { custom_logging_config { [type.x/a.B] { rate: 1.5e3f on: true } } }
  }
}`;
const PIECES = [...'{}<>[]:,;-"\'\\#.\n0 ', 'name', 'config', 'all', '1e999', '\u0000', '\ud800', '[a.b]'];

/** `FUZZ_SEED=7` draws other files; the title has it. */
const SEED = Number(process.env.FUZZ_SEED ?? 11);

function changed(random: () => number): string {
  let text = TEXT;
  for (let times = 1 + Math.floor(random() * 4); times > 0; times--) {
    const at = Math.floor(random() * text.length);
    const removed = random() < 0.5 ? 0 : Math.floor(random() * 20);
    const piece = random() < 0.2 ? text.slice(at, at + 60) : PIECES[Math.floor(random() * PIECES.length)]!;
    text = text.slice(0, at) + piece + text.slice(at + removed);
  }
  return text;
}

it(`Five thousand wrong files are each read or refused in one sentence (FUZZ_SEED=${SEED})`, () => {
  const random = seeded(SEED);
  let refused = 0;
  for (let index = 0; index < 5000; index++) {
    try {
      parseModelsConfig(changed(random), 'models.config', '/');
    } catch (error) {
      // eslint-disable-next-line jest/no-conditional-expect
      expect(error).toBeInstanceOf(ConfigError);
      // eslint-disable-next-line jest/no-conditional-expect
      expect((error as Error).message).toMatch(
        /^Expected [^\n]+ models\.config, line \d+, but received [^\n]+\.$/,
      );
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(2500);
});

it('A long text takes no more time than its length asks for', () => {
  const pieces = ['1', '"', 'a', '#', '-', '[', '\\', '"\\', "'a'", 'a:1 ', 'a{}', '.', '\n'];
  for (const long of pieces.map((piece) => piece.repeat(1e6 / piece.length))) {
    for (const text of [`a: "${long}`, `${long}!`]) {
      const start = performance.now();
      expect(() => parseModelsConfig(`${text}\n}`, 'models.config', '/')).toThrow(ConfigError);
      expect(performance.now() - start).toBeLessThan(5000); // If it went with the square, it would be minutes.
    }
  }
});
