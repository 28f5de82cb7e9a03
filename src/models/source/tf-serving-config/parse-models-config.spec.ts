import { ConfigError } from '../../../config/expect.js';
import { parseModelsConfig } from './parse-models-config.js';

const parse = (text: string) => parseModelsConfig(text, 'models.config', '/etc/serving');

/** One model, with `lines` from line 5 on. */
const one = (lines: string) => `model_config_list {
  config {
    name: "m"
    base_path: "/models/m"
    ${lines}
  }
}`;

function refusalOf(text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'no refusal';
}

const M = {
  name: 'm',
  basePath: '/models/m',
  versionPolicy: { kind: 'latest', count: 1 },
  versionLabels: {},
};

describe('What TensorFlow Serving reads is read', () => {
  it('Models come with their folders, policies and labels, in the order of the file', () => {
    const text = `
      # What this cluster serves.
      model_config_list: {
        config: {
          name: "resnet", base_path: "/models/resnet";
          model_platform: 'tensorflow'
          model_version_policy { specific { versions: 42 versions: 43 } }
          version_labels { key: "stable" value: 43 }
          version_labels { key: "canary" value: 42 }
          logging_config {
            log_collector_config { type: "file" filename_prefix: "/tmp/log" }
            sampling_config { sampling_rate: 0.1 }
          }
        }
        config <
          name: "other" base_path: "/models/" "other"
          model_type: TENSORFLOW
          model_version_policy: < all: <> >
        >
      }`;
    expect(parse(text)).toEqual([
      {
        name: 'resnet',
        basePath: '/models/resnet',
        versionPolicy: { kind: 'specific', versions: [42, 43] },
        versionLabels: { stable: 43, canary: 42 },
      },
      { ...M, name: 'other', basePath: '/models/other', versionPolicy: { kind: 'all' } },
    ]);
  });

  it.each<[string, string, object]>([
    ['No policy is the latest version', '', {}],
    ['An empty policy is the latest version', 'model_version_policy {}', {}],
    ['A latest without a number is one', 'model_version_policy { latest {} }', {}],
    ['A latest of 0 is one', 'model_version_policy { latest { num_versions: 0 } }', {}],
    [
      'The latest three',
      'model_version_policy { latest { num_versions: 3 } }',
      { versionPolicy: { kind: 'latest', count: 3 } },
    ],
    [
      'Versions in a list, in decimal, hexadecimal and octal',
      'model_version_policy { specific { versions: [ 7, 0x1F, 010 ] versions: 9007199254740991 } }',
      { versionPolicy: { kind: 'specific', versions: [7, 31, 8, 9007199254740991] } },
    ],
    [
      'Specific versions may be none',
      'model_version_policy { specific { versions: [] } }',
      { versionPolicy: { kind: 'specific', versions: [] } },
    ],
    [
      'Labels in a list',
      'version_labels: [ { key: "a" value: 1 }, < value: 2, key: "b" > ]',
      { versionLabels: { a: 1, b: 2 } },
    ],
    ['A type by its number', 'model_type: 1', {}],
    [
      'An Any within the logging',
      'logging_config { custom_logging_config { [type.x/a.B] { c: -inf } } }',
      {},
    ],
  ])('%s', (_, lines, expected) => {
    expect(parse(one(lines))).toEqual([{ ...M, ...expected }]);
  });

  it('Models may be a list, and a file without any has none', () => {
    const text =
      'model_config_list { config: [{ name: "a" base_path: "/a" }, { name: "b" base_path: "/b" }] }';
    expect(parse(text).map(({ name }) => name)).toEqual(['a', 'b']);
    expect(parse('')).toEqual([]);
    expect(parse('model_config_list {}')).toEqual([]);
    expect(parse('\uFEFF# nothing yet\r\n')).toEqual([]);
  });

  it('Escapes of every kind mean their bytes', () => {
    const path = String.raw`/a\"\'\\\?\x2f\57\u00e9\U0001F600\xc3\xa9`;
    const text = `model_config_list { config { name: 'm' base_path: "${path}" } }`;
    expect(parse(text)[0]?.basePath).toBe('/a"\'\\?//é😀é'.replace('//', '/'));
  });

  it('A base path that is not absolute lies beside the file', () => {
    const text = (path: string) => `model_config_list { config { name: "m" base_path: "${path}" } }`;
    expect(parse(text('models/m'))[0]?.basePath).toBe('/etc/serving/models/m');
    expect(parse(text('../m'))[0]?.basePath).toBe('/etc/m');
  });

  it('A label may be named as what every object has', () => {
    const [model] = parse(one('version_labels { key: "__proto__" value: 5 }'));
    expect(model?.versionLabels['__proto__']).toBe(5);
    expect(model?.versionLabels['toString']).toBeUndefined();
  });
});

