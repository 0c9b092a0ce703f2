#include "node/aurora_schema.h"

#include <string_view>

#include "node/bootstrap_line.h"

namespace borealis::node {
namespace {

constexpr std::string_view kVolumeStatus = R"(
CREATE DEFINER = 'borealis.sys'@localhost PROCEDURE borealis.v() READS SQL DATA
  SELECT CASE VARIABLE_NAME
           WHEN 'WSREP_BOREALIS_VOLUME_DISKS' THEN 'Disks'
           WHEN 'WSREP_BOREALIS_VOLUME_NODES' THEN 'Nodes'
           WHEN 'WSREP_BOREALIS_FAULT_DISK_FAILING' THEN 'Simulated_disk_failure_percent'
           ELSE 'Simulated_disk_congestion_percent'
         END AS Variable_name, VARIABLE_VALUE AS Value
  FROM information_schema.GLOBAL_STATUS
  WHERE VARIABLE_NAME IN ('WSREP_BOREALIS_VOLUME_DISKS', 'WSREP_BOREALIS_VOLUME_NODES',
                          'WSREP_BOREALIS_FAULT_DISK_FAILING',
                          'WSREP_BOREALIS_FAULT_DISK_CONGESTED')
  ORDER BY 1)";

// Names and order of Aurora's information_schema.replica_host_status, and what clients of it read:
// every member writes, so each is a master. Its processor's load is not measured.
constexpr std::string_view kTopology = R"(
CREATE DEFINER = 'borealis.sys'@localhost VIEW borealis.replica_host_status AS
  SELECT JSON_VALUE(VARIABLE_VALUE, '$.server_id') AS server_id,
         IF(JSON_VALUE(VARIABLE_VALUE, '$.status') = 'Offline', '', 'MASTER_SESSION_ID')
           AS session_id,
         CAST(NULL AS DOUBLE) AS cpu,
         FROM_UNIXTIME(NULLIF(JSON_VALUE(VARIABLE_VALUE, '$.updated_us'), 0) / 1000000)
           AS last_update_timestamp,
         CAST(JSON_VALUE(VARIABLE_VALUE, '$.lag_ms') AS DOUBLE) AS replica_lag_in_milliseconds,
         CAST(JSON_VALUE(VARIABLE_VALUE, '$.status') = 'Online' AS SIGNED) AS has_primary,
         JSON_VALUE(VARIABLE_VALUE, '$.status') AS last_reported_status,
         JSON_VALUE(VARIABLE_VALUE, '$.endpoint') AS endpoint
  FROM information_schema.GLOBAL_STATUS
  WHERE LEFT(VARIABLE_NAME, 22) = 'WSREP_BOREALIS_MEMBER_')";

constexpr std::string_view kReaders = R"(
INSERT INTO mysql.tables_priv (Host, Db, User, Table_name, Grantor, Table_priv) VALUES
  ('', 'borealis', 'PUBLIC', 'replica_host_status', 'root@localhost', 'Select'))";

}  // namespace

std::string AuroraSchema() {
  return BootstrapLine(kVolumeStatus) + BootstrapLine(kTopology) + BootstrapLine(kReaders);
}

}  // namespace borealis::node
