// SpareSegments: keeps one zeroed segment file ready (segments/.spare), shared by all processes of
// a volume, so that creating a segment costs a rename. A thread of each backend makes it when asked
// and missing; two that make one at once waste one file, which is removed.
#pragma once

#include <string>
#include <thread>

#include "base/mutex.h"
#include "storage/local/local_options.h"
#include "storage/local/reserve.h"
#include "storage/local/segment_files.h"

namespace borealis::storage::local {

class SpareSegments {
 public:
  // All outlive it.
  SpareSegments(SegmentFiles& files, Reserve& reserve, const LocalOptions& options);
  ~SpareSegments();

  // A zeroed file of full capacity under an internal name that is the caller's alone: the spare if
  // there is one, else made now (or awaited, when this object's thread is making it); the reserve
  // on a full disk if the options allow that. kNoSpace.
  Result<std::string> Take();
  // Asks the thread to make one unless there is one.
  void Prepare();

 private:
  void Run();
  void MakeOne();
  // The spare under a name of our own; empty when there is none of the right size.
  std::string Claim();

  SegmentFiles& files_;
  Reserve& reserve_;
  const LocalOptions& options_;
  Mutex mutex_;
  CondVar changed_;
  bool wanted_ GUARDED_BY(mutex_) = false;
  bool making_ GUARDED_BY(mutex_) = false;
  int takers_ GUARDED_BY(mutex_) = 0;  // that wait for the file being made: no pacing
  bool closing_ GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: started when all else is ready
};

}  // namespace borealis::storage::local
