/** The value below which a share `q` of the values lies, interpolated. */
export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

export function median(values) {
  return quantile(values, 0.5);
}

export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Median, 99th percentile, quartiles and extremes. */
export function spread(values) {
  return {
    count: values.length,
    min: quantile(values, 0),
    quartile1: quantile(values, 0.25),
    median: median(values),
    quartile3: quantile(values, 0.75),
    p99: quantile(values, 0.99),
    max: quantile(values, 1),
  };
}
