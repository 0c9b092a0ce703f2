// Samples of what instances do, as the daemon's stream brings them, and rates made of counters.

export type InstanceFigures = { [figure: string]: number | boolean | undefined };

export type Sample = {
  t: number; // milliseconds since 1970
  instances: Record<string, InstanceFigures>;
  clusters: Record<string, { volume_bytes: number }>;
};

export type Point = { x: number; y: number };

export const SAMPLES_MAX = 900;

// The samples with one more; an old or repeated one changes nothing.
export function append(samples: readonly Sample[], sample: Sample): Sample[] {
  const last = samples.at(-1);
  if (last && sample.t <= last.t) return samples as Sample[];
  return [...samples, sample].slice(-SAMPLES_MAX);
}

// Per second between two samples; undefined when either is missing or the counter began anew.
export function rate(before: Sample, after: Sample, instance: string, figure: string): number | undefined {
  const a = before.instances[instance]?.[figure];
  const b = after.instances[instance]?.[figure];
  if (typeof a !== "number" || typeof b !== "number" || b < a || after.t <= before.t) return undefined;
  return ((b - a) * 1000) / (after.t - before.t);
}

export function latestRate(samples: readonly Sample[], instance: string, figure: string): number | undefined {
  const after = samples.at(-1);
  const before = samples.at(-4) ?? samples.at(0); // over three seconds: less nervous
  return before && after && before !== after ? rate(before, after, instance, figure) : undefined;
}

export function latest(samples: readonly Sample[], instance: string, figure: string): number | undefined {
  const value = samples.at(-1)?.instances[instance]?.[figure];
  return typeof value === "number" ? value : undefined;
}

// CPU of the latest moment in percent of one core.
export function cpuPercent(samples: readonly Sample[], instance: string): number | undefined {
  const perSecond = latestRate(samples, instance, "cpu_ms");
  return perSecond === undefined ? undefined : perSecond / 10;
}

// A chart's line of a gauge.
export function gaugeLine(samples: readonly Sample[], instance: string, figure: string, scale = 1): Point[] {
  return samples.flatMap((s) => {
    const y = s.instances[instance]?.[figure];
    return typeof y === "number" ? [{ x: s.t, y: y * scale }] : [];
  });
}

// A chart's line of a counter's rate, over steps of `every` samples.
export function rateLine(samples: readonly Sample[], instance: string, figure: string, every = 5, scale = 1): Point[] {
  const points: Point[] = [];
  for (let n = every; n < samples.length; n += every) {
    const y = rate(samples[n - every]!, samples[n]!, instance, figure);
    if (y !== undefined) points.push({ x: samples[n]!.t, y: y * scale });
  }
  return points;
}

// What one counter grew by for each unit that another grew by, e.g. microseconds of syncs per batch.
export function ratioLine(samples: readonly Sample[], instance: string, of: string, per: string, every = 5, scale = 1): Point[] {
  const points: Point[] = [];
  for (let n = every; n < samples.length; n += every) {
    const whole = rate(samples[n - every]!, samples[n]!, instance, of);
    const units = rate(samples[n - every]!, samples[n]!, instance, per);
    if (whole !== undefined && units) points.push({ x: samples[n]!.t, y: (whole / units) * scale });
  }
  return points;
}

// Moments at which one of the instances crashed, within the samples.
export function crashes(samples: readonly Sample[], instances: readonly string[]): { t: number; instance: string }[] {
  const first = samples.at(0)?.t ?? 0;
  const found = new Map<string, { t: number; instance: string }>();
  for (const sample of samples) {
    for (const instance of instances) {
      const t = sample.instances[instance]?.crash_ms;
      if (typeof t === "number" && t >= first) found.set(`${instance} ${t}`, { t, instance });
    }
  }
  return [...found.values()].sort((a, b) => a.t - b.t);
}

export function topOf(lines: readonly Point[][]): number {
  return Math.max(1, ...lines.flat().map((p) => p.y)) * 1.1;
}
