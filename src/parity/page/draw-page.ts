import type { ChosenModel } from '../../command/find-model.js';
import type { Outcome } from '../../models/goldens/check-golden.js';
import type { Proof } from '../../models/goldens/prove.js';
import { adviceSentences, score, whatIsWrong } from '../../models/goldens/sentences.js';
import { labelOf, pictureInputOf, type Subject } from '../../models/goldens/subject.js';
import type { PixelInput } from '../../models/model-plan.js';
import { cellsOf, preprocessingText, verdictOf } from '../table.js';
import { type Html, html } from './html.js';
import { figuresOf } from './pictures.js';
import { STYLE } from './style.js';

/** How many goldens are shown with their pictures, those that are wrong first: each takes some 100 KB. */
const MAX_SHOWN = 60;
/** How many classes are shown of each. */
const CLASSES = 5;

/** The whole page, which needs nothing else. */
export async function drawPage(
  { name, version }: Pick<ChosenModel, 'name' | 'version'>,
  proof: Proof,
  subject: Subject,
): Promise<string> {
  const { outcomes } = proof;
  const input = pictureInputOf(subject);
  const configured = input.preprocessing;
  const advice = adviceSentences(proof, configured);
  const shown = outcomes.toSorted((a, b) => Number(a.isRight) - Number(b.isRight)).slice(0, MAX_SHOWN);
  const sections: Html[] = [];
  for (const outcome of shown) sections.push(await section(outcome, subject, input));
  const rest = outcomes.length - shown.length;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Parity of ${name}/${version}</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <h1>Parity of ${name}/${version}</h1>
        <p class="verdict ${outcomes.every(({ isRight }) => isRight) ? 'right' : 'wrong'}">
          ${verdictOf(proof)}
        </p>
        <p>Configured: <code>${preprocessingText(configured)}</code></p>
        ${advice === '' ? '' : html`<p class="advice">${advice}</p>`} ${table(outcomes)} ${sections}
        ${rest > 0 ? html`<p>${rest} more are in the table alone.</p>` : ''}
      </body>
    </html> `;
  return page.text;
}

function table(outcomes: readonly Outcome[]): Html {
  const rows = outcomes.map((outcome) => {
    const cells = cellsOf(outcome);
    const written = cells.map((cell) => html`<td colspan="${cells.length === 1 ? 4 : 1}">${cell}</td>`);
    return html`<tr>
      <th scope="row">${outcome.golden.name}</th>
      <td class="${kind(outcome)}">${kind(outcome)}</td>
      ${written}
    </tr>`;
  });
  return html`<table>
    <caption>
      Off by, at most / on average: probabilities; the input, in levels of 0…255; where that is wrong, its
      pixels apart from how values are scaled
    </caption>
    <thead>
      <tr>
        <th scope="col">golden</th>
        <th scope="col"></th>
        <th scope="col">label</th>
        <th scope="col">probabilities</th>
        <th scope="col">input</th>
        <th scope="col">pixels</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function kind({ isRight }: Outcome): string {
  return isRight ? 'right' : 'wrong';
}

async function section(outcome: Outcome, subject: Subject, input: PixelInput): Promise<Html> {
  const figures = (await figuresOf(outcome, subject, input)).map(
    ({ caption, url, width, height }) =>
      html`<figure>
        <img src="${url}" width="${width}" height="${height}" alt="${outcome.golden.name}, ${caption}" />
        <figcaption>${caption}</figcaption>
      </figure>`,
  );
  return html`<section>
    <h2>${outcome.golden.name} <span class="${kind(outcome)}">${kind(outcome)}</span></h2>
    ${outcome.isRight ? '' : html`<p>${whatIsWrong(outcome, input.preprocessing)}</p>`}
    <div class="side">
      <div class="figures">${figures}</div>
      ${probabilities(outcome, subject)}
    </div>
  </section>`;
}

/** The best classes of either side, and the one that was expected. */
function probabilities({ scores, probabilities: expected, label }: Outcome, subject: Subject): Html | string {
  if (!scores) return '';
  const indexes = Array.from({ length: scores.length }, (_, index) => index);
  const best = (of: (index: number) => number): number[] =>
    indexes.toSorted((a, b) => of(b) - of(a)).slice(0, CLASSES);
  const named = label ? indexes.filter((index) => labelOf(subject, index) === label.expected) : [];
  const expectedOf = (index: number): number => expected?.expected[index] ?? 0;
  const shown = new Set([
    ...best((index) => scores[index]!),
    ...(expected ? best(expectedOf) : []),
    ...named,
  ]);
  const rows = [...shown].map(
    (index) =>
      html`<tr>
        <th scope="row">${labelOf(subject, index)}</th>
        ${expected ? bar(expected.expected[index]) : ''} ${bar(scores[index]!)}
      </tr>`,
  );
  return html`<table class="bars">
    <thead>
      <tr>
        <th scope="col">class</th>
        ${expected ? html`<th scope="col">expected</th>` : ''}
        <th scope="col">here</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function bar(value: number | undefined): Html {
  if (value === undefined) return html`<td>-</td>`;
  const percent = Math.max(0, Math.min(100, 100 * value)).toFixed(1);
  return html`<td><span class="bar" style="width: ${percent}px"></span> ${score(value)}</td>`;
}
