import { CONCURRENCIES, SHARES } from './measure.mjs';

/** The results as a page of Markdown. */
export function markdown(summary, about) {
  return [
    '# Throughput',
    '',
    ...(about.quick
      ? ['**A quick run, made to see that everything works: these numbers mean nothing.**', '']
      : []),
    ...introduction(about),
    ...(summary.length === 0 ? [] : ['![Pictures a second at 32 requests at a time](results.svg)', '']),
    ...summary.flatMap((model) => chapter(model)),
    '## Versions',
    '',
    `${Object.entries(about.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    '',
  ].join('\n');
}

function introduction({
  date,
  command,
  options,
  processor,
  cores,
  memoryBytes,
  system,
  node,
  revision,
  pictures,
  minutes,
}) {
  const gigabytes = (memoryBytes / 2 ** 30).toFixed(0);
  return [
    `\`${command}\`, ${date}, ${minutes.toFixed(0)} minutes: ${processor}, ${cores} cores, ${gigabytes} GiB of memory, ${system}, Node ${node}${revision ? `, commit ${revision}` : ''}.`,
    '',
    `${pictures.count} drawn JPEGs of ${pictures.width}×${pictures.height}, ${(pictures.medianBytes / 1000).toFixed(0)} KB each, over loopback. The client shares the machine with the server. ` +
      `In ${options.rounds === 1 ? 'one round' : `each of ${options.rounds} rounds`} every server was started, warmed up, measured for ${options.seconds} s at each load (slow models for longer), and ended, one after the other in an order that rotates. ` +
      `Numbers are medians of the rounds, in brackets the least and the most. bench/throughput/README.md says how each server is set up and what each number is.`,
    '',
  ];
}

function chapter(model) {
  const measured = model.servers.filter(({ failure }) => failure === undefined);
  return [
    `## ${model.name}`,
    '',
    ...failures(model.servers),
    ...section('Goals', goals(model.goals)),
    ...section('Pictures a second', throughput(measured, model)),
    ...section('With no server', withoutServer(model.limits)),
    ...section('Latency by requests at a time, ms', latency(measured)),
    ...section(
      'Open loop: requests that come at their own times, by share of the server’s capacity',
      open(measured),
    ),
    ...section('Memory after the load, time to the first answer', footprint(measured)),
    ...section('Processor time for one picture at 32 at a time, ms', processorTime(measured)),
  ];
}

function failures(servers) {
  const failed = servers.filter(({ failure }) => failure !== undefined);
  return failed.flatMap(({ title, failure }) => [`${title} could not be measured: ${failure}`, '']);
}

function section(title, lines) {
  return lines.length === 0 ? [] : [`### ${title}`, '', ...lines, ''];
}

function goals(list) {
  if (list.length === 0) return [];
  return table(
    ['goal', 'measured', ''],
    list.map(({ goal, measured, met }) => [goal, measured, met ? 'met' : '**not met**']),
  );
}

function throughput(servers, { limits }) {
  const ours = servers.find(({ id }) => id === 'tensornest')?.throughput[32].median;
  return table(
    ['', ...CONCURRENCIES.map((many) => `${many} at a time`), 'Tensornest to it at 32', 'of the limit at 32'],
    servers.map((server) => [
      `${server.title} (${server.note})`,
      ...CONCURRENCIES.map((many) => shown(server.throughput[many], 1)),
      ours > 0 && server.throughput[32].median > 0
        ? `× ${(ours / server.throughput[32].median).toFixed(2)}`
        : '',
      `${((100 * server.throughput[32].median) / limits.limit.median).toFixed(0)} %`,
    ]),
  );
}

