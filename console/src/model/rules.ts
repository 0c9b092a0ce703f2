// A security group's permissions as single rules.
import type { SecurityGroup } from "../api/types";

export type Rule = {
  key: string;
  protocol: string;
  protocolName: string;
  from: number | undefined;
  to: number | undefined;
  ports: string;
  cidr: string;
  description: string;
};

export function rulesOf(group: SecurityGroup): Rule[] {
  return group.ipPermissions.flatMap((p) =>
    p.ipRanges.map((range) => ({
      key: `${p.ipProtocol} ${p.fromPort} ${p.toPort} ${range.cidrIp}`,
      protocol: p.ipProtocol,
      protocolName: p.ipProtocol === "-1" ? "All" : p.ipProtocol.toUpperCase(),
      from: p.fromPort,
      to: p.toPort,
      ports: portsText(p.ipProtocol, p.fromPort, p.toPort),
      cidr: range.cidrIp,
      description: range.description ?? "",
    })),
  );
}

function portsText(protocol: string, from: number | undefined, to: number | undefined): string {
  if (protocol === "-1" || from === undefined) return "All";
  return from === to ? String(from) : `${from} - ${to}`;
}
