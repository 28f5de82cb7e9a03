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

/** The sum of several processes' metrics in the Prometheus text format. */
export function textOfMetrics(processes: readonly MetricsJson[]): Promise<string> {
  return registryOf(processes).metrics();
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
