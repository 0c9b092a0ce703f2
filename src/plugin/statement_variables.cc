#include "plugin/statement_variables.h"

#include <fmt/core.h>

#include <optional>
#include <variant>

#include "plugin/definition_guard.h"
#include "plugin/fault_effects.h"
#include "plugin/plugin_state.h"
#include "plugin/refuse.h"
#include "plugin/text_edit.h"

namespace borealis::plugin {
namespace {

// 0: done; else an error was raised.
int DoPending(abi::Thd* thd, abi::SystemVariable*, void* save, void* value) {
  long long number = 0;
  const auto* given = static_cast<abi::Value*>(value);
  if (given->as_int(given, &number) != 0) number = 0;
  const uint64_t connection = held.server->Connection(thd);
  const auto work = Pending().Take(connection, number);
  std::optional<Refusal> refusal = Refusal{kErrorNotSupported, "no_go can't be set"};
  if (work && std::holds_alternative<Refusal>(*work)) {
    refusal = std::get<Refusal>(*work);
  } else if (work) {
    if (!held.server->MayInjectFaults(thd)) return 1;
    refusal = InjectFault(std::get<FaultCommand>(*work), FindProvider(thd), connection);
  }
  if (refusal) {
    Refuse(thd, *refusal);
    return 1;
  }
  *static_cast<char*>(save) = 0;
  return 0;
}

// SET no_kill = n: an error when connection n must not be killed.
int CheckKill(abi::Thd*, abi::SystemVariable*, void* save, void* value) {
  long long number = 0;
  const auto* given = static_cast<abi::Value*>(value);
  if (given->as_int(given, &number) == 0 && held.definitions.Runs(static_cast<uint64_t>(number))) {
    Raise(KillRefused());
    return 1;
  }
  *static_cast<char*>(save) = 0;
  return 0;
}

// SET no_drain = a DrainPhase, by who may stop the server.
int SetDrain(abi::Thd* thd, abi::SystemVariable*, void* save, void* value) {
  long long number = 0;
  const auto* given = static_cast<abi::Value*>(value);
  if (given->as_int(given, &number) != 0 || number < 0 || number > kDrainPhaseMax) {
    Raise({kErrorNotSupported, fmt::format("no_drain is 0 to {}", kDrainPhaseMax)});
    return 1;
  }
  if (held.server->IsOrdinary(thd)) {
    Raise({kErrorAccessDenied, "only who may stop the server may drain it"});
    return 1;
  }
  if (!held.server->RefuseConnections(thd, number != 0)) {
    Raise({kErrorNotSupported,
           "new connections can't be refused: max_user_connections is 0 in the server's options"});
    return 1;
  }
  held.draining.Set(static_cast<DrainPhase>(number), NowMs());
  *static_cast<char*>(save) = 0;
  return 0;
}

abi::SessionBool go = {{abi::SessionBool::kFlags, "go",
                        "What a statement that must not run becomes", DoPending, nullptr},
                       0,
                       0,
                       nullptr};
abi::SessionBool kill_check = {
    {abi::SessionBool::kFlags, "kill",
     "Fails for the number of a connection that must not be killed", CheckKill, nullptr},
    0,
    0,
    nullptr};
abi::SessionBool drain = {{abi::SessionBool::kFlags, "drain",
                           "Lets clients go before a stop; see draining.h", SetDrain, nullptr},
                          0,
                          0,
                          nullptr};

}  // namespace

abi::SystemVariable* no_variables[] = {&go.header, &kill_check.header, &drain.header, nullptr};

Refusal KillRefused() {
  return {kErrorKillDenied,
          "that connection changes definitions on all servers, which can't be interrupted"};
}

}  // namespace borealis::plugin
