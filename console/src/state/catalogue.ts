// What can be chosen from at creation; asked for once by each form.
import { useEffect, useState } from "react";
import { all } from "../api/client";
import type { EngineVersion, SubnetGroup } from "../api/types";

export type Catalogue = { engines: EngineVersion[]; subnetGroups: SubnetGroup[]; parameterGroups: string[]; encryption: boolean };

type Option = { SupportsStorageEncryption: boolean };
type Group = { DBClusterParameterGroupName: string };

export function useCatalogue(): Catalogue {
  const [catalogue, setCatalogue] = useState<Catalogue>({ engines: [], subnetGroups: [], parameterGroups: [], encryption: false });
  useEffect(() => {
    let here = true;
    const none = () => [];
    void Promise.all([
      all<EngineVersion>("DescribeDBEngineVersions", "DBEngineVersions").catch(none),
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
