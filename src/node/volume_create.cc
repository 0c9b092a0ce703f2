#include "node/volume_create.h"

#include <fmt/core.h>
#include <stdlib.h>  // NOLINT: mkdtemp is POSIX, not C
#include <unistd.h>

#include "base/clock.h"
#include "encryption/key_table.h"
#include "log/identity.h"
#include "log/log.h"
#include "node/admin_schema.h"
#include "node/aurora_schema.h"
#include "node/commit_tokens.h"
#include "node/genesis.h"
#include "node/layout.h"
#include "node/process.h"
#include "node/server_command.h"
#include "node/server_process.h"
#include "node/volume.h"
#include "snapshot/publish.h"
#include "storage/local/local_backend.h"

namespace borealis::node {
namespace {

constexpr int kInstallTimeoutMs = 120'000;

// A scratch directory beside the volume, or where temporary files go; removed at the end.
class Scratch {
 public:
  static Result<std::unique_ptr<Scratch>> Make(const std::string& volume) {
    const char* temporary = getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): one thread
    const std::string fallback = temporary != nullptr ? temporary : "/tmp";
    for (const std::string& base : {volume + ".creating-", fallback + "/borealis-creating-"}) {
      std::string pattern = base + "XXXXXX";
      if (mkdtemp(pattern.data()) != nullptr) return std::make_unique<Scratch>(pattern);
    }
    return snapshot::ErrnoStatus(errno, "create a directory in", fallback);
  }
  explicit Scratch(std::string path) : path_(std::move(path)) {}
  ~Scratch() { (void)snapshot::RemoveTree(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

Status MakeSystemTables(const CreateOptions& options, const std::string& directory) {
  const std::string datadir = directory + "/data";
  // A server that starts deletes the temporary tables that it finds where its own go, those of
  // others, too.
  const std::string temporary = directory + "/tmp";
  for (const std::string& made : {datadir, temporary}) {
    RETURN_IF_ERROR(snapshot::MakeDirectory(made));
  }
  std::vector<std::string> argv = {
      options.installer,
      "--no-defaults",
      "--datadir=" + datadir,
      "--tmpdir=" + temporary,
      "--auth-root-authentication-method=socket",
      "--skip-test-db",
      "--skip-name-resolve",
      "--character-set-server=utf8mb4",
      "--collation-server=utf8mb4_general_ci",
      "--innodb-log-file-size=128M",
  };
  if (geteuid() == 0) argv.push_back("--user=root");
  argv.push_back("--auth-root-socket-user=" + options.owner);
  // The entries are for the name of the machine that happened to create the volume.
  const std::string sql = directory + "/genesis.sql";
  RETURN_IF_ERROR(snapshot::WriteFileAtomically(
      sql,
      AsBytes("DELETE FROM mysql.proxies_priv WHERE Host <> 'localhost';\n" + CommitTokenSchema() +
              AuroraSchema() + AdminSchema()),
      snapshot::Durability::kProcess));
  argv.push_back("--extra-file=" + sql);
  const std::string output = directory + "/install.log";
  ASSIGN_OR_RETURN(const ProcessEnd end, RunToEnd({argv, output}, kInstallTimeoutMs, nullptr));
  if (end == ProcessEnd{true, 0, 0}) return Status::Ok();
  return {Code::kInternal, fmt::format("{} ended with {}:\n{}", options.installer, end.ToString(),
                                       Complaints(ReadLogTail(output)))};
}

Status MakeGenesis(const CreateOptions& options, storage::Backend& volume,
                   const Progress& progress) {
  ASSIGN_OR_RETURN(const auto scratch, Scratch::Make(options.volume));
  progress("making the system tables");
  RETURN_IF_ERROR(MakeSystemTables(options, scratch->path()));
  progress("publishing snapshot 0");
  return PublishGenesis(volume, scratch->path() + "/data", options.server, scratch->path(),
                        SystemClock(), {});
}

// What an attempt that crashed left under another uuid is replaced: nothing was encrypted under it.
Status MakeKeys(storage::Backend& volume, const Uuid& uuid, const Clock& clock) {
  ASSIGN_OR_RETURN(const encryption::MasterKey master,
                   encryption::FetchMasterKey(encryption::KeySource::FromEnvironment()));
  ASSIGN_OR_RETURN(const storage::RegisterValue left,
                   volume.ReadRegister(encryption::kKeysRegister));
  const auto table = encryption::MakeKeyTable(uuid, master, clock.WallUs());
  return volume
      .SwapRegister(encryption::kKeysRegister, left.version, encryption::EncodeKeyTable(table))
      .status();
}

// As the creation that crashed began it, if there was one.
Status MakeLogOnce(const CreateOptions& options, storage::Backend& volume) {
  const auto identity = log::ReadIdentity(volume);
  if (identity.ok() && identity->encrypted() != options.encrypt) {
    return {Code::kInvalidArgument,
            fmt::format("an interrupted creation of {} was to be {}encrypted; remove it first",
                        options.volume, identity->encrypted() ? "" : "not ")};
  }
  log::Identity made;
  made.volume = Uuid::Random();
  made.certification_window = options.certification_window;
  const Status created = identity.ok() ? log::Log::Create(volume, *identity, SystemClock())
                                       : MakeLog(volume, made, options.encrypt, SystemClock());
  return created.code() == Code::kAlreadyExists ? Status::Ok() : created;
}

// True when a creation that crashed can be finished: no snapshot, and no record in the log.
Result<bool> IsUnfinished(storage::Backend& volume) {
  ASSIGN_OR_RETURN(const auto snapshots, snapshot::ListSnapshots(volume));
  if (!snapshots.empty()) return false;
  const auto identity = log::ReadIdentity(volume);
  if (identity.status().code() == Code::kNotFound) return true;
  const auto bounds = ReadLogBounds(volume);
  if (bounds.status().code() == Code::kNotFound) return true;
  RETURN_IF_ERROR(bounds.status());
  return bounds->newest == Seqno::Zero();
}

Result<Uuid> Fill(const CreateOptions& options, const Progress& progress) {
  ASSIGN_OR_RETURN(const auto volume, AttachVolume(options.volume));
  ASSIGN_OR_RETURN(const bool unfinished, IsUnfinished(*volume));
  if (!unfinished) {
    return Status(Code::kAlreadyExists, fmt::format("{} is a volume already", options.volume));
  }
  RETURN_IF_ERROR(MakeLogOnce(options, *volume));
  RETURN_IF_ERROR(snapshot::SweepSnapshots(*volume).status());
  RETURN_IF_ERROR(MakeGenesis(options, *volume, progress));
  ASSIGN_OR_RETURN(const log::Identity identity, log::ReadIdentity(*volume));
  return identity.volume;
}

Status CheckPrograms(const CreateOptions& options) {
  for (const std::string& program : {options.server, options.installer}) {
    if (access(program.c_str(), X_OK) == 0) continue;
    return {Code::kNotFound,
            fmt::format("{} can't be run; install mariadb-server, or name another with an option",
                        program)};
  }
  return Status::Ok();
}

}  // namespace

Status MakeLog(storage::Backend& volume, log::Identity identity, bool encrypt, const Clock& clock) {
  if (encrypt) {
    RETURN_IF_ERROR(MakeKeys(volume, identity.volume, clock));
    identity.format_version = log::kEncryptedFormat;
  }
  return log::Log::Create(volume, identity, clock);
}

Result<Uuid> CreateVolume(const CreateOptions& options, const Progress& progress) {
  RETURN_IF_ERROR(CheckPrograms(options));
  if (options.encrypt) {  // before anything is made
    RETURN_IF_ERROR(encryption::FetchMasterKey(encryption::KeySource::FromEnvironment()).status());
  }
  const bool existed = storage::LocalBackend::IsVolume(options.volume);
  if (!existed) {
    progress("making the volume " + options.volume);
    RETURN_IF_ERROR(storage::LocalBackend::Create(options.volume));
  }
  auto made = Fill(options, progress);
  if (!made.ok() && !existed) (void)snapshot::RemoveTree(options.volume);
  return made;
}

}  // namespace borealis::node
