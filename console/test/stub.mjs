// A daemon's API as a stub in the browser: what it answers is made up, what serves the page is a daemon.
// Figures, stream and API come from here; the page's files and their policy from the daemon.

const TIME = "2026-11-26T17:30:00.000Z";
const tag = (Key, Value) => ({ Key, Value });

export function clusterOf(name, more = {}) {
  return {
    DBClusterIdentifier: name, DBClusterArn: `arn:aws:rds:us-east-1:000000000000:cluster:${name}`, DbClusterResourceId: `cluster-${name}`,
    Status: "available", Engine: "aurora", EngineVersion: "10.11", EngineMode: "multimaster", Endpoint: "127.0.0.254", Port: 3306,
    MasterUsername: "admin", DatabaseName: "demo", DBSubnetGroup: "default", DBClusterParameterGroup: "default.mariadb10.11",
    AvailabilityZones: ["us-east-1a", "us-east-1b"], BackupRetentionPeriod: 1, PreferredBackupWindow: "03:00-03:30",
    PreferredMaintenanceWindow: "sun:04:00-sun:04:30", EarliestRestorableTime: TIME, LatestRestorableTime: TIME,
    VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-1", Status: "active" }], StorageEncrypted: false, DeletionProtection: false,
    CopyTagsToSnapshot: true, ClusterCreateTime: TIME, DBClusterMembers: [], TagList: [tag("team", "shop")], ...more,
  };
}

export function instanceOf(cluster, n, more = {}) {
  const name = `${cluster}-instance-${n}`;
  return {
    DBInstanceIdentifier: name, DBInstanceArn: `arn:aws:rds:us-east-1:000000000000:db:${name}`, DbiResourceId: `db-${name}`,
    DBClusterIdentifier: cluster, DBInstanceClass: "db.t3.micro", DBInstanceStatus: "available", Engine: "aurora", EngineVersion: "10.11",
    Endpoint: { Address: `127.0.0.1${n}`, Port: 3306 }, AvailabilityZone: "us-east-1a", InstanceCreateTime: TIME,
    PreferredMaintenanceWindow: "sun:04:00-sun:04:30", PendingModifiedValues: {}, PromotionTier: 1, AutoMinorVersionUpgrade: true,
    PubliclyAccessible: false, DBSubnetGroup: { DBSubnetGroupName: "default", VpcId: "vpc-1" },
    DBParameterGroups: [{ DBParameterGroupName: "default.mariadb10.11", ParameterApplyStatus: "in-sync" }], TagList: [], ...more,
  };
}

function record(seqno, writer, more = {}) {
  return {
    seqno, batch: `1.${seqno >> 1}`, index: 0, t: Date.parse(TIME), writer, kind: "transaction", verdict: "committed", keys: 1, bytes: 220,
    tables: [{ table: "shop.stock", inserts: false, updates: true, deletes: false }], text: "", ...more,
  };
}

