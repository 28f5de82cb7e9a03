import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, link, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The forms that `scripts/models/applications.py` writes each network in. */
export const FORMS = ['export', 'saved', 'keras', 'h5'] as const;
export type Form = (typeof FORMS)[number];

/** One network by one version of TensorFlow, in all forms. */
export interface Application {
  readonly name: string;
  readonly tensorflow: string;
  readonly folder: string;
  /** The preset of `preprocessing.scale` that it takes. */
  readonly scale: string;
  /** The logits that Keras answers, by the picture's file. */
  readonly pictures: Readonly<Record<string, readonly number[]>>;
}

/** What `scripts/models/applications.sh` made; none if it was not run. */
export function madeApplications(): Application[] {
  const script = resolve(import.meta.dirname, '../../scripts/models/applications.sh');
  const home = execFileSync('sh', [script, '--where'], { encoding: 'utf8' }).trim();
  return foldersIn(home).flatMap((tensorflow) =>
    foldersIn(join(home, tensorflow)).map((name) => {
      const folder = join(home, tensorflow, name);
      const about = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Application;
      return { name, tensorflow, folder, scale: about.scale, pictures: about.pictures };
    }),
  );
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => !name.startsWith('partial-'));
  return names.toSorted();
}

/**
 * A models folder with the forms of a network, each a model named as its form. Its files are hard links where they can be, since they are large. The
 * caller removes it.
 */
export async function modelsFolder({ folder, scale }: Application, forms: readonly Form[]): Promise<string> {
  const models = await mkdtemp(join(tmpdir(), 'tensornest-applications-'));
  for (const form of forms) {
    await linkFiles(join(folder, form), join(models, form));
    await writeFile(
      join(models, form, 'model.yaml'),
      `labels: none\nlogits: false\npreprocessing: { scale: ${scale} }\n`,
    );
  }
  return models;
}

async function linkFiles(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await linkFiles(source, target);
    else await link(source, target).catch(() => copyFile(source, target)); // On another file system.
  }
}