describe('A refusal names the line, what was expected and what was found', () => {
  it.each<[string, string]>([
    [
      'base_pth: "/x"',
      'Expected one of name, base_path, model_type, model_platform, model_version_policy, version_labels, logging_config ' +
        'for config in models.config, line 5, but received "base_pth".',
    ],
    [
      'base_path: "/x"',
      'Expected one value for base_path in models.config, line 5, but received another, after that of line 4.',
    ],
    [
      'model_platform: "pytorch"',
      'Expected "tensorflow" for model_platform in models.config, line 5, but received "pytorch".',
    ],
    ['model_type: OTHER', 'Expected TENSORFLOW for model_type in models.config, line 5, but received OTHER.'],
    [
      'model_platform: tensorflow',
      'Expected a text in quotes for model_platform in models.config, line 5, but received tensorflow.',
    ],
    [
      'model_version_policy { latest {} all {} }',
      'Expected one of latest, all, specific for model_version_policy in models.config, line 5, but received latest and all.',
    ],
    [
      'model_version_policy { latest { num_versions: -1 } }',
      'Expected a whole number from 0 to 4294967295 for num_versions in models.config, line 5, but received -1.',
    ],
    [
      'model_version_policy {\n specific {\n versions: 1\n versions: 9007199254740993 } }',
      'Expected a whole number from 0 to 9007199254740991 for versions in models.config, line 8, but received 9007199254740993.',
    ],
    [
      'model_version_policy { specific { versions: 1.5 } }',
      'Expected a whole number from 0 to 9007199254740991 for versions in models.config, line 5, but received 1.5.',
    ],
    [
      'model_version_policy: "latest"',
      'Expected a message in braces for model_version_policy in models.config, line 5, but received "latest".',
    ],
    [
      'model_version_policy { all { x: 1 } }',
      'Expected no field for all in models.config, line 5, but received "x".',
    ],
    [
      'version_labels { key: "a" value: 1 }\nversion_labels { key: "a" value: 2 }',
      'Expected one version for the label "a" in models.config, line 6, but received another.',
    ],
    [
      'version_labels { key: "a/b" value: 1 }',
      'Expected letters, digits, "_", "." and "-" for a label in models.config, line 5, but received "a/b".',
    ],
    [
      'model_platform: ["tensorflow"]',
      'Expected one value for model_platform in models.config, line 5, but received a list.',
    ],
  ])('%s', (lines, sentence) => {
    expect(refusalOf(one(lines))).toBe(sentence);
  });

  it.each<[string, string]>([
    [
      'model_config_list { config { base_path: "/a" } }',
      'Expected a name for name of the model in models.config, line 1, but received nothing.',
    ],
    [
      'model_config_list {\n config { name: "a" } }',
      'Expected a folder for base_path of the model in models.config, line 2, but received nothing.',
    ],
    [
      'model_config_list { config { name: "../a" base_path: "/a" } }',
      'Expected letters, digits, ".", "_" and "-", a letter or digit first, 128 at most, for name in models.config, line 1, but received "../a".',
    ],
    [
      'model_config_list { config { name: "a" base_path: "s3://bucket/a" } }',
      'Expected a folder, where such storage is mounted, for base_path in models.config, line 1, but received "s3://bucket/a".',
    ],
    [
      String.raw`model_config_list { config { name: "a" base_path: "/a\000b" } }`,
      String.raw`Expected a folder for base_path in models.config, line 1, but received "/a\u0000b".`,
    ],
    [
      'model_config_list {\nconfig { name: "a" base_path: "/a" }\nconfig { name: "a" base_path: "/b" } }',
      'Expected another name for name in models.config, line 3, but received "a", which is that of line 2.',
    ],
    [
      'model_config_list {}\nmodel_config_list {}',
      'Expected one value for model_config_list in models.config, line 2, but received another, after that of line 1.',
    ],
    [
      'custom_model_config { [type.x/a.B] { c: 1 } }',
      'Expected model_config_list for the models in models.config, line 1, but received custom_model_config, which is not served.',
    ],
    [
      'model_config_list {\n config {\n  name: "a"\n',
      'Expected a field or "}" in models.config, line 4, but received the end of the file.',
    ],
    ['model_config_list { config > }', 'Expected a value in models.config, line 1, but received ">".'],
    [
      'model_config_list { config { name "a" } }',
      'Expected ":" after name in models.config, line 1, but received none.',
    ],
    [
      'model_config_list {\n config { name: "a\n" } }',
      'Expected a closing " on its line in models.config, line 2, but received none.',
    ],
    [
      String.raw`model_config_list { config { name: "\q" } }`,
      String.raw`Expected a known escape in models.config, line 1, but received \q.`,
    ],
    [
      String.raw`model_config_list { config { name: "\xff" } }`,
      'Expected text in UTF-8 in models.config, line 1, but received other bytes.',
    ],
    ['{}', 'Expected a field in models.config, line 1, but received "{".'],
    ['a: 1x', 'Expected a field or a value in models.config, line 1, but received "1x".'],
    [
      'a {'.repeat(200),
      'Expected no more than 100 messages in one another in models.config, line 1, but received "a".',
    ],
    [
      '#'.repeat(5_000_000),
      'Expected 4194304 characters at most in models.config, line 1, but received 5000000.',
    ],
  ])('Of a whole file, case %#', (text, sentence) => {
    expect(refusalOf(text)).toBe(sentence);
  });
});
