// The library's border: C functions of the wsrep plug, each one short and noexcept, forwarding to
// Provider; and the symbols that the server looks up by name (provider.map).
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/log.h"
#include "faults/control.h"
#include "provider/provider.h"

namespace borealis::provider {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
constexpr int64_t kNsPerS = 1'000'000'000;
constexpr int64_t kUsPerS = 1'000'000;

// For those who have no plug: the server's plugin. A server has one provider at a time; it is freed
// when no client is left.
std::atomic<Provider*> running{nullptr};

Provider& Of(abi::Plug* plug) {
  CHECK(plug->ctx != nullptr, "called before init");
  return *static_cast<Provider*>(plug->ctx);
}

abi::LogLevel ToAbi(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
      return abi::kLogError;
    case LogLevel::kWarning:
      return abi::kLogWarn;
    case LogLevel::kInfo:
      return abi::kLogInfo;
    case LogLevel::kDebug:
      return abi::kLogDebug;
  }
  return abi::kLogInfo;
}

abi::Status Report(const Status& status, abi::Status failure) {
  if (status.ok()) return abi::kOk;
  LogError("{}", status.message());
  return failure;
}

abi::Status Init(abi::Plug* plug, const abi::InitArgs* args) noexcept {
  if (args->logger != nullptr) {
    const abi::LogCallback logger = args->logger;
    SetLogSink([logger](LogLevel level, const std::string& text) {
      logger(ToAbi(level), ("Borealis: " + text).c_str());
    });
  }
  auto provider = Provider::Create(*args);
  if (!provider.ok()) return Report(provider.status(), abi::kFatal);
  running = std::move(provider).value().release();
  plug->ctx = running;
  return abi::kOk;
}

uint32_t Capabilities(abi::Plug* plug) noexcept { return Of(plug).capabilities(); }
abi::Status OptionsSet(abi::Plug* plug, const char* text) noexcept {
  return Report(Of(plug).UpdateOptions(text == nullptr ? "" : text), abi::kWarning);
}
char* OptionsGet(abi::Plug* plug) noexcept { return strdup(Of(plug).options().ToString().c_str()); }
abi::Status EncSetKey(abi::Plug*, const abi::Buffer*) noexcept { return abi::kNotImplemented; }

abi::Status Connect(abi::Plug* plug, const char*, const char* url, const char*,
                    bool bootstrap) noexcept {
  return Report(Of(plug).Connect(url == nullptr ? "" : url, bootstrap), abi::kNodeFail);
}
abi::Status Disconnect(abi::Plug* plug) noexcept {
  Of(plug).Disconnect();
  return abi::kOk;
}
abi::Status Recv(abi::Plug* plug, void* applier) noexcept { return Of(plug).Receive(applier); }

abi::Status AssignReadView(abi::Plug*, abi::Handle*, const abi::Gtid*) noexcept { return abi::kOk; }
abi::Status Certify(abi::Plug* plug, uint64_t connection, abi::Handle* handle, uint32_t flags,
                    abi::TrxMeta* meta) noexcept {
  return Of(plug).Certify(connection, *handle, flags, *meta);
}
abi::Status CommitOrderEnter(abi::Plug* plug, const abi::Handle* handle,
                             const abi::TrxMeta* meta) noexcept {
  return Of(plug).EnterOrder(*handle, *meta);
}
abi::Status CommitOrderLeave(abi::Plug* plug, const abi::Handle* handle, const abi::TrxMeta* meta,
                             const abi::Buffer* error) noexcept {
  return Of(plug).LeaveOrder(*handle, *meta, error);
}
abi::Status Release(abi::Plug* plug, abi::Handle* handle) noexcept {
  return Of(plug).Release(*handle);
}
abi::Status ReplayTrx(abi::Plug* plug, const abi::Handle* handle, void* applier) noexcept {
  return Of(plug).Replay(*handle, applier);
}
abi::Status AbortCertification(abi::Plug* plug, int64_t bf_seqno, uint64_t victim,
                               int64_t* victim_seqno) noexcept {
  return Of(plug).AbortCertification(bf_seqno, victim, victim_seqno);
}
abi::Status Rollback(abi::Plug* plug, uint64_t trx, const abi::Buffer*) noexcept {
  return Of(plug).Rollback(trx);
}
abi::Status AppendKey(abi::Plug* plug, abi::Handle* handle, const abi::Key* keys, size_t count,
                      abi::KeyType type, bool) noexcept {
  return Of(plug).AppendKeys(*handle, keys, count, static_cast<KeyType>(type));
}
abi::Status AppendData(abi::Plug* plug, abi::Handle* handle, const abi::Buffer* data, size_t count,
                       abi::DataType type, bool) noexcept {
  return type == abi::kDataOrdered ? Of(plug).AppendData(*handle, data, count) : abi::kOk;
}