// Two clusters with everything that a page can show of them.
export function region() {
  const clusters = [clusterOf("db-one", { PendingModifiedValues: { MasterUserPassword: "****", EngineVersion: "10.12" } }), clusterOf("db-two", { EngineMode: "provisioned", Status: "stopped" })];
  const instances = [
    instanceOf("db-one", 1), instanceOf("db-one", 2, { DBInstanceStatus: "rebooting", PendingModifiedValues: { DBInstanceClass: "db.r6g.large" } }),
    instanceOf("db-two", 1, { DBInstanceStatus: "stopped" }),
  ];
  const snapshot = {
    DBClusterSnapshotIdentifier: "monday", DBClusterSnapshotArn: "arn:aws:rds:us-east-1:000000000000:cluster-snapshot:monday", DBClusterIdentifier: "db-one",
    SnapshotCreateTime: TIME, SnapshotType: "manual", Status: "available", Engine: "aurora", EngineVersion: "10.11", EngineMode: "multimaster",
    Port: 3306, StorageEncrypted: false, PercentProgress: 100, TagList: [],
  };
  const group = (kind, name) => ({ [`${kind}ParameterGroupName`]: name, DBParameterGroupFamily: "mariadb10.11", Description: `Group ${name}` });
  const parameters = [
    { ParameterName: "long_query_time", ParameterValue: "10", Description: "Seconds that make a query slow.", Source: "engine-default", ApplyType: "dynamic", DataType: "integer", AllowedValues: "0-31536000", ApplyMethod: "immediate" },
    { ParameterName: "performance_schema", Description: "Instruments the server.", Source: "engine-default", ApplyType: "static", DataType: "boolean", AllowedValues: "0,1", ApplyMethod: "pending-reboot" },
  ];
  return {
    instances,
    rds: {
      DescribeDBClusters: { DBClusters: clusters },
      DescribeDBInstances: { DBInstances: instances },
      DescribeDBClusterSnapshots: { DBClusterSnapshots: [snapshot] },
      DescribeDBClusterEndpoints: {
        DBClusterEndpoints: [{ DBClusterEndpointIdentifier: "reports", DBClusterIdentifier: "db-one", Endpoint: "127.0.0.253", Status: "available", EndpointType: "CUSTOM", StaticMembers: ["db-one-instance-1"], ExcludedMembers: [] }],
      },
      DescribeDBEngineVersions: { DBEngineVersions: [{ Engine: "aurora", EngineVersion: "10.11", DBEngineVersionDescription: "MariaDB 10.11" }] },
      DescribeDBSubnetGroups: { DBSubnetGroups: [{ DBSubnetGroupName: "default", DBSubnetGroupDescription: "All", VpcId: "vpc-1", Subnets: [{ SubnetIdentifier: "subnet-1", SubnetAvailabilityZone: { Name: "us-east-1a" } }] }] },
      DescribeOrderableDBInstanceOptions: { OrderableDBInstanceOptions: [{ SupportsStorageEncryption: true }] },
      DescribeDBClusterParameterGroups: { DBClusterParameterGroups: [group("DBCluster", "default.mariadb10.11"), group("DBCluster", "mine")] },
      DescribeDBParameterGroups: { DBParameterGroups: [group("DB", "default.mariadb10.11")] },
      DescribeDBClusterParameters: { Parameters: parameters },
      DescribeDBParameters: { Parameters: parameters },
      DescribeEvents: {
        Events: [
          { SourceIdentifier: "db-one", SourceType: "db-cluster", Message: "DB cluster created", EventCategories: ["creation"], Date: TIME },
          { SourceIdentifier: "db-one-instance-1", SourceType: "db-instance", Message: "Recovery of the DB instance is complete.", EventCategories: ["recovery"], Date: TIME },
        ],
      },
      DescribeDBLogFiles: {
        DescribeDBLogFiles: ["audit/audit.log", "error/mysqld.err", "slowquery/slow.log"].map((LogFileName) => ({ LogFileName, LastWritten: Date.parse(TIME), Size: 2048 })),
      },
      DownloadDBLogFilePortion: { LogFileData: "2026-11-26 17:30:00 0 [Note] ready for connections", Marker: "1", AdditionalDataPending: false },
    },
    ec2: {
      DescribeSecurityGroups: {
        securityGroupInfo: [{
          groupId: "sg-1", groupName: "default", groupDescription: "Who may connect", vpcId: "vpc-1",
          ipPermissions: [{ ipProtocol: "tcp", fromPort: 3306, toPort: 3306, ipRanges: [{ cidrIp: "127.0.0.0/8", description: "this machine" }] }],
        }],
      },
    },
    paths: {
      "/console/session": { token: "t", read_only: false, key_id: "BRLSKEY1", region: "us-east-1", ends_ms: Date.parse(TIME) },
      "/console/figures": [],
      "/console/machine": { classes: [{ name: "db.t3.micro", buffer_pool_mib: 64, connections: 60 }, { name: "db.r6g.large", buffer_pool_mib: 512, connections: 400 }], cores: 2, memory_bytes: 8e9, memory_free_bytes: 6e9, disk_free_bytes: 9e10, default_port: 3306, credentials: "/var/lib/borealis/credentials" },
      "/console/keys": [{ id: "BRLSKEY1", name: "backup", read_only: true, created_ms: Date.parse(TIME) }],
      "/console/log": {
        log: "1", state: "live", head: 43,
        records: [
          record(41, "db-one-instance-1"),
          record(42, "db-one-instance-2", { verdict: "lost", reason: "row", lost_to: { seqno: 41, writer: "db-one-instance-1" } }),
          record(43, "db-one-instance-2", { kind: "statement", text: "CREATE TABLE shop.orders", tables: [] }),
          record(44, "db-one-instance-2", { verdict: "refused", reason: "not a member" }),
        ],
      },
    },
  };
}

