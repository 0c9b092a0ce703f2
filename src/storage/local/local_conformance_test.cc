// The contract of storage/backend.h on a local volume.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "storage/conformance/backend_conformance.h"
#include "storage/local/power_loss.h"

#if BOREALIS_TSAN
// The children that die here start threads of their own.
extern "C" const char* __tsan_default_options() {  // NOLINT(readability-identifier-naming)
  return "die_after_fork=0";
}
#endif

namespace borealis::storage::local {
namespace {

using conformance::CrashPoint;

class DieBeforeSync : public SyncPoints {
 public:
  void Reached(SyncPoint point) override {
    if (point == SyncPoint::kAppendUnlocked) ::kill(::getpid(), SIGKILL);
  }
};

class LocalVolume : public conformance::Volume {
 public:
  explicit LocalVolume(LocalOptions options) : options_(options) {
    options_.file_ops = &ops_;
    CHECK_OK(LocalBackend::Create(path_, options_));
  }

  std::unique_ptr<Backend> Attach() override { return OpenOrDie(path_, options_); }

  // What the disk holds goes on in another directory; who was attached stays with the old one.
  bool PowerLoss() override {
    const std::string after = path_ + "-after";
    ops_.CopyAfterPowerLoss(path_, after, ++power_losses_);
    path_ = after;
    return true;
  }

  bool RunAndCrash(CrashPoint point,
                   const std::function<void(conformance::Dying&)>& work) override {
    const pid_t child = ::fork();
    CHECK(child >= 0);
    if (child == 0) Die(point, work);
    int status = 0;
    CHECK(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "status {}", status);
    return true;
  }

  bool FailNextSync() override {
    ops_.failing_data_syncs = 1;
    return true;
  }

 private:
  [[noreturn]] void Die(CrashPoint point, const std::function<void(conformance::Dying&)>& work) {
    DieBeforeSync die_before_sync;
    FailingFileOps
        ops;  // of ops_, another thread may have held the lock when this process was made
    LocalOptions options = options_;
    options.file_ops = &ops;
    if (point == CrashPoint::kBeforeSync) options.sync_points = &die_before_sync;
    const std::unique_ptr<Backend> backend = OpenOrDie(path_, options);
    ops.kill_in_write = point == CrashPoint::kMidWrite;
    conformance::Dying dying{.backend = *backend, .open_writers = {}};
    work(dying);
    ::kill(::getpid(), SIGKILL);
    ::_exit(1);  // not reached
  }

  TestDirectory directory_;
  std::string path_ = directory_.Volume();
  PowerLossFileOps ops_;
  uint64_t power_losses_ = 0;
  LocalOptions options_;
};

conformance::Factory Local(std::string name, const LocalOptions& options) {
  return {std::move(name), [options] { return std::make_unique<LocalVolume>(options); }};
}

LocalOptions WithSpares() {
  LocalOptions options = TestOptions();
  options.prepare_spares = true;
  options.segment_bytes_max = 4 << 20;
  return options;
}

}  // namespace
}  // namespace borealis::storage::local

namespace borealis::storage {

INSTANTIATE_TEST_SUITE_P(Local, BackendConformanceTest,
                         ::testing::Values(local::Local("Small", local::TestOptions()),
                                           local::Local("Spares", local::WithSpares())),
                         conformance::FactoryName);

}  // namespace borealis::storage
