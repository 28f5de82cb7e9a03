import { existsSync, readFileSync } from 'node:fs';
import { Copy, DockerfileParser, From, type Instruction, JSONInstruction, type User } from 'dockerfile-ast';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** One `FROM` and what follows it, up to the next. */
interface Stage {
  readonly name: string | null;
  readonly image: string;
  readonly instructions: readonly Instruction[];
}

function stagesOf(dockerfile: string): Stage[] {
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const instruction of DockerfileParser.parse(dockerfile).getInstructions()) {
    if (instruction instanceof From) {
      stages.push({
        name: instruction.getBuildStage(),
        image: instruction.getImage() ?? '',
        instructions: [],
      });
    } else {
      stages.at(-1)?.instructions.push(instruction);
    }
  }
  return stages;
}

const named = (stage: Stage, keyword: string) =>
  stage.instructions.filter((instruction) => instruction.getKeyword() === keyword);

/** The words of an exec form, without their quotes; undefined for the shell form. */
function execForm(instruction: Instruction | undefined): string[] | undefined {
  if (!(instruction instanceof JSONInstruction) || instruction.getOpeningBracket() === null) return undefined;
  return instruction.getJSONStrings().map((word) => word.getJSONValue());
}

/** A stage with all that it is built upon in this file, the first first: what the image of that stage contains. */
function lineageOf(stage: Stage, stages: readonly Stage[]): Stage[] {
  const parent = stages.find(({ name }) => name === stage.image);
  return [...(parent === undefined ? [] : lineageOf(parent, stages)), stage];
}

/** As Docker reads .dockerignore: the last line that matches a path, or a folder above it, decides. */
function isIgnored(path: string, dockerignore: string): boolean {
  const parts = path.split('/');
  const prefixes = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  let ignored = false;
  for (const line of dockerignore.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const pattern = line.replace(/^!/, '');
    const source = pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll(/\*\*\/|\*|\?/g, (wild) => ({ '**/': '(.*/)?', '*': '[^/]*', '?': '[^/]' })[wild] ?? wild);
    if (prefixes.some((prefix) => new RegExp(`^${source}$`).test(prefix))) ignored = !line.startsWith('!');
  }
  return ignored;
}

describe.each(['Dockerfile', 'Dockerfile.gpu'])('%s', (file) => {
  const text = read(file);
  const dockerignore = read('.dockerignore');
  const stages = stagesOf(text);
  const final = stages.at(-1)!;
  const image = lineageOf(final, stages);
  const copies = (of: readonly Stage[]) =>
    of.flatMap((stage) => named(stage, 'COPY')).filter((instruction) => instruction instanceof Copy);

  it('builds in stages, and copies only from stages that come before', () => {
    expect(stages.length).toBeGreaterThanOrEqual(3);
    for (const [index, stage] of stages.entries()) {
      const before = stages.slice(0, index).map(({ name }) => name);
      // A base image from a registry is pinned by a version; a stage has no colon.
      expect(before.includes(stage.image) || /^[\w/]+:\d+[\w.-]+$/.test(stage.image)).toBe(true);
      const sources = copies([stage]).flatMap((copy) => copy.getFromFlag()?.getValue() ?? []);
      expect(before).toEqual(expect.arrayContaining(sources));
    }
  });

  it('copies only what the checkout has and .dockerignore lets through', () => {
    const sources = copies(stages)
      .filter((copy) => copy.getFromFlag() === null)
      .flatMap((copy) => copy.getArguments().slice(0, -1))
      .map((argument) => argument.getValue());
    expect(sources).toEqual(expect.arrayContaining(['package.json', 'src', 'models', 'labels']));
    for (const source of sources) {
      expect([source, existsSync(new URL(`../${source}`, import.meta.url))]).toEqual([source, true]);
      expect([source, isIgnored(source, dockerignore)]).toEqual([source, false]);
    }
  });

  it('runs only scripts that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const called = [...text.matchAll(/^[^#]*?\bnpm run ([\w:-]+)/gm)].map(([, script]) => script ?? '');
    expect(called).toContain('tensorflow');
    for (const script of called) expect(Object.keys(scripts)).toContain(script);
  });

  it('has no compiler, Python or package manager in the image, and no development packages', () => {
    const run = image.flatMap((stage) => named(stage, 'RUN')).map(String);
    for (const command of run) {
      expect(command).not.toMatch(/\b(apt|apt-get|apk|dnf|pip3?|npm|g\+\+|gcc|clang|make|python3?)\b/);
    }
    expect(text).toMatch(/npm prune --omit=dev/);
  });

  it('has TensorFlow in the image, at the path that node_modules links to', () => {
    const cache = /^ENV TENSORNEST_CACHE_DIR=(\S+)$/m.exec(text)?.[1];
    const taken = copies([final]).map((copy) => copy.getArguments().map((argument) => argument.getValue()));
    expect(taken).toContainEqual([`${cache}/tensorflow`, `${cache}/tensorflow`]);
    expect(taken).toContainEqual(['/app/node_modules', 'node_modules']);
  });

  it('runs as a user of its own, by number, who owns nothing but /data', () => {
    const user = named(final, 'USER').at(-1) as User | undefined;
    expect(user?.getArgumentsContent()).toBe('10001:10001');
    expect(copies([final]).some((copy) => copy.getFlags().some((flag) => flag.getName() === 'chown'))).toBe(
      false,
    );
    expect(text).toMatch(/^ENV .*\bAPI_KEYS_FILE=\/data\//m);
  });

  it('starts node as process 1, which gets the signal to stop', () => {
    expect(execForm(named(final, 'CMD').at(-1))).toEqual(['node', 'dist/main.js']);
    expect(named(final, 'ENTRYPOINT').at(-1)?.getArgumentsContent()).toBe('[]');
    expect(named(final, 'STOPSIGNAL').at(-1)?.getArgumentsContent()).toBe('SIGTERM');
    expect(text).toMatch(/^ENV .*\bHOST=0\.0\.0\.0\b/m);
  });

  it('asks /health/live with node, for the image has no curl', () => {
    const check = named(final, 'HEALTHCHECK').at(-1)?.getRawArgumentsContent() ?? '';
    expect(check).toMatch(/CMD \["node", "-e", ".*\/health\/live/s);
  });
});

describe('Dockerfile.gpu', () => {
  it("takes CUDA 12 and cuDNN from the base image, and TensorFlow's build for them", () => {
    const stages = stagesOf(read('Dockerfile.gpu'));
    const base = lineageOf(stages.at(-1)!, stages)[0]?.image;
    expect(base).toMatch(/^nvidia\/cuda:12\.\d+\.\d+-cudnn-runtime-/);
    expect(read('Dockerfile.gpu')).toMatch(/npm run tensorflow -- --gpu --system-cuda$/m);
  });

  it('compiles the addon on the base image it runs on', () => {
    const stages = stagesOf(read('Dockerfile.gpu'));
    const build = stages.find(({ name }) => name === 'build');
    expect(build?.image).toBe(stages.at(-1)?.image);
  });
});

describe('.dockerignore', () => {
  it.each(['.env', 'api-keys.json', '.git', 'node_modules', 'dist', 'src/engine/tensorflow/binding.spec.ts'])(
    'keeps %s out',
    (path) => expect(isIgnored(path, read('.dockerignore'))).toBe(true),
  );
});
