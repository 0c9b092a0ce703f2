// The program behind TestProcess; test_process.h says what it understands.
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <sstream>
#include <string>

#include "base/log.h"
#include "storage/local/test_process.h"
#include "storage/local/testing.h"

namespace borealis::storage::local {
namespace {

// Kills or stops its own process the next time that a point is reached.
class ActingPoints : public SyncPoints {
 public:
  void Set(SyncPoint point, int signal) {
    signal_ = signal;
    point_ = static_cast<int>(point);
  }
  void Reached(SyncPoint point) override {
    int expected = static_cast<int>(point);
    if (point_.compare_exchange_strong(expected, -1)) ::kill(::getpid(), signal_);
  }

 private:
  std::atomic<int> point_{-1};
  std::atomic<int> signal_{0};
};

std::string Describe(const AppendResult& result) {
  if (result.outcome == AppendOutcome::kOk) return fmt::format("ok {}", result.offset);
  return fmt::format("{} {}",
                     result.outcome == AppendOutcome::kUnknown ? "unknown" : "not-appended",
                     CodeName(result.status.code()));
}

std::string Failed(const Status& status) {
  return fmt::format("failed {}", CodeName(status.code()));
}

template <typename T>
std::string Describe(const Result<T>& result) {
  return result.ok() ? fmt::format("ok {}", *result) : Failed(result.status());
}

class Player {
 public:
  explicit Player(const std::string& volume) {
    LocalOptions options = TestOptions();
    options.file_ops = &ops_;
    options.sync_points = &points_;
    backend_ = OpenOrDie(volume, options);
  }
  bool recovers() const { return backend_->NeedsRecovery(); }

  std::string Do(const std::string& line) {
    std::istringstream in(line);
    std::string verb;
    in >> verb;
    if (verb == "at") return SetPoint(in);
    if (verb == "append" || verb == "append-many") return Append(verb, in);
    if (verb == "swap") return Swap(in);
    uint64_t number = 0;
    in >> number;
    if (verb == "fail-syncs") {
      ops_.failing_data_syncs = static_cast<int>(number);
      return "ok";
    }
    if (verb == "stream") return Stream(static_cast<int>(number));
    if (verb == "create") return Describe(backend_->CreateSegment({{number}, {1}}));
    if (verb == "seal") return local::Describe(backend_->Seal({{number}, {1}}));
    if (verb == "end-recovery") return Describe(backend_->EndRecovery());
    return "what?";
  }

 private:
  static std::string Describe(const Status& status) { return status.ok() ? "ok" : Failed(status); }

  std::string SetPoint(std::istringstream& in) {
    int point = 0;
    std::string action;
    in >> point >> action;
    points_.Set(static_cast<SyncPoint>(point), action == "kill" ? SIGKILL : SIGSTOP);
    return "ok";
  }

  std::string Append(const std::string& verb, std::istringstream& in) {
    uint64_t id = 0;
    in >> id;
    std::string text = "x";
    int count = 1;
    if (verb == "append") {
      in >> text;
    } else {
      in >> count;
    }
    AppendResult result;
    for (int i = 0; i < count; ++i) {
      result = backend_->Append({{id}, {1}}, [&](const AppendPlace&) { return AsBytes(text); });
      if (result.outcome != AppendOutcome::kOk) return local::Describe(result);
    }
    return verb == "append" ? local::Describe(result) : fmt::format("ok {}", count);
  }

  std::string Stream(int writer) {
    uint64_t id = 1;
    for (int number = 0;; ++number) {
      const std::string text = TestProcess::StreamText(writer, number);
      AppendResult result;
      for (;;) {
        result = backend_->Append({{id}, {1}}, [&](const AppendPlace&) { return AsBytes(text); });
        if (result.status.code() != Code::kSealed && result.outcome != AppendOutcome::kUnknown) {
          break;
        }
        // As the log does: the seal settles what was unknown, then the next segment.
        const Result<uint64_t> sealed = backend_->Seal({{id}, {1}});
        if (!sealed.ok()) return Failed(sealed.status());
        ++id;
        const Status created = backend_->CreateSegment({{id}, {1}});
        if (!created.ok() && created.code() != Code::kAlreadyExists) return Failed(created);
      }
      if (result.outcome != AppendOutcome::kOk) return local::Describe(result);
      std::cout << fmt::format("{} {} {}\n", id, result.offset, number) << std::flush;
    }
  }

  std::string Swap(std::istringstream& in) {
    std::string name;
    uint64_t version = 0;
    std::string text;
    in >> name >> version >> text;
    return local::Describe(backend_->SwapRegister(name, version, AsBytes(text)));
  }

  FailingFileOps ops_;
  ActingPoints points_;
  std::unique_ptr<LocalBackend> backend_;
};

}  // namespace
}  // namespace borealis::storage::local

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  borealis::storage::local::Player player(argv[1]);
  std::cout << (player.recovers() ? "attached recovery" : "attached") << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) std::cout << player.Do(line) << std::endl;
  return 0;
}