abi::Status SyncWait(abi::Plug* plug, abi::Gtid* upto, int timeout_s, abi::Gtid* out) noexcept {
  return Of(plug).SyncWait(upto, timeout_s, out);
}
abi::Status LastCommittedId(abi::Plug* plug, abi::Gtid* out) noexcept {
  return Of(plug).LastCommitted(out);
}
abi::Status FreeConnection(abi::Plug*, uint64_t) noexcept { return abi::kOk; }
abi::Status ToExecuteStart(abi::Plug* plug, uint64_t connection, const abi::Key* keys,
                           size_t keys_num, const abi::Buffer* action, size_t count, uint32_t flags,
                           abi::TrxMeta* meta) noexcept {
  return Of(plug).IsolationStart(connection, keys, keys_num, action, count, flags, *meta);
}
abi::Status ToExecuteEnd(abi::Plug* plug, uint64_t connection, const abi::Buffer* error) noexcept {
  return Of(plug).IsolationEnd(connection, error);
}

abi::Status PreorderedCollect(abi::Plug*, void*, const abi::Buffer*, size_t, bool) noexcept {
  return abi::kNotImplemented;
}
abi::Status PreorderedCommit(abi::Plug*, void*, const abi::UuidBytes*, uint32_t, int,
                             bool) noexcept {
  return abi::kNotImplemented;
}
// State transfer is not the provider's: the node agent restores a snapshot before the server
// starts.
abi::Status SstSent(abi::Plug*, const abi::Gtid*, int) noexcept { return abi::kOk; }
abi::Status SstReceived(abi::Plug*, const abi::Gtid*, const abi::Buffer*, int) noexcept {
  return abi::kOk;
}
abi::Status Snapshot(abi::Plug*, const abi::Buffer*, const char*) noexcept {
  return abi::kNotImplemented;
}

abi::StatsVar* StatsGet(abi::Plug* plug) noexcept { return Of(plug).Stats(); }
void StatsFree(abi::Plug*, abi::StatsVar* vars) noexcept { Provider::FreeStats(vars); }
void StatsReset(abi::Plug*) noexcept {}

int64_t Pause(abi::Plug* plug) noexcept { return Of(plug).Pause(); }
abi::Status Resume(abi::Plug* plug) noexcept { return Of(plug).Resume(); }
abi::Status Desync(abi::Plug* plug) noexcept { return Of(plug).Desync(); }
abi::Status Resync(abi::Plug* plug) noexcept { return Of(plug).Resync(); }
abi::Status Lock(abi::Plug*, const char*, bool, uint64_t, int64_t) noexcept {
  return abi::kNotImplemented;
}
abi::Status Unlock(abi::Plug*, const char*, uint64_t) noexcept { return abi::kOk; }
bool IsLocked(abi::Plug*, const char*, uint64_t*, abi::UuidBytes*) noexcept { return false; }

void Free(abi::Plug* plug) noexcept {
  running = nullptr;
  delete static_cast<Provider*>(plug->ctx);
  plug->ctx = nullptr;
  SetLogSink(nullptr);
}

