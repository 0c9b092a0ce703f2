// Who took each row: a square for each.
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import type { Verdict } from "../model/trial";

export function TrialRows({ verdict, names, total }: { verdict: Verdict; names: readonly string[]; total: number }) {
  const taken = new Map(verdict.rows.map((r) => [r.row, r]));
  const nameOf = (node: string) => names[node === "node2" ? 1 : 0] ?? node;
  return (
    <Container header={<Header variant="h2" description="Even rows are meant for the first writer, odd ones for the second.">Who took each row</Header>}>
      <div className="rows" role="img" aria-label={`${verdict.rows.length} of ${total} rows: ${names.map((n, i) => `${verdict.perNode[`node${i + 1}`] ?? 0} by ${n}`).join(", ")}`}>
        {Array.from({ length: total }, (_, row) => {
          const one = taken.get(row);
          const look = one ? `${one.node}${one.moved ? " moved" : ""}` : "open";
          return <span key={row} className={look} title={one ? `Row ${row}: ${nameOf(one.node)}${one.moved ? ", in place of the other" : ""}` : `Row ${row}`}>{one?.moved ? "↷" : ""}</span>;
        })}
      </div>
      <div className="rows-legend">
        {names.map((name, n) => (
          <span key={name}><i className={`node${n + 1}`} /> {name}</span>
        ))}
        <span><i className="moved-sign">↷</i> taken in place of the other</span>
      </div>
    </Container>
  );
}
