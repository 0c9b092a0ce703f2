// A stand-in for mariadbd in tests of the agent: takes the same command line, does what the file
// "behaviour" in the node's directory says, and serves no SQL.
//
//   (no file)         locks the tablespace, writes "health" as ready at its position, waits for
//   SIGTERM die               writes an error and exits with 1 before it is ready deaf as without
//   file, but ignores SIGTERM silent            runs and never becomes ready inconsistent N marks
//   its cache inconsistent at seqno N and aborts inside-ddl N      marks its cache unsafe at seqno
//   N and aborts broken-engines    --wsrep-recover fails
//
// --wsrep-recover prints what "engines" in the data directory holds ("<uuid>:<seqno>"), else no
// position. --help complains about an option --bad-option.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "snapshot/cache_state.h"
#include "snapshot/files.h"

namespace borealis::node {
namespace {

std::map<std::string, std::string> ParseArguments(int argc, char** argv) {
  std::map<std::string, std::string> options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const size_t equals = word.find('=');
    const auto name = std::string(word.substr(0, equals));
    options[name] = equals == std::string_view::npos ? "" : std::string(word.substr(equals + 1));
  }
  return options;
}

std::string ReadWord(const std::string& path) {
  const auto bytes = snapshot::ReadFile(path, 4096);
  std::string text = bytes.ok() ? std::string(AsText(*bytes)) : "";
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

void LockTablespace(const std::string& datadir) {
  const int fd = open((datadir + "/ibdata1").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  CHECK(fd >= 0 && fcntl(fd, F_SETLK, &lock) == 0, "another server has the data directory");
}

int Recover(const std::string& datadir, const std::string& behaviour) {
  if (behaviour == "broken-engines") {
    std::fprintf(stderr, "2026-01-01 0:00:00 0 [ERROR] InnoDB: fake tablespace is corrupt\n");
    return 1;
  }
  std::string position = ReadWord(datadir + "/engines");
  if (position.empty()) position = "00000000-0000-0000-0000-000000000000:-1";
  std::fprintf(stderr, "2026-01-01 0:00:00 0 [Note] WSREP: Recovered position: %s\n",
               position.c_str());
  return 0;
}

[[noreturn]] void Fail(const std::string& datadir, const std::string& behaviour) {
  const auto file = snapshot::CacheStateFile::Open(datadir);
  CHECK_OK(file);
  const Seqno at{std::atoll(behaviour.substr(behaviour.find(' ')).c_str())};
  if (behaviour.starts_with("inconsistent")) {
    CHECK_OK((*file)->MarkInconsistent(at, "fake row not found"));
  } else {
    CHECK_OK((*file)->MarkUnsafe(at));
  }
  std::abort();
}

int Serve(std::map<std::string, std::string>& options, const std::string& behaviour) {
  const std::string& datadir = options["--datadir"];
  LockTablespace(datadir);
  if (behaviour == "die") {
    std::fprintf(stderr, "2026-01-01 0:00:00 0 [ERROR] fake: told to die\n");
    return 1;
  }
  if (behaviour == "crash") std::abort();
  if (behaviour.starts_with("in")) Fail(datadir, behaviour);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  const std::string& start = options["--wsrep-start-position"];
  CHECK_OK(snapshot::WriteFileAtomically(datadir + "/engines", AsBytes(start),
                                         snapshot::Durability::kProcess));
  if (behaviour != "silent") {
    const std::string health = std::to_string(getpid()) + " " + start.substr(start.find(':') + 1);
    CHECK_OK(snapshot::WriteFileAtomically(datadir + "/health", AsBytes(health),
                                           snapshot::Durability::kProcess));
  }
  int signal = 0;
  do {
    sigwait(&set, &signal);
  } while (behaviour == "deaf");
  return 0;
}

int Main(int argc, char** argv) {
  auto options = ParseArguments(argc, argv);
  if (options.contains("--version")) {
    std::puts("fake_server  Ver 1.0");
    return 0;
  }
  if (options.contains("--help")) {
    if (!options.contains("--bad-option")) return 0;
    std::fprintf(stderr, "2026-01-01 0:00:00 0 [ERROR] fake: unknown variable 'bad-option'\n");
    return 7;
  }
  const std::string& datadir = options["--datadir"];
  const std::string behaviour_path = snapshot::ParentOf(datadir) + "/behaviour";
  std::string behaviour = ReadWord(behaviour_path);
  if (behaviour.starts_with("once ")) {
    behaviour = behaviour.substr(5);
    unlink(behaviour_path.c_str());
  }
  return options.contains("--wsrep-recover") ? Recover(datadir, behaviour)
                                             : Serve(options, behaviour);
}

}  // namespace
}  // namespace borealis::node

int main(int argc, char** argv) { return borealis::node::Main(argc, argv); }
