// What the API answers, as far as the console shows it. Names are the API's.

export type TagItem = { Key: string; Value: string };

export type Cluster = {
  DBClusterIdentifier: string;
  DBClusterArn: string;
  DbClusterResourceId: string;
  Status: string;
  Engine: string;
  EngineVersion: string;
  EngineMode: string;
  Endpoint?: string;
  Port: number;
  MasterUsername: string;
  DatabaseName?: string;
  DBSubnetGroup: string;
  DBClusterParameterGroup: string;
  AvailabilityZones: string[];
  BackupRetentionPeriod: number;
  PreferredBackupWindow: string;
  PreferredMaintenanceWindow: string;
  PendingModifiedValues?: { MasterUserPassword?: string; EngineVersion?: string };
  EarliestRestorableTime?: string;
  LatestRestorableTime?: string;
  VpcSecurityGroups: { VpcSecurityGroupId: string; Status: string }[];
  StorageEncrypted: boolean;
  DeletionProtection: boolean;
  CopyTagsToSnapshot: boolean;
  ClusterCreateTime?: string;
  DBClusterMembers: { DBInstanceIdentifier: string; IsClusterWriter: boolean; PromotionTier: number }[];
  TagList: TagItem[];
};

export type Instance = {
  DBInstanceIdentifier: string;
  DBInstanceArn: string;
  DbiResourceId: string;
  DBClusterIdentifier: string;
  DBInstanceClass: string;
  DBInstanceStatus: string;
  Engine: string;
  EngineVersion: string;
  Endpoint?: { Address: string; Port: number };
  AvailabilityZone: string;
  InstanceCreateTime?: string;
  PreferredMaintenanceWindow: string;
  PendingModifiedValues: { DBInstanceClass?: string };
  PromotionTier: number;
  AutoMinorVersionUpgrade: boolean;
  PubliclyAccessible: boolean;
  DBSubnetGroup?: { DBSubnetGroupName: string; VpcId: string };
  DBParameterGroups: { DBParameterGroupName: string; ParameterApplyStatus: string }[];
  TagList: TagItem[];
};

export type Snapshot = {
  DBClusterSnapshotIdentifier: string;
  DBClusterSnapshotArn: string;
  DBClusterIdentifier: string;
  SnapshotCreateTime?: string;
  SnapshotType: string;
  Status: string;
  Engine: string;
  EngineVersion: string;
  EngineMode: string;
  Port: number;
  StorageEncrypted: boolean;
  PercentProgress: number;
  TagList: TagItem[];
};

export type CustomEndpoint = {
  DBClusterEndpointIdentifier: string;
  DBClusterIdentifier: string;
  Endpoint: string;
  Status: string;
  EndpointType: string;
  StaticMembers: string[];
  ExcludedMembers: string[];
};

export type Event = {
  SourceIdentifier: string;
  SourceType: string;
  Message: string;
  EventCategories: string[];
  Date: string;
};

export type Range = { cidrIp: string; description?: string };
export type Permission = { ipProtocol: string; fromPort?: number; toPort?: number; ipRanges: Range[] };

export type SecurityGroup = {
  groupId: string;
  groupName: string;
  groupDescription: string;
  vpcId: string;
  ipPermissions: Permission[];
};

export type SubnetGroup = {
  DBSubnetGroupName: string;
  DBSubnetGroupDescription: string;
  VpcId: string;
  Subnets: { SubnetIdentifier: string; SubnetAvailabilityZone: { Name: string } }[];
};

export type EngineVersion = {
  Engine: string;
  EngineVersion: string;
  DBEngineVersionDescription: string;
  ValidUpgradeTarget: { EngineVersion: string }[];
};

export type Machine = {
  classes: { name: string; buffer_pool_mib: number; connections: number }[];
  cores: number;
  memory_bytes: number;
  memory_free_bytes: number;
  disk_free_bytes: number;
  default_port: number; // of clusters
  credentials: string; // the file with the first access key
};
