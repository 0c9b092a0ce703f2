// How fast a local volume appends: appends per second, latency, appends per sync, CPU and sleeps
// per append for some numbers of processes and threads, next to a bare loop of pwrite + fdatasync
// on the same file system, in turns. Every thread appends as soon as its last append is durable;
// one reader per process follows the segment as a server's applier does.
//
//   local_bench [--dir DIR] [--ms N] [--bytes N] [--rounds N] [--no-readers] [PxT ...]
//     --dir    where to put volumes (default: the system's place for temporary files)
//     --ms     length of one run (1000);  --bytes  size of an append (1024);  --rounds (3)
//     PxT      processes x threads (1x1 1x4 1x16 2x1 2x8 4x4)
//   local_bench --small     a fraction of a second: for CI, against bit-rot
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "base/check.h"
#include "base/log.h"
#include "storage/local/testing.h"

namespace borealis::storage::local {
namespace {

constexpr SegmentRef kSegment = {{1}, {1}};
constexpr int kBuckets = 20'000;  // of 1 us
constexpr int64_t kNsPerUs = 1000;

struct Settings {
  std::string directory = std::filesystem::temp_directory_path().string();
  int run_ms = 1000;
  size_t bytes = 1024;
  int rounds = 3;
  bool readers = true;
  std::vector<std::pair<int, int>> shapes;
};

// Shared between the processes of a run.
struct Board {
  std::atomic<int> ready;
  std::atomic<int> go;
  std::atomic<int> stop;
  std::atomic<uint64_t> appends;
  std::atomic<uint64_t> reader_wakes;
  std::atomic<uint64_t> histogram[kBuckets];
};

Board* NewBoard() {
  void* memory =
      ::mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(memory != MAP_FAILED);
  return new (memory) Board();
}

void Note(Board& board, int64_t ns) {
  const int64_t bucket = std::min<int64_t>(ns / kNsPerUs, kBuckets - 1);
  board.histogram[bucket].fetch_add(1, std::memory_order_relaxed);
  board.appends.fetch_add(1, std::memory_order_relaxed);
}

int Percentile(const Board& board, double part) {
  const auto target = static_cast<uint64_t>(static_cast<double>(board.appends.load()) * part);
  uint64_t seen = 0;
  for (int us = 0; us < kBuckets; ++us) {
    seen += board.histogram[us].load();
    if (seen > target) return us;
  }
  return kBuckets;
}

LocalOptions BenchOptions() {
  LocalOptions options;
  options.segment_bytes_max = 256 << 20;
  options.prepare_spares = false;
  return options;
}

void Appender(Backend& backend, Board& board, size_t bytes) {
  const Bytes batch(bytes, std::byte{42});
  while (board.stop.load(std::memory_order_relaxed) == 0) {
    const int64_t start = SystemClock().MonotonicNs();
    const AppendResult result =
        backend.Append(kSegment, [&](const AppendPlace&) { return ByteView(batch); });
    if (result.status.code() == Code::kSealed) return;  // full
    CHECK(result.outcome == AppendOutcome::kOk, "{}", result.status.ToString());
    Note(board, SystemClock().MonotonicNs() - start);
  }
}

void Reader(Backend& backend, Board& board) {
  uint64_t end = 0;
  while (backend.WaitForData(kSegment, end, kNsPerUs * 1'000'000).code() != Code::kAborted) {
    const Result<Bytes> bytes = backend.Read(kSegment, end, 1 << 20);
    CHECK_OK(bytes);
    end += bytes->size();
    board.reader_wakes.fetch_add(1, std::memory_order_relaxed);
  }
}

[[noreturn]] void RunProcess(const std::string& volume, Board& board, const Settings& settings,
                             int threads) {
  {
    const auto backend = AttachOrDie(volume, BenchOptions());
    std::vector<std::thread> appenders;
    appenders.reserve(static_cast<size_t>(threads));
    std::thread reader;
    if (settings.readers) reader = std::thread([&] { Reader(*backend, board); });
    board.ready.fetch_add(1);
    while (board.go.load() == 0) ::usleep(100);
    for (int i = 0; i < threads; ++i) {
      appenders.emplace_back([&] { Appender(*backend, board, settings.bytes); });
    }
    for (std::thread& appender : appenders) appender.join();
    backend->Interrupt();
    if (reader.joinable()) reader.join();
  }
  ::_exit(0);
}

struct Cost {
  double cpu_us = 0;
  double switches = 0;  // voluntary: a thread slept
};

Cost CostOfChildren() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  return {static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
              static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec),
          static_cast<double>(usage.ru_nvcsw)};
}

