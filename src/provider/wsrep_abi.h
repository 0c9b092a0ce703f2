// The wsrep plug of MariaDB 10.11, interface version "26", as this provider needs it: the layout of
// the structures that cross the border between server and provider, declared from the published
// interface (codership/wsrep-API, branch v26). Names are ours; sizes and offsets are asserted
// below.
//
// The server loads the library, calls `wsrep_loader` to have a Plug filled in, and then calls its
// functions from many threads. Every pointer must be set.
#pragma once

#include <cstddef>
#include <cstdint>

namespace borealis::provider::abi {

inline constexpr char kInterfaceVersion[] = "26";

// Results of most calls.
enum Status : int {
  kOk = 0,
  kWarning = 1,
  kTrxMissing = 2,
  kTrxFail = 3,  // the transaction must roll back
  kBfAbort = 4,  // aborted by an applier: roll back, replay if it was ordered
  kSizeExceeded = 5,
  kConnFail = 6,  // not possible now
  kNodeFail = 7,
  kFatal = 8,
  kNotImplemented = 9,
  kNotAllowed = 10,
};

enum CallbackStatus : int { kCallbackOk = 0, kCallbackFailure = 1 };
enum LogLevel : int { kLogFatal = 0, kLogError, kLogWarn, kLogInfo, kLogDebug };

enum Capability : uint32_t {
  kCapMultiMaster = 1u << 0,
  kCapCertification = 1u << 1,
  kCapParallelApplying = 1u << 2,
  kCapTrxReplay = 1u << 3,
  kCapIsolation = 1u << 4,
  kCapPause = 1u << 5,
  kCapCausalReads = 1u << 6,
  kCapIncrementalWriteSet = 1u << 8,
  kCapStreaming = 1u << 15,
};

enum Flag : uint32_t {
  kFlagTrxEnd = 1u << 0,
  kFlagRollback = 1u << 1,
  kFlagIsolation = 1u << 2,
  kFlagParallelUnsafe = 1u << 3,
  kFlagTrxStart = 1u << 6,
  kFlagTrxPrepare = 1u << 7,
  kFlagImplicitDeps = 1u << 9,
};
// What a transaction may come with to be certified.
inline constexpr uint32_t kFlagsCertified =
    kFlagTrxStart | kFlagTrxEnd | kFlagParallelUnsafe | kFlagImplicitDeps;

inline constexpr int64_t kSeqnoUndefined = -1;

union UuidBytes {
  uint8_t data[16];
  size_t alignment;
};
struct Gtid {
  UuidBytes uuid;
  int64_t seqno;
};
struct SourceTrx {
  UuidBytes node;
  uint64_t trx;
  uint64_t connection;
};
struct TrxMeta {
  Gtid gtid;
  SourceTrx source;
  int64_t depends_on;
};
struct Buffer {
  const void* ptr;
  size_t len;
};
struct Handle {
  uint64_t trx_id;
  void* opaque;  // ours
};
struct Key {
  const Buffer* parts;
  size_t parts_num;
};
enum KeyType : int { kKeyShared = 0, kKeyReference, kKeyUpdate, kKeyExclusive };
enum DataType : int { kDataOrdered = 0, kDataUnordered, kDataAnnotation };

inline constexpr size_t kMemberNameBytes = 32;
inline constexpr size_t kIncomingBytes = 256;
struct MemberInfo {
  UuidBytes id;
  char name[kMemberNameBytes];
  char incoming[kIncomingBytes];
};
enum ViewStatus : int { kViewPrimary = 0, kViewNonPrimary, kViewDisconnected };
struct ViewInfo {
  Gtid state_id;
  int64_t view;
  ViewStatus status;
  uint32_t capabilities;
  int my_idx;
  int memb_num;
  int proto_ver;
  MemberInfo members[1];  // memb_num of them
};

using LogCallback = void (*)(LogLevel, const char*);
using ConnectedCallback = CallbackStatus (*)(void* app, const ViewInfo*);
using ViewCallback = CallbackStatus (*)(void* app, void* applier, const ViewInfo*,
                                        const char* state, size_t state_len);
using ApplyCallback = CallbackStatus (*)(void* applier, const Handle*, uint32_t flags,
                                         const Buffer* data, const TrxMeta*, bool* exit_loop);
using SyncedCallback = CallbackStatus (*)(void* app);

struct InitArgs {
  void* app;
  const char* node_name;
  const char* node_address;
  const char* node_incoming;
  const char* data_dir;
  const char* options;
  int proto_ver;
  const Gtid* state_id;
  const Buffer* state;
  LogCallback logger;
  ConnectedCallback connected;
  ViewCallback view;
  void* sst_request;
  void* encrypt;
  ApplyCallback apply;
  void* unordered;
  void* sst_donate;
  SyncedCallback synced;
};

enum VarType : int { kVarString = 0, kVarInt64, kVarDouble };
struct StatsVar {
  const char* name;
  VarType type;
  union {
    int64_t int64;
    double real;
    const char* text;
  } value;
};

// The function table. Order and types are the interface.
struct Plug {
  const char* version;
  Status (*init)(Plug*, const InitArgs*);
  uint32_t (*capabilities)(Plug*);
  Status (*options_set)(Plug*, const char*);
  char* (*options_get)(Plug*);  // malloc'ed
  Status (*enc_set_key)(Plug*, const Buffer*);
  Status (*connect)(Plug*, const char* cluster_name, const char* cluster_url,
                    const char* state_donor, bool bootstrap);
  Status (*disconnect)(Plug*);
  Status (*recv)(Plug*, void* applier);
  Status (*assign_read_view)(Plug*, Handle*, const Gtid*);
  Status (*certify)(Plug*, uint64_t connection, Handle*, uint32_t flags, TrxMeta*);
  Status (*commit_order_enter)(Plug*, const Handle*, const TrxMeta*);
  Status (*commit_order_leave)(Plug*, const Handle*, const TrxMeta*, const Buffer* error);
  Status (*release)(Plug*, Handle*);
  Status (*replay_trx)(Plug*, const Handle*, void* applier);
  Status (*abort_certification)(Plug*, int64_t bf_seqno, uint64_t victim_trx,
                                int64_t* victim_seqno);
  Status (*rollback)(Plug*, uint64_t trx, const Buffer*);
  Status (*append_key)(Plug*, Handle*, const Key*, size_t count, KeyType, bool copy);
  Status (*append_data)(Plug*, Handle*, const Buffer*, size_t count, DataType, bool copy);
  Status (*sync_wait)(Plug*, Gtid* upto, int timeout_s, Gtid* out);
  Status (*last_committed_id)(Plug*, Gtid*);
  Status (*free_connection)(Plug*, uint64_t connection);
  Status (*to_execute_start)(Plug*, uint64_t connection, const Key*, size_t keys_num,
                             const Buffer* action, size_t count, uint32_t flags, TrxMeta*);
  Status (*to_execute_end)(Plug*, uint64_t connection, const Buffer* error);
  Status (*preordered_collect)(Plug*, void*, const Buffer*, size_t, bool);
  Status (*preordered_commit)(Plug*, void*, const UuidBytes*, uint32_t, int, bool);
  Status (*sst_sent)(Plug*, const Gtid*, int);
  Status (*sst_received)(Plug*, const Gtid*, const Buffer*, int);
  Status (*snapshot)(Plug*, const Buffer*, const char*);
  StatsVar* (*stats_get)(Plug*);
  void (*stats_free)(Plug*, StatsVar*);
  void (*stats_reset)(Plug*);
  int64_t (*pause)(Plug*);
  Status (*resume)(Plug*);
  Status (*desync)(Plug*);
  Status (*resync)(Plug*);
  Status (*lock)(Plug*, const char*, bool, uint64_t, int64_t);
  Status (*unlock)(Plug*, const char*, uint64_t);
  bool (*is_locked)(Plug*, const char*, uint64_t*, UuidBytes*);
  const char* provider_name;
  const char* provider_version;
  const char* provider_vendor;
  void (*free)(Plug*);
  void* dlh;  // the loader's
  void* ctx;  // ours
};

static_assert(sizeof(UuidBytes) == 16 && sizeof(Gtid) == 24 && sizeof(TrxMeta) == 64);
static_assert(sizeof(MemberInfo) == 304 && offsetof(ViewInfo, members) == 56);
static_assert(offsetof(ViewInfo, my_idx) == 40 && offsetof(ViewInfo, proto_ver) == 48);
static_assert(sizeof(InitArgs) == 144 && offsetof(InitArgs, state_id) == 56);
static_assert(sizeof(StatsVar) == 24);
static_assert(sizeof(Plug) == 45 * sizeof(void*) &&
              offsetof(Plug, provider_name) == 39 * sizeof(void*));

}  // namespace borealis::provider::abi