function withoutServer(limits) {
  const best = (byBatch) => {
    const [batch, rate] = Object.entries(byBatch).toSorted(([, a], [, b]) => b.median - a.median)[0];
    return `${shown(rate, 1)} in batches of ${batch}`;
  };
  const every = (byBatch) =>
    Object.entries(byBatch)
      .map(([batch, rate]) => `${batch}: ${shown(rate, 1)}`)
      .join('; ');
  return table(
    ['', 'pictures/s'],
    [
      ['Python, TensorFlow alone, by batch', every(limits.bareEngine)],
      ['Python, Pillow in threads and TensorFlow, by batch', every(limits.bareDecoding)],
      ['Tensornest, decoding alone', shown(limits.decoding, 1)],
      ['Tensornest, engine alone', best(limits.engine)],
      [
        '**the limit**: one after the other on the same cores, 1 / (1 / decoding + 1 / engine)',
        shown(limits.limit, 1),
      ],
      ['both as one pipeline', shown(limits.pipeline, 1)],
      ['both, one picture at a time', `${shown(limits.oneAtATimeMs, 2)} ms`],
    ],
  );
}

function latency(servers) {
  return table(
    ['', ...CONCURRENCIES.flatMap((many) => [`${many}: p50`, `${many}: p99`])],
    servers.map(({ title, p50, p99 }) => [
      title,
      ...CONCURRENCIES.flatMap((many) => [shown(p50[many], 1), shown(p99[many], 1)]),
    ]),
  );
}

function open(servers) {
  const rows = servers.flatMap(({ title, capacity, open: loads }) => {
    if (loads === undefined) return [];
    return SHARES.map((share, at) => {
      const load = loads[share];
      return [
        at === 0 ? `${title}, ${capacity.median.toFixed(1)}/s` : '',
        `${100 * share} %`,
        percent(load.ofCapacity),
        shown(load.p50, 0),
        shown(load.p99, 0),
        shown(load.max, 0),
        load.refused?.most > 0 ? `${percent(load.refused)}; ${shown(load.refusedP99, 0)}` : 'none',
        load.failed === 0 ? '' : String(load.failed),
      ];
    });
  });
  const heads = [
    'server, capacity',
    'rate',
    'answered, of capacity',
    'p50 ms',
    'p99 ms',
    'most ms',
    'refused with 503; p99 ms',
    'no or other answers',
  ];
  return rows.length === 0 ? [] : table(heads, rows);
}

function footprint(servers) {
  return table(
    ['', 'RSS of all processes, MB', 'shared pages once (PSS), MB', 'processes', 'first answer, s'],
    servers.map(({ title, rss, pss, processes, readyMs, coldReadyMs }) => [
      title,
      shown(rss, 0, 1e6),
      shown(pss, 0, 1e6),
      processes.median.toFixed(0),
      shown(readyMs, 2, 1000) +
        (coldReadyMs === undefined ? '' : `; ${(coldReadyMs / 1000).toFixed(2)} with an empty cache`),
    ]),
  );
}

function processorTime(servers) {
  return table(
    ['', 'all', 'by process', 'the client'],
    servers.map(({ title, cpuMs, clientMs }) => [
      title,
      shown(cpuMs.total, 1),
      byProcess(cpuMs),
      shown(clientMs, 2),
    ]),
  );
}

/** Those that take a share of the whole; the others as one. */
function byProcess({ total, byProcess: all }) {
  const list = Object.entries(all);
  const large = list.filter(([, ms]) => ms >= 0.02 * total.median);
  const rest = list.filter(([, ms]) => ms < 0.02 * total.median).reduce((sum, [, ms]) => sum + ms, 0);
  const named = rest === 0 ? large : [...large, ['others', rest]];
  return named.map(([name, ms]) => `${name} ${ms.toFixed(1)}`).join(', ');
}

function table(heads, rows) {
  return [row(heads), row(heads.map(() => '---')), ...rows.map(row)];
}

function row(cells) {
  return `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
}

function shown(value, digits, unit = 1) {
  if (value === undefined) return '–';
  const [median, least, most] = [value.median, value.least, value.most].map((number) =>
    (number / unit).toFixed(digits),
  );
  return least === most ? median : `${median} (${least}…${most})`;
}

function percent(value) {
  return value === undefined ? '–' : `${shown(value, 0, 0.01)} %`;
}
