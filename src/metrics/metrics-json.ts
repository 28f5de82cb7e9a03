import {
  AggregatorRegistry,
  type MetricObjectWithValues,
  type MetricValue,
  type Registry,
} from 'prom-client';

type Metric = MetricObjectWithValues<MetricValue<string>>;

/** The metrics of one process, as they travel to another. */
export type MetricsJson = readonly MetricJson[];

interface MetricJson extends Pick<Metric, 'name' | 'help' | 'type' | 'aggregator'> {
  readonly values: readonly ValueJson[];
}

/** JSON has neither NaN nor the infinities: those are texts. A histogram's value has the name of a metric of its own too. */
type ValueJson = Omit<MetricValue<string>, 'value'> & { readonly value: number | string };

export async function metricsJson(registry: Registry): Promise<MetricsJson> {
  return toJson(await registry.getMetricsAsJSON());
}

/** Several processes' metrics as if they were one's. Where a sum says nothing, as of start times, there is none. */
export function sumOfMetrics(processes: readonly MetricsJson[]): MetricsJson {
  return toJson(registryOf(processes).getMetricsAsArray() as unknown as Metric[]);
}

/**
 * The sum of several processes' metrics in the Prometheus text format.
 * @param models whose series are told, and no others, totals neither; `null`: everything
 */
export function textOfMetrics(processes: readonly MetricsJson[], models: ModelScope): Promise<string> {
  const told = models ? processes.map((metrics) => ofModels(metrics, models)) : processes;
  return registryOf(told).metrics();
}

/** The models that a reader of metrics may know of; `null`: every one. */
export type ModelScope = readonly string[] | null;

/** A total tells of all models, and so does what a process needs: only series of a model's own are left. */
function ofModels(metrics: MetricsJson, models: readonly string[]): MetricsJson {
  return metrics
    .map((metric) => ({
      ...metric,
      values: metric.values.filter(({ labels }) => {
        const { model, model_name: name = model } = labels as Record<string, unknown>;
        return typeof name === 'string' && models.includes(name);
      }),
    }))
    .filter(({ values }) => values.length > 0);
}

function registryOf(processes: readonly MetricsJson[]): Registry {
  const metrics = processes.map((process) =>
    process.map((metric) => ({
      ...metric,
      values: metric.values.map((one) => ({ ...one, value: Number(one.value) })),
    })),
  );
  return AggregatorRegistry.aggregate(metrics as unknown as object[]);
}

function toJson(metrics: readonly Metric[]): MetricsJson {
  return metrics.map(({ name, help, type, aggregator, values }) => ({
    name,
    help,
    type,
    aggregator,
    values: values.map((one) => ({
      ...one,
      value: Number.isFinite(one.value) ? one.value : String(one.value),
    })),
  }));
}