void RunShape(const Settings& settings, int processes, int threads) {
  const TestDirectory directory(settings.directory);
  CHECK_OK(LocalBackend::Create(directory.Volume(), BenchOptions()));
  // Holds the volume, so that no child finds it in need of a recovery.
  const auto backend = AttachOrDie(directory.Volume(), BenchOptions());
  CHECK_OK(backend->CreateSegment(kSegment));
  Board* board = NewBoard();
  const Cost before = CostOfChildren();
  std::vector<pid_t> children;
  for (int i = 0; i < processes; ++i) {
    const pid_t child = ::fork();
    CHECK(child >= 0);
    if (child == 0) RunProcess(directory.Volume(), *board, settings, threads);
    children.push_back(child);
  }
  while (board->ready.load() < processes) ::usleep(1000);
  const int64_t start = SystemClock().MonotonicNs();
  board->go = 1;
  ::usleep(static_cast<useconds_t>(settings.run_ms) * 1000);
  board->stop = 1;
  const double seconds = static_cast<double>(SystemClock().MonotonicNs() - start) / 1e9;
  for (const pid_t child : children) {
    int status = 0;
    CHECK(::waitpid(child, &status, 0) == child && status == 0);
  }
  const auto appends = static_cast<double>(board->appends.load());
  const Result<LocalBackend::Figures> figures = backend->FiguresOf(kSegment);
  CHECK_OK(figures);
  const Cost after = CostOfChildren();
  std::printf(
      "%dx%-3d %9.0f appends/s  p50 %5d us  p99 %5d us  %5.2f appends/sync  %5.1f us CPU  %4.2f "
      "sleeps\n",
      processes, threads, appends / seconds, Percentile(*board, 0.5), Percentile(*board, 0.99),
      static_cast<double>(figures->appends) / static_cast<double>(figures->syncs),
      (after.cpu_us - before.cpu_us) / appends, (after.switches - before.switches) / appends);
  std::fflush(stdout);
  ::munmap(board, sizeof(Board));
}

void RunBare(const Settings& settings) {
  const TestDirectory directory(settings.directory);
  const int fd = ::open((directory.path() + "/bare").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  CHECK(fd >= 0);
  const Bytes zeros(1 << 20);
  for (off_t i = 0; i < 64; ++i) {
    CHECK(::pwrite(fd, zeros.data(), zeros.size(), i << 20) == 1 << 20);
  }
  CHECK(::fsync(fd) == 0);
  const Bytes batch(settings.bytes, std::byte{42});
  Board* board = NewBoard();
  const int64_t start = SystemClock().MonotonicNs();
  const int64_t stop = start + int64_t{settings.run_ms} * 1'000'000;
  uint64_t offset = 0;
  int64_t now = start;
  while (now < stop && offset + batch.size() < (64u << 20)) {
    CHECK(::pwrite(fd, batch.data(), batch.size(), static_cast<off_t>(offset)) ==
          static_cast<ssize_t>(batch.size()));
    CHECK(::fdatasync(fd) == 0);
    offset += batch.size();
    const int64_t done = SystemClock().MonotonicNs();
    Note(*board, done - now);
    now = done;
  }
  std::printf("bare  %9.0f appends/s  p50 %5d us  p99 %5d us\n",
              static_cast<double>(board->appends.load()) * 1e9 / static_cast<double>(now - start),
              Percentile(*board, 0.5), Percentile(*board, 0.99));
  ::munmap(board, sizeof(Board));
  ::close(fd);
}

Settings Parse(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    int processes = 0;
    int threads = 0;
    if (flag == "--small") {
      settings.run_ms = 50;
      settings.rounds = 1;
      settings.shapes = {{1, 1}, {2, 4}};
    } else if (flag == "--no-readers") {
      settings.readers = false;
    } else if (std::sscanf(flag.c_str(), "%dx%d", &processes, &threads) == 2) {
      settings.shapes.emplace_back(processes, threads);
    } else if (i + 1 < argc && flag == "--dir") {
      settings.directory = argv[++i];
    } else if (i + 1 < argc && flag == "--ms") {
      settings.run_ms = std::atoi(argv[++i]);
    } else if (i + 1 < argc && flag == "--bytes") {
      settings.bytes = static_cast<size_t>(std::atoi(argv[++i]));
    } else if (i + 1 < argc && flag == "--rounds") {
      settings.rounds = std::atoi(argv[++i]);
    } else {
      std::fprintf(stderr, "local_bench: unknown flag %s; the flags are at the top of its source\n",
                   flag.c_str());
      std::exit(2);  // NOLINT(concurrency-mt-unsafe): before any thread
    }
  }
  if (settings.shapes.empty()) {
    settings.shapes = {{1, 1}, {1, 4}, {1, 16}, {2, 1}, {2, 8}, {4, 4}};
  }
  return settings;
}

}  // namespace
}  // namespace borealis::storage::local

int main(int argc, char** argv) {
  namespace local = borealis::storage::local;
  borealis::SetLogLevel(borealis::LogLevel::kError);
  const local::Settings settings = local::Parse(argc, argv);
  for (int round = 0; round < settings.rounds; ++round) {
    local::RunBare(settings);
    for (const auto& [processes, threads] : settings.shapes) {
      local::RunShape(settings, processes, threads);
    }
  }
  return 0;
}
