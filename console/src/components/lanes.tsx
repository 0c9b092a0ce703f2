// A lane for each writer, a bar for each second: how many records it appended, how many it lost.
import Box from "@cloudscape-design/components/box";
import Link from "@cloudscape-design/components/link";
import type { Lane, Log } from "../model/lanes";
import { LANE_SECONDS } from "../model/lanes";
import { href } from "../model/route";
import * as text from "../model/text";

const HEIGHT = 56;
const STEP = 10;
const WIDTH = LANE_SECONDS * STEP;

export function Lanes({ log }: { log: Log }) {
  return (
    <div className="lanes">
      {log.lanes.map((lane, n) => (
        <div key={lane.instance} className="lane">
          <div>
            <Link href={href("instance", lane.instance)}>{lane.instance}</Link>
            <Box color="text-body-secondary" fontSize="body-s">
              {lane.up ? `seqno ${text.number(lane.seqno)}${lane.lag ? `, ${text.count(lane.lag, "record")} to apply` : ""}` : "down"}
            </Box>
          </div>
          <Bars lane={lane} peak={log.peak} colour={`var(--writer-${(n % 4) + 1})`} />
        </div>
      ))}
    </div>
  );
}

function Bars({ lane, peak, colour }: { lane: Lane; peak: number; colour: string }) {
  const offset = LANE_SECONDS - lane.cells.length;
  const last = lane.cells.at(-1);
  const says = last ? `${lane.instance}: ${text.number(last.appended)} records and ${text.number(last.conflicts)} conflicts in the last second` : lane.instance;
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={says} className="bars">
      {lane.cells.map((cell, n) => {
        const x = (n + offset) * STEP;
        const high = (cell.appended / peak) * (HEIGHT - 4);
        const lost = Math.min(HEIGHT, (cell.conflicts / peak) * (HEIGHT - 4));
        return (
          <g key={cell.t}>
            {!cell.up && <rect x={x} y={0} width={STEP} height={HEIGHT} className="down" />}
            <rect x={x + 1} y={HEIGHT - high} width={STEP - 2} height={high} fill={colour} />
            {lost > 0 && <rect x={x + 1} y={0} width={STEP - 2} height={Math.max(3, lost)} className="lost" />}
          </g>
        );
      })}
    </svg>
  );
}
