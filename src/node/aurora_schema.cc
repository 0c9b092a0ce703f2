#include "node/aurora_schema.h"

#include <algorithm>
#include <string_view>

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

std::string OneLine(std::string_view statement) {
  std::string line(statement.substr(statement.find_first_not_of('\n')));
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line + ";\n";
}

}  // namespace

std::string AuroraSchema() { return OneLine(kVolumeStatus); }

}  // namespace borealis::node
