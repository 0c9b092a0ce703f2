// How long frames take while something is done in the page, and which tasks kept the browser from drawing.

// In the page, before anything else runs there.
export function watch() {
  window.longTasks = [];
  new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((e) => ({ at: e.startTime, ms: e.duration })))).observe({ type: "longtask", buffered: true });
}

// { frames, p95, longest: ms between frames; tasks: of more than 50 ms, longestTask, blocked: ms of them }
export async function during(page, doIt) {
  await page.evaluate(() => {
    const times = [];
    let last = performance.now();
    window.measure = { from: last, times, on: true };
    const tick = (now) => {
      times.push(now - last);
      last = now;
      if (window.measure.on) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  await doIt();
  return page.evaluate(() => {
    const { from, times } = window.measure;
    window.measure.on = false;
    const sorted = times.slice(1).sort((a, b) => a - b);
    const tasks = window.longTasks.filter((t) => t.at >= from).map((t) => t.ms);
    return {
      frames: sorted.length, p95: sorted[Math.floor(sorted.length * 0.95)], longest: sorted.at(-1),
      tasks: tasks.length, longestTask: Math.max(0, ...tasks), blocked: tasks.reduce((sum, ms) => sum + ms, 0),
    };
  });
}
