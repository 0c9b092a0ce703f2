// TestProcess: one more process of a volume (the program local_test_process), told what to do line
// by line, so that tests can kill and stop it at exact places.
//
// Commands, each answered by one line:
//   at POINT ACTION          POINT: number of a SyncPoint; ACTION: kill, stop. Once. -> "ok"
//   fail-syncs N             the next N fdatasyncs fail -> "ok"
//   append ID TEXT           -> "ok OFFSET", "not-appended CODE", "unknown CODE"
//   append-many ID COUNT     -> "ok COUNT", or as above for the first that is not ok
//   create ID, seal ID       -> "ok [SIZE]" or "failed CODE"
//   swap NAME VERSION TEXT   -> "ok VERSION" or "failed CODE"
//   end-recovery             -> "ok"
//   stream WRITER            appends for ever, rolling to the next segment when one is sealed, and
//                            says "SEGMENT OFFSET NUMBER" for each that is acknowledged
// At start it attaches and says "attached recovery" or "attached". Epochs are 1. It ends, cleanly,
// at the end of its input.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <string>

#include "storage/local/sync_points.h"

namespace borealis::storage::local {

class TestProcess {
 public:
  // Starts it; does not wait until it is attached.
  explicit TestProcess(const std::string& volume);
  // Kills it if it still runs.
  ~TestProcess();
  TestProcess(const TestProcess&) = delete;
  TestProcess& operator=(const TestProcess&) = delete;

  // The next line it says; empty when it died or stopped saying anything for good.
  std::string Answer();
  void Send(const std::string& command);
  std::string Ask(const std::string& command) {
    Send(command);
    return Answer();
  }
  void ActAt(SyncPoint point, const std::string& action);

  // Blocks until it stops itself; false when it ended instead.
  bool WaitUntilStopped();
  void Stop();
  void Continue();
  void Kill();
  // Blocks until it ends; the signal that ended it, or 0.
  int WaitUntilEnded();
  // Whether it has ended, without waiting.
  bool HasEnded();
  pid_t pid() const { return pid_; }

  // What `stream` appends: one line of kStreamBytes.
  static constexpr size_t kStreamBytes = 64;
  static std::string StreamText(int writer, int number);

 private:
  void Reap(int status);
  pid_t pid_ = -1;
  bool ended_ = false;
  int signal_ = 0;
  std::FILE* to_ = nullptr;
  std::FILE* from_ = nullptr;
};

}  // namespace borealis::storage::local
