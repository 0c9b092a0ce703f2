// CommitFigures: where the time of commits goes, as running sums. Lock-free; figures of different
// fields may be a few commits apart.
#pragma once

#include <atomic>
#include <cstdint>

namespace borealis::replication {

struct Tally {
  std::atomic<int64_t> count{0};
  std::atomic<int64_t> sum_ns{0};
  void Add(int64_t ns) {
    count.fetch_add(1, std::memory_order_relaxed);
    sum_ns.fetch_add(ns, std::memory_order_relaxed);
  }
  // Mean in microseconds.
  double MeanUs() const {
    const int64_t n = count.load(std::memory_order_relaxed);
    return n == 0 ? 0.0
                  : static_cast<double>(sum_ns.load(std::memory_order_relaxed)) / 1000.0 /
                        static_cast<double>(n);
  }
};

struct CommitFigures {
  Tally queue;    // from submission until its batch is taken
  Tally append;   // bytes to the medium, per batch
  Tally sync;     // until durable, per batch
  Tally certify;  // from durable until the verdict, per record
  Tally order;    // wait for the turn in commit order
  Tally apply;    // remote records, from taken to finished
  std::atomic<int64_t> batches{0};
  std::atomic<int64_t> records{0};
  std::atomic<int64_t> bytes{0};
  std::atomic<int64_t> received{0};  // remote records delivered
  std::atomic<int64_t> received_bytes{0};
  std::atomic<int64_t> commits{0};        // own records with verdict commit
  std::atomic<int64_t> cert_failures{0};  // own records with another verdict
  std::atomic<int64_t> bf_aborts{0};
  std::atomic<int64_t> replays{0};
  std::atomic<int64_t> gave_way{0};  // remote records rolled back and applied again in their turn
  std::atomic<int64_t> append_failures{0};  // records that could not be appended
  std::atomic<int64_t> unknown_appends{0};
  std::atomic<int64_t> depends_distance_sum{0};  // of committed records: seqno - depends_on
  std::atomic<int64_t> throttled_ns{0};
};

}  // namespace borealis::replication
