// What the agent reads that others wrote: node states in JSON (its predecessor's file, other nodes'
// hints), the registers of slots and of TLS, a user's option fragment, the server's own words.
//
//   first byte % 7   0: a node state   1: the register "slots"   2: the same, its hash made right
//                    3: an option fragment   4: output of the server
//                    5: the register "tls"   6: the same, its hash made right
#include <algorithm>
#include <set>

#include "base/check.h"
#include "fuzz/fuzz_input.h"
#include "node/fragment.h"
#include "node/node_status.h"
#include "node/server_command.h"
#include "node/slots.h"
#include "node/tls_authority.h"
#include "snapshot/engine_position.h"

namespace borealis::node {
namespace {

constexpr size_t kTextBytesMax = 4096;

void TryStatus(std::string_view json) {
  const Result<NodeStatus> status = DecodeNodeStatus(json);
  if (!status.ok()) {
    CHECK(status.status().code() == Code::kCorruption);
    return;
  }
  CHECK(!status->name.empty() && status->agent.pid >= 0 && status->server.pid >= 0);
  for (const std::string& member : status->members) {
    CHECK(member.size() <= kTextBytesMax);
  }
  NodeStatus expected = *status;
  const Result<NodeStatus> again = DecodeNodeStatus(EncodeNodeStatus(*status));
  CHECK_OK(again);
  CHECK(again->message.size() <= kMessageBytesMax);
  expected.message = again->message;  // it may have been cut
  CHECK(*again == expected);
}

void TrySlots(ByteView bytes) {
  const Result<std::vector<SlotEntry>> slots = DecodeSlots(bytes);
  if (!slots.ok()) {
    return;
  }
  CHECK(fuzz::Same(EncodeSlots(*slots), bytes));
  std::set<std::string> names;
  uint16_t last = 0;
  for (const SlotEntry& entry : *slots) {
    CHECK(entry.slot.value > last && entry.slot.value <= 16);
    last = entry.slot.value;
    CHECK(names.insert(entry.node).second);
  }
}

void TryAuthority(ByteView bytes) {
  const Result<AuthorityState> state = DecodeAuthority(bytes);
  if (!state.ok()) return;
  CHECK(fuzz::Same(EncodeAuthority(*state), bytes));
  // Nothing opens without keys what says that it is encrypted.
  CHECK(OpenAuthority(state->signer, Uuid(), nullptr).ok() == (state->signer.data_key == 0));
}

void TryFragment(std::string_view text) {
  const auto options = ParseFragment(text, "fragment");
  if (!options.ok()) {
    CHECK(options.status().code() == Code::kInvalidArgument);
    return;
  }
  for (const ServerOption& option : *options) {
    CHECK(!option.name.empty() && option.line >= 1);
    CHECK(option.ToArgument().starts_with("--" + option.name));
    // Nothing that would end an argument in C.
    CHECK(option.ToArgument().find('\0') == std::string::npos);
  }
  static_cast<void>(CheckFragment(*options, "fragment"));
}

void TryOutput(std::string_view output) {
  const auto position = snapshot::ParseRecoveredPosition(output);
  CHECK(!position || position->history.IsNil() <= !position->seqno.IsDefined());
  const std::string line = LastErrorLine(output);
  CHECK(line.size() <= 400 && line.find('\n') == std::string::npos);
}

}  // namespace
}  // namespace borealis::node

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace borealis;        // NOLINT: a fuzz target
  using namespace borealis::node;  // NOLINT: a fuzz target
  fuzz::Input input(data, size);
  switch (input.Take<uint8_t>() % 7) {
    case 0:
      TryStatus(input.text());
      break;
    case 1:
      TrySlots(input.rest());
      break;
    case 2: {
      Bytes bytes = input.copy();
      fuzz::MakeHashRight(bytes, kSlotsSeed);
      TrySlots(bytes);
      break;
    }
    case 3:
      TryFragment(input.text());
      break;
    case 5:
      TryAuthority(input.rest());
      break;
    case 6: {
      Bytes bytes = input.copy();
      fuzz::MakeHashRight(bytes, kTlsSeed);
      TryAuthority(bytes);
      break;
    }
    default:
      TryOutput(input.text());
  }
  return 0;
}
