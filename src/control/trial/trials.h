// Trials: runs the demo's insert client against two writers of a cluster and follows its journal.
// Used by one thread. A trial that was under way when the daemon died ends by itself.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "control/agents/jobs.h"
#include "control/model/region.h"

namespace borealis::control {

inline constexpr int kTrialRowsMax = 1000;
inline constexpr size_t kTrialLinesMax = 20'000;

struct TrialRequest {
  std::string cluster;                 // identifier
  std::vector<std::string> addresses;  // "host:port" of one or two writers
  std::string user;
  std::string password;
  int rows = 100;
  int interval_ms = 500;
  bool empty = false;  // begin with an empty table
};

class Trials {
 public:
  // `directory`: for journals; made when it is missing. `client`: insert_test.py.
  Trials(std::string directory, std::string client, const Clock& clock);

  // kUnavailable: one runs for that cluster, or too many do. kNotFound: the client is not there.
  Status Start(const TrialRequest& request);
  Status Stop(const std::string& cluster);

  struct Trial {
    int64_t number = 0;  // rises with each start
    bool running = false;
    std::vector<std::string> lines;  // of the journal, JSON each
    std::string problem;             // of a client that did not come as far as its journal
    uint64_t offset = 0;             // of the journal's first byte that was not taken
  };
  // By cluster; the newest of each, up to date.
  const std::map<std::string, Trial>& Look();

 private:
  std::string JournalPath(const std::string& cluster) const;
  void Follow(const std::string& cluster, Trial& trial);

  const std::string directory_;
  const std::string client_;
  const Clock& clock_;
  Jobs jobs_;
  int64_t started_ = 0;
  int64_t looked_us_ = 0;
  std::map<std::string, Trial> trials_;
};

// {"cluster":...,"trial":...,"running":...,"from":N,"lines":[...]} with those from `from` on.
std::string ToJson(const std::string& cluster, const Trials::Trial& trial, size_t from);

}  // namespace borealis::control
