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

/**
 * Bootstrap a 95 % confidence interval of the median.
 *
 * Neighbours share whatever disturbed the machine then, so blocks of neighbours are drawn, not single values.
 * The generator is seeded: the same values give the same interval.
 */
export function medianInterval(values, { rounds = 4000, block = 5 } = {}) {
  const random = generator(20_011);
  const size = Math.min(block, values.length);
  const medians = Array.from({ length: rounds }, () => {
    const drawn = [];
    while (drawn.length < values.length) {
      const start = Math.floor(random() * values.length);
      for (let index = 0; index < size; index += 1) drawn.push(values[(start + index) % values.length]);
    }
    return median(drawn.slice(0, values.length));
  });
  return { lower: quantile(medians, 0.025), median: median(values), upper: quantile(medians, 0.975) };
}

/** Marsaglia's xorshift: small, and good enough to draw indexes. */
function generator(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
