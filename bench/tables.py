"""Results as Markdown. A ratio is of figures of one round; shown: median (lowest - highest)."""

import statistics

_WARNING = " **The machine was busy with other things: these figures are noise.**"
_PARTS = ["queue", "append", "sync", "certify", "order"]


def markdown(args, facts, names, baseline, points, parts) -> str:
    chapters = [
        f"{facts['time']}, {facts['cores']} cores ({facts['cpu']}), {args.rounds} rounds of "
        f"{args.seconds} s after {args.warmup} s, {args.tables} tables of {args.rows} rows, "
        f"buffer pool {args.buffer_pool} MiB, {args.appliers} appliers; load average "
        f"{facts['load_before'][0]:.1f} before." + _WARNING * (facts["load_before"][0] > 1),
        _throughput(args, names, points), _ratios(args, names, points),
        _breakdown(parts), _memory(names, baseline, points)]
    return "\n\n".join(chapter for chapter in chapters if chapter)


def _select(points, load, threads, name, field="tps"):
    return [p[field] for p in points
            if (p["load"], p["threads"], p["contestant"]) == (load, threads, name)]


def _cells(args):
    return [(load, threads) for load in args.loads for threads in args.threads]


def _table(title, header, rows):
    lines = [f"### {title}", "", "| " + " | ".join(header) + " |",
             "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def _throughput(args, names, points):
    rows = []
    for load, threads in _cells(args):
        cells = []
        for name in names:
            tps = statistics.median(_select(points, load, threads, name))
            p95 = statistics.median(_select(points, load, threads, name, "p95_ms"))
            ignored = statistics.median(_select(points, load, threads, name, "ignored_per_s"))
            cells.append(f"{tps:.0f} / {p95:.2f} / {ignored:.1f}")
        rows.append([load, threads, *cells])
    return _table("Transactions per second / 95th percentile (ms) / conflicts per second, medians",
                  ["load", "threads", *names], rows)


def _ratios(args, names, points):
    subject = names[0]
    rows = []
    for load, threads in _cells(args):
        own = _select(points, load, threads, subject)
        cells = []
        for name in names[1:]:
            ratios = [a / b for a, b in zip(own, _select(points, load, threads, name))]
            cells.append(f"**{statistics.median(ratios):.2f}** ({min(ratios):.2f} - {max(ratios):.2f})")
        rows.append([load, threads, *cells])
    return _table(f"{subject} relative to others, paired by round",
                  ["load", "threads", *(f"/ {name}" for name in names[1:])], rows)


def _breakdown(parts):
    """Means over the fresh first node's whole life, the filling of the tables included."""
    rows = []
    for point in parts:
        status = point["status"][0]
        rows.append([point["load"], point["threads"],
                     *(status.get(f"wsrep_borealis_commit_{p}_us", "-") for p in _PARTS),
                     status.get("wsrep_borealis_apply_us", "-"),
                     status.get("wsrep_borealis_batch_records", "-")])
    return rows and _table("Where a commit's time goes, microseconds (means of the first node)",
                           ["load", "threads", *_PARTS, "remote apply", "records per batch"], rows)


def _memory(names, baseline, points):
    rows = []
    for name in names:
        after = [p["rss_kib"] for p in points if p["contestant"] == name]
        for node, start in enumerate(baseline[name]):
            peak = max(rss[node] for rss in after)
            rows.append([name, node + 1, start // 1024, peak // 1024, (peak - start) // 1024])
    return _table("Resident memory, MiB (the buffer pool fills up in all)",
                  ["contestant", "node", "at start", "highest", "growth"], rows)