// By page, what of region() there is to look at.
export const IDS = {
  cluster: "db-one", instance: "db-one-instance-1", "security-group": "sg-1", "parameter-group": "mine", try: "db-one", log: "db-one",
};

export const NOTHING = (() => {
  const { rds, ec2, paths } = region();
  const emptied = (answers) => Object.fromEntries(Object.entries(answers).map(([name, answer]) => [name, Object.fromEntries(Object.keys(answer).map((k) => [k, []]))]));
  return { instances: [], rds: { ...emptied(rds), DownloadDBLogFilePortion: { LogFileData: "" } }, ec2: emptied(ec2), paths: { ...paths, "/console/keys": [], "/console/log": { log: "1", state: "live", head: 0, records: [] } } };
})();

// Answers `page` with `world` (a region, which the caller may change at any time). `refuse(action)`: what an
// action is refused with, or nothing; `hold(action)`: a promise to wait for first.
export async function serve(page, world, { refuse = () => undefined, hold = () => undefined, everyMs = 1000 } = {}) {
  const asked = [];
  await page.addInitScript(stream, { names: world.instances.map((i) => i.DBInstanceIdentifier), everyMs });
  await page.route(/\/console\//, async (route) => {
    const request = route.request();
    const { pathname } = new URL(request.url());
    const fields = new URLSearchParams(request.postData() ?? "");
    const [, service] = /^\/console\/api\/(rds|ec2)$/.exec(pathname) ?? [];
    const action = fields.get("Action") ?? `${request.method()} ${pathname}`;
    asked.push(action);
    await hold(action);
    const refusal = refuse(action, fields);
    if (refusal) return route.fulfill({ status: refusal.status ?? 400, json: { error: { code: "Refused", message: refusal.message } } });
    return route.fulfill({ json: (service ? world[service][action] : world.paths[pathname]) ?? {} });
  });
  return asked;
}

// In the page, in place of the browser's: figures of every instance each second, a change each third.
function stream({ names, everyMs }) {
  window.EventSource = class extends EventTarget {
    constructor() {
      super();
      window.stream = this;
      let n = 0;
      setTimeout(() => {
        this.dispatchEvent(new Event("open"));
        this.send("region", 0);
      });
      this.timer = setInterval(() => {
        n++;
        const figures = names.map((name, i) => [name, { up: true, commits: n * i, queries: n * i, cpu_ms: n * 10, connections: (n + i) % 9, seqno: n, appended: n * i, batches: n, conflicts: n % 2 }]);
        this.send("figures", { t: Date.now(), instances: Object.fromEntries(figures), clusters: {} });
        if (n % 3 === 0) this.send("region", n);
      }, everyMs);
    }
    send(type, data) {
      this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data) }));
    }
    close() {
      clearInterval(this.timer);
    }
  };
}

// The same world with text that would be a program, if anybody took it for one, in every name and sentence.
export const HOSTILE = `'"><img src=x onerror="window.hacked=1"><script>window.hacked=2</script>`;
const KEPT = /Status$|Time$|^(Date|t|log|state|kind|verdict|Engine|EngineMode|EndpointType|SnapshotType|SourceType|ApplyType|DBInstanceClass|region|token)$/;

export function hostile(value, name = "") {
  if (typeof value === "string") return KEPT.test(name) || value === "" ? value : `${value} ${HOSTILE}`;
  if (Array.isArray(value)) return value.map((v) => hostile(v, name));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, hostile(v, k)]));
}
