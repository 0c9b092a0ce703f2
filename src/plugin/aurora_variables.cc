#include "plugin/aurora_variables.h"

#include <atomic>
#include <cstring>
#include <mutex>
#include <string>

#include "plugin/refuse.h"
#include "plugin/sql.h"

namespace borealis::plugin {
namespace {

enum Level : unsigned long { kInstanceRaw = 0, kRegionalRaw = 1 };

// Bits of wsrep_sync_wait: reads and BEGIN, UPDATE and DELETE, INSERT and REPLACE.
constexpr uint32_t kWaitForAll = 1 | 2 | 4;

std::atomic<const ServerCalls*> server{nullptr};

const char* level_names[] = {"INSTANCE_RAW", "REGIONAL_RAW", nullptr};
abi::TypeLibrary levels = {2, "", level_names, nullptr};

int CheckLevel(abi::Thd* thd, abi::SystemVariable*, void* save, void* value);
void UpdateLevel(abi::Thd* thd, abi::SystemVariable*, void* target, const void* save);

abi::SessionEnum level = {
    {abi::SessionEnum::kFlags, "mm_session_consistency_level",
     "What a statement sees: INSTANCE_RAW, what this server has applied; REGIONAL_RAW, everything "
     "committed anywhere before it began",
     CheckLevel, UpdateLevel},
    0,
    kInstanceRaw,
    nullptr,
    &levels};

char empty[] = "";
char version_text[] = BOREALIS_VERSION;
char* server_id_value = empty;
char* version_value = version_text;
abi::GlobalText server_id = {
    {abi::GlobalText::kReadOnly, "server_id", "Name of this node", nullptr, nullptr},
    &server_id_value,
    nullptr};
abi::GlobalText version = {
    {abi::GlobalText::kReadOnly, "version", "Version of Borealis", nullptr, nullptr},
    &version_value,
    nullptr};

// Whole numbers and names, in any case.
bool ReadLevel(const abi::Value& value, unsigned long& wanted) {
  if (value.type(&value) == abi::Value::kInteger) {
    long long number = -1;
    if (value.as_int(&value, &number) != 0 || number < 0 || number > 1) return false;
    wanted = static_cast<unsigned long>(number);
    return true;
  }
  char buffer[32];
  int length = sizeof(buffer);
  const char* text = value.as_text(&value, buffer, &length);
  if (text == nullptr || length < 0) return false;
  const std::string_view given(text, static_cast<size_t>(length));
  for (unsigned long n = 0; n < levels.count; ++n) {
    if (EqualsIgnoringCase(given, level_names[n])) {
      wanted = n;
      return true;
    }
  }
  return false;
}

int RefuseLevel(unsigned error, const char* words) {
  Raise({error, std::string("aurora_mm_session_consistency_level ") + words});
  return 1;
}

int RefuseInTransaction(abi::Thd* thd) {
  const ServerCalls* calls = server;
  if (calls == nullptr || !calls->IsInTransaction(thd)) return 0;
  return RefuseLevel(kErrorInTransaction, "can't change inside of a transaction");
}

int CheckLevel(abi::Thd* thd, abi::SystemVariable*, void* save, void* value) {
  unsigned long wanted = kInstanceRaw;
  if (!ReadLevel(*static_cast<abi::Value*>(value), wanted)) {
    return RefuseLevel(kErrorWrongValue, "is INSTANCE_RAW or REGIONAL_RAW");
  }
  memcpy(save, &wanted, sizeof(wanted));
  return RefuseInTransaction(thd);
}

// The value DEFAULT comes without a check.
void UpdateLevel(abi::Thd* thd, abi::SystemVariable*, void* target, const void* save) {
  if (RefuseInTransaction(thd) != 0) return;
  unsigned long wanted = kInstanceRaw;
  memcpy(&wanted, save, sizeof(wanted));
  memcpy(target, &wanted, sizeof(wanted));
  const bool global = target == level.resolve(nullptr, level.offset);
  const ServerCalls* calls = server;
  if (calls != nullptr) calls->SetSyncWait(thd, global, wanted == kRegionalRaw ? kWaitForAll : 0);
}

}  // namespace

abi::SystemVariable* aurora_variables[] = {&level.header, &server_id.header, &version.header,
                                           nullptr};

void PrepareAuroraVariables(const ServerCalls& calls, abi::Thd* thd) {
  if (server.load(std::memory_order_acquire) != nullptr) return;
  static std::once_flag once;
  std::call_once(once, [&] {
    static std::string name = calls.NodeName(thd);
    server_id_value = name.data();
    server.store(&calls, std::memory_order_release);
  });
}

}  // namespace borealis::plugin
