// The server's plugin interface, as far as an AUDIT plugin of MariaDB 10.11 needs it: layouts in
// our own words, asserted, because Debian ships the server's headers only with a package of 600 MB.
// The loader checks both version numbers below and the size of `Plugin`; an AUDIT plugin may be of
// any interface version 0x03xx. Events live as long as the call that brings them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace borealis::plugin::abi {

struct Thd;  // a session of the server

inline constexpr int kPluginInterfaceVersion = 0x010f;
inline constexpr int kAuditInterfaceVersion = 0x0302;
inline constexpr int kAuditPlugin = 5;
inline constexpr int kLicenseGpl = 1;
inline constexpr unsigned kMaturityStable = 5;  // the server's plugin_maturity may ask for that

struct Plugin {  // NOLINT(clang-analyzer-optin.performance.Padding): the server's layout
  int type;
  void* info;
  const char* name;
  const char* author;
  const char* description;
  int license;
  int (*init)(void*);
  int (*deinit)(void*);
  unsigned version;
  void* status_variables;
  struct SystemVariable** system_variables;
  const char* version_text;
  unsigned maturity;
};
static_assert(sizeof(Plugin) == 104 && offsetof(Plugin, init) == 48 &&
              offsetof(Plugin, system_variables) == 80 && offsetof(Plugin, maturity) == 96);

// --- Events -------------------------------------------------------------------------------------
inline constexpr unsigned kGeneralClass = 0;
inline constexpr unsigned kTableClass = 15;

struct Audit {
  int interface_version;
  void (*release_thd)(Thd*);
  void (*event_notify)(Thd*, unsigned event_class, const void* event);
  unsigned long class_mask[1];  // NOLINT(modernize-avoid-c-arrays): the server's layout
};
static_assert(sizeof(Audit) == 32);

struct GeneralEvent {
  static constexpr unsigned kLog = 0;     // before a text query is parsed
  static constexpr unsigned kStatus = 3;  // after a command
  unsigned subclass;
  int error_code;
  unsigned long thread_id;
  const char* user;
  unsigned user_length;
  const char* command;
  unsigned command_length;
  const char* query;
  unsigned query_length;
  const void* charset;
  unsigned long long time;
  unsigned long long rows;
  unsigned long long query_id;
  const char* database;
  unsigned database_length;
};
static_assert(offsetof(GeneralEvent, query) == 48 && offsetof(GeneralEvent, database) == 96 &&
              sizeof(GeneralEvent) == 112);

struct ConstString {
  const char* text;
  size_t length;
};

struct TableEvent {
  static constexpr unsigned kLock = 0;  // once for each table of a statement, before it runs
  unsigned subclass;
  unsigned long thread_id;
  const char* user;
  const char* priv_user;
  const char* priv_host;
  const char* external_user;
  const char* proxy_user;
  const char* host;
  const char* ip;
  ConstString database;
  ConstString table;
  ConstString new_database;
  ConstString new_table;
  int read_only;
  unsigned long long query_id;
};
static_assert(offsetof(TableEvent, database) == 72 && offsetof(TableEvent, read_only) == 136 &&
              sizeof(TableEvent) == 152);

// --- A session variable of type bool -------------------------------------------------------------
struct Value {  // that a statement gives
  static constexpr int kInteger = 2;
  int (*type)(const Value*);
  const char* (*as_text)(const Value*, char* buffer, int* length);
  int (*as_real)(const Value*, double*);
  int (*as_int)(const Value*, long long*);  // not 0: NULL
  int (*is_unsigned)(const Value*);
};
static_assert(offsetof(Value, as_int) == 24);

struct SystemVariable {
  int flags;
  const char* name;
  const char* comment;
  // 0: the value is fine; else an error was raised.
  int (*check)(Thd*, SystemVariable*, void* save, void* value);
  void (*update)(Thd*, SystemVariable*, void* target, const void* save);
};
struct SessionBool {
  static constexpr int kFlags = 0x0001 | 0x0100 | 0x0800;  // bool, of a session, no option
  SystemVariable header;
  int offset;
  const char default_value;
  char* (*resolve)(Thd*, int offset);
};
static_assert(sizeof(SystemVariable) == 40 && offsetof(SessionBool, default_value) == 44 &&
              sizeof(SessionBool) == 56);

struct TypeLibrary {
  unsigned count;
  const char* name;
  const char** names;  // and a null
  unsigned* lengths;
};
struct SessionEnum {
  static constexpr int kFlags = 0x0006 | 0x0100 | 0x0800;  // enum, of a session, no option
  SystemVariable header;
  int offset;
  unsigned long default_value;
  unsigned long* (*resolve)(Thd*, int offset);  // no session: the global value
  TypeLibrary* library;
};
static_assert(sizeof(TypeLibrary) == 32 && offsetof(SessionEnum, default_value) == 48 &&
              sizeof(SessionEnum) == 72);

struct GlobalText {
  static constexpr int kReadOnly = 0x0005 | 0x0200 | 0x0800;  // text, no option
  SystemVariable header;
  char** value;
  char* default_value;
};
static_assert(sizeof(GlobalText) == 56);

// --- The service that raises errors
// ---------------------------------------------------------------
struct PrintErrorService {
  void (*error)(unsigned number, unsigned long flags, ...);
  void (*printf_error)(unsigned number, const char* format, unsigned long flags, ...);
  void (*printv_error)(unsigned number, const char* format, unsigned long flags, void* arguments);
};

}  // namespace borealis::plugin::abi
