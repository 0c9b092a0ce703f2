// The story by AWS's SDK for JavaScript (v3), as anybody would write it for AWS: a security group with a
// rule, a multimaster cluster with two instances, its endpoints, a snapshot, everything deleted.
//
//   AWS_ENDPOINT_URL, AWS_REGION and credentials in the environment; node story.mjs PORT PASSWORD
//
// Prints what it saw as lines of JSON, and goes on after `endpoints` when it reads a line. What is refused
// is printed with its name, its status and whether it is a class of the SDK's own. Exit code 0: it came to its end.
import * as ec2 from "@aws-sdk/client-ec2";
import * as rds from "@aws-sdk/client-rds";
import { once } from "node:events";
import { createInterface } from "node:readline";

const [port, password] = process.argv.slice(2);
const CLUSTER = "cloudacademy-db-multi";
const DBClusterIdentifier = CLUSTER;
const SNAPSHOT = "by-javascript";
const network = new ec2.EC2Client({});
const db = new rds.RDSClient({});
const waits = { client: db, minDelay: 1, maxDelay: 1, maxWaitTime: 120 };
const say = (event, seen = {}) => console.log(JSON.stringify({ event, ...seen }));

async function refused(what, command) {
  try {
    await db.send(command);
    say("refused", { what, error: null });
  } catch (error) {
    const own = rds[error.name] !== undefined && error instanceof rds[error.name];
    say("refused", { what, error: error.name, own, status: error.$metadata?.httpStatusCode });
  }
}

const { GroupId } = await network.send(new ec2.CreateSecurityGroupCommand({ GroupName: "db", Description: "clients" }));
await network.send(
  new ec2.AuthorizeSecurityGroupIngressCommand({
    GroupId,
    IpPermissions: [
      { IpProtocol: "tcp", FromPort: Number(port), ToPort: Number(port), IpRanges: [{ CidrIp: "127.0.0.0/8" }] },
    ],
  }),
);
const groups = await network.send(new ec2.DescribeSecurityGroupsCommand({ GroupIds: [GroupId] }));
say("group", { rules: groups.SecurityGroups[0].IpPermissions });

const created = await db.send(
  new rds.CreateDBClusterCommand({
    DBClusterIdentifier,
    Engine: "aurora",
    EngineMode: "multimaster",
    MasterUsername: "admin",
    MasterUserPassword: password,
    VpcSecurityGroupIds: [GroupId],
    Tags: [{ Key: "team", Value: "a&b <c>" }],
  }),
);
say("created", { mode: created.DBCluster.EngineMode, time: created.DBCluster.ClusterCreateTime instanceof Date });
for (const n of [1, 2]) {
  await db.send(
    new rds.CreateDBInstanceCommand({
      DBInstanceIdentifier: `${CLUSTER}-${n}`,
      DBInstanceClass: "db.t3.micro",
      Engine: "aurora",
      DBClusterIdentifier,
    }),
  );
}
for (const n of [1, 2]) await rds.waitUntilDBInstanceAvailable(waits, { DBInstanceIdentifier: `${CLUSTER}-${n}` });
await rds.waitUntilDBClusterAvailable(waits, { DBClusterIdentifier });

const { DBClusters } = await db.send(new rds.DescribeDBClustersCommand({ DBClusterIdentifier }));
const instances = [];
for await (const page of rds.paginateDescribeDBInstances({ client: db, pageSize: 20 }, {})) {
  instances.push(...page.DBInstances);
}
say("endpoints", {
  cluster: [DBClusters[0].Endpoint, DBClusters[0].Port],
  tags: DBClusters[0].TagList,
  members: DBClusters[0].DBClusterMembers.map((member) => [member.DBInstanceIdentifier, member.IsClusterWriter]),
  instances: instances.map((instance) => [instance.Endpoint.Address, instance.Endpoint.Port]),
});
const lines = createInterface({ input: process.stdin });
await once(lines, "line");
lines.close();

await db.send(
  new rds.CreateDBClusterSnapshotCommand({ DBClusterSnapshotIdentifier: SNAPSHOT, DBClusterIdentifier }),
);
await rds.waitUntilDBClusterSnapshotAvailable(waits, { DBClusterSnapshotIdentifier: SNAPSHOT });
const { DBClusterSnapshots } = await db.send(new rds.DescribeDBClusterSnapshotsCommand({ DBClusterIdentifier }));
say("snapshots", {
  manual: DBClusterSnapshots.filter((s) => s.SnapshotType === "manual").map((s) => [
    s.DBClusterSnapshotIdentifier,
    s.PercentProgress,
  ]),
});

await refused("a cluster that is not there", new rds.DescribeDBClustersCommand({ DBClusterIdentifier: "none" }));
await refused("a cluster with instances", new rds.DeleteDBClusterCommand({ DBClusterIdentifier, SkipFinalSnapshot: true }));

for (const n of [1, 2]) {
  await db.send(new rds.DeleteDBInstanceCommand({ DBInstanceIdentifier: `${CLUSTER}-${n}`, SkipFinalSnapshot: true }));
}
for (const n of [1, 2]) await rds.waitUntilDBInstanceDeleted(waits, { DBInstanceIdentifier: `${CLUSTER}-${n}` });
await db.send(new rds.DeleteDBClusterCommand({ DBClusterIdentifier, SkipFinalSnapshot: true }));
await rds.waitUntilDBClusterDeleted(waits, { DBClusterIdentifier });
await db.send(new rds.DeleteDBClusterSnapshotCommand({ DBClusterSnapshotIdentifier: SNAPSHOT }));
await rds.waitUntilDBClusterSnapshotDeleted(waits, { DBClusterSnapshotIdentifier: SNAPSHOT });
await network.send(new ec2.DeleteSecurityGroupCommand({ GroupId }));
const left = await db.send(new rds.DescribeDBClustersCommand({}));
say("done", { clusters: left.DBClusters.length });