const abi::Plug kPlug = {
    abi::kInterfaceVersion,
    Init,
    Capabilities,
    OptionsSet,
    OptionsGet,
    EncSetKey,
    Connect,
    Disconnect,
    Recv,
    AssignReadView,
    Certify,
    CommitOrderEnter,
    CommitOrderLeave,
    Release,
    ReplayTrx,
    AbortCertification,
    Rollback,
    AppendKey,
    AppendData,
    SyncWait,
    LastCommittedId,
    FreeConnection,
    ToExecuteStart,
    ToExecuteEnd,
    PreorderedCollect,
    PreorderedCommit,
    SstSent,
    SstReceived,
    Snapshot,
    StatsGet,
    StatsFree,
    StatsReset,
    Pause,
    Resume,
    Desync,
    Resync,
    Lock,
    Unlock,
    IsLocked,
    "Borealis",
    BOREALIS_VERSION,
    "Borealis developers",
    Free,
    nullptr,
    nullptr,
};

void Answered(uint64_t connection) noexcept {
  if (Provider* provider = running) provider->Answered(connection);
}
void Crash(faults::CrashPart part, uint64_t connection) noexcept {
  if (Provider* provider = running) provider->Crash(part, connection);
}

faults::VolumeParts VolumeParts() noexcept {
  const Provider* provider = running;
  return provider == nullptr ? faults::VolumeParts{} : provider->Parts();
}
void FailAppends(double percent, int64_t seconds) noexcept {
  if (Provider* provider = running) provider->disk_faults().Fail(percent, seconds * kNsPerS);
}
void CongestAppends(double percent, int64_t min_ms, int64_t max_ms, int64_t seconds) noexcept {
  if (Provider* provider = running) {
    provider->disk_faults().Congest(percent, min_ms * kNsPerMs, max_ms * kNsPerMs,
                                    seconds * kNsPerS);
  }
}
bool HoldBack(const char* node, double percent, int64_t seconds, char* reason,
              size_t bytes) noexcept {
  Provider* provider = running;
  const Status status =
      provider == nullptr
          ? Status(Code::kUnavailable, "not connected to a volume")
          : provider->HoldBack({node, percent, SystemClock().WallUs() + seconds * kUsPerS});
  if (!status.ok()) snprintf(reason, bytes, "%s", status.message().c_str());
  return status.ok();
}

void GuardDefinitions(faults::DefinitionGuard guard) noexcept { Provider::GuardDefinitions(guard); }

const faults::Control kControl = {
    faults::kControlVersion, Answered, Crash,           VolumeParts, FailAppends,
    CongestAppends,          HoldBack, GuardDefinitions};

}  // namespace
}  // namespace borealis::provider

#define BOREALIS_EXPORT extern "C" __attribute__((visibility("default")))

// NOLINTBEGIN(readability-identifier-naming): the names are the server's, and the plugin's.

// Test tools of the server look for it before they load the library.
BOREALIS_EXPORT const char* const wsrep_interface_version;
const char* const wsrep_interface_version = borealis::provider::abi::kInterfaceVersion;

// Fills in the function table. The loader has set nothing that must be kept but `dlh`.
BOREALIS_EXPORT int wsrep_loader(borealis::provider::abi::Plug* plug) noexcept {
  if (plug == nullptr) return EINVAL;
  void* const dlh = plug->dlh;
  *plug = borealis::provider::kPlug;
  plug->dlh = dlh;
  return 0;
}

BOREALIS_EXPORT const borealis::faults::Control* borealis_control() noexcept {
  return &borealis::provider::kControl;
}

// The server refuses a provider without them. There are no peers whose addresses could be allowed.
BOREALIS_EXPORT int wsrep_init_allowlist_service_v1(void*) noexcept { return 0; }
BOREALIS_EXPORT void wsrep_deinit_allowlist_service_v1() noexcept {}
// NOLINTEND(readability-identifier-naming)
