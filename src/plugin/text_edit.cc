#include "plugin/text_edit.h"

#include <cstring>
#include <string>

namespace borealis::plugin {
namespace {

constexpr char kAssignment[] = "SET no_go=";
// Its name is this short for this reason.
constexpr std::string_view kVolumeStatus = "CALL borealis.v()";

bool IsVolumeStatus(const Work& work) {
  const auto* command = std::get_if<FaultCommand>(&work);
  return command != nullptr && std::holds_alternative<VolumeStatus>(*command);
}

}  // namespace

PendingWork& Pending() {
  thread_local PendingWork pending;
  return pending;
}

void Overwrite(const abi::GeneralEvent& event, size_t begin, size_t end,
               std::string_view statement) {
  char* span = const_cast<char*>(event.query) + begin;
  memset(span, ' ', end - begin);
  if (statement.size() > end - begin) statement = "?";
  memcpy(span, statement.data(), statement.size());
}

void Overwrite(const abi::GeneralEvent& event, size_t begin, size_t end, Work work) {
  if (IsVolumeStatus(work)) return Overwrite(event, begin, end, kVolumeStatus);
  const size_t number = Pending().Add(std::move(work));
  Overwrite(event, begin, end, kAssignment + std::to_string(number));
}

}  // namespace borealis::plugin
