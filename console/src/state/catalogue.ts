// What can be chosen from at creation and modification; asked for once by each form.
import { useEffect, useState } from "react";
import { all } from "../api/client";
import type { EngineVersion, SubnetGroup } from "../api/types";

export type Catalogue = { engines: EngineVersion[]; subnetGroups: SubnetGroup[]; parameterGroups: string[]; encryption: boolean };

type Option = { SupportsStorageEncryption: boolean };
type Group = { DBClusterParameterGroupName: string };

const none = () => [];
const engineVersions = () => all<EngineVersion>("DescribeDBEngineVersions", "DBEngineVersions").catch(none);

export function useEngines(): EngineVersion[] {
  const [engines, setEngines] = useState<EngineVersion[]>([]);
  useEffect(() => {
    let here = true;
    void engineVersions().then((found) => here && setEngines(found));
    return () => {
      here = false;
    };
  }, []);
  return engines;
}

export function useCatalogue(): Catalogue {
  const [catalogue, setCatalogue] = useState<Catalogue>({ engines: [], subnetGroups: [], parameterGroups: [], encryption: false });
  useEffect(() => {
    let here = true;
    void Promise.all([
      engineVersions(),
      all<SubnetGroup>("DescribeDBSubnetGroups", "DBSubnetGroups").catch(none),
      all<Group>("DescribeDBClusterParameterGroups", "DBClusterParameterGroups").catch(none),
      all<Option>("DescribeOrderableDBInstanceOptions", "OrderableDBInstanceOptions", { Engine: "aurora" }).catch(none),
    ]).then(([engines, subnetGroups, groups, options]) => {
      if (!here) return;
      setCatalogue({
        engines, subnetGroups, parameterGroups: groups.map((g) => g.DBClusterParameterGroupName),
        encryption: options.some((o) => o.SupportsStorageEncryption),
      });
    });
    return () => {
      here = false;
    };
  }, []);
  return catalogue;
}
