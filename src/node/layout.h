// Where a node's files are. Pure but for the checks that say so.
//
//   DATA/                      one directory for all nodes of a machine, mode 0700
//     <name>/                  the node's directory
//       lock                   held by the node's agent
//       data/                  the server's data directory: a cache of the log
//       plugins/               what the server loads plugins from (plugin_directory.h)
//       tls/                   certificates (tls.h)
//       tmp/                   the server's temporary files, emptied at each start
//       state.json             what the agent knows (node_status.h), for its successor and `status`
//       agent.log              the agent's own lines, when it runs in the background
//       mysqld.err, .1         the server's error log and the one before
//       audit.log, .1 ...      logins and changes of definitions, rotated by the server
//       upkeep.log, export.log output of the last upkeep and export of the volume by this node
//       server.cnf             a copy of the user's --config
//       recover.err            output of the last --wsrep-recover and option check
//       mysql.sock, mysqld.pid
#pragma once

#include <string>

#include "base/status.h"

namespace borealis::node {

// A unix socket's path with its zero byte.
inline constexpr size_t kSocketPathBytesMax = 108;
inline constexpr size_t kNodeNameBytesMax = 48;

struct NodeLayout {
  std::string root;  // DATA/<name>, absolute
  std::string lock() const { return root + "/lock"; }
  std::string data() const { return root + "/data"; }
  std::string tmp() const { return root + "/tmp"; }
  std::string plugins() const { return root + "/plugins"; }
  std::string state() const { return root + "/state.json"; }
  std::string agent_log() const { return root + "/agent.log"; }
  std::string server_log() const { return root + "/mysqld.err"; }
  std::string tls() const { return root + "/tls"; }
  std::string tls_authority() const { return tls() + "/ca.pem"; }
  std::string tls_certificate() const { return tls() + "/cert.pem"; }
  std::string tls_key() const { return tls() + "/key.pem"; }
  std::string audit_log() const { return root + "/audit.log"; }
  std::string upkeep_log() const { return root + "/upkeep.log"; }
  std::string export_log() const { return root + "/export.log"; }
  std::string fragment() const { return root + "/server.cnf"; }
  std::string recover_log() const { return root + "/recover.err"; }
  std::string socket() const { return root + "/mysql.sock"; }
  std::string pid_file() const { return root + "/mysqld.pid"; }
};

// kInvalidArgument: a bad name, or a socket path that the kernel can't take.
Result<NodeLayout> MakeNodeLayout(const std::string& data, const std::string& name);

// 1 to 48 of a-z 0-9 - _ and a letter or digit first: names become file names, hint names and
// member names.
Status CheckNodeName(std::string_view name);

// Absolute and in normal form; relative to the working directory when it is not absolute.
std::string AbsolutePath(const std::string& path);

// The data directory that belongs to a volume when none is given: "<volume>.nodes".
std::string DefaultDataDirectory(const std::string& volume);

}  // namespace borealis::node
