#include "node/export_state.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/codec.h"

namespace borealis::node {
namespace {

constexpr uint32_t kMagic = 0x53454c42;  // "BLES"
constexpr uint16_t kVersion = 1;
constexpr char kHintPrefix[] = "export.";

}  // namespace

std::string ExportHintName(const std::string& directory) {
  return fmt::format("{}{:016x}", kHintPrefix, Hash64(AsBytes(directory), 0));
}

Bytes EncodeExportState(const ExportState& state) {
  Bytes bytes;
  Encoder out(bytes);
  out.Int(kMagic);
  out.Int(kVersion);
  out.Int(uint16_t{0});
  out.Text(std::string_view(state.directory).substr(0, kExportDirectoryBytesMax));
  out.Int(state.every_minutes);
  out.Int(state.until.value);
  out.Int(state.until_time_us);
  out.Int(state.succeeded_us);
  out.Int(state.failed_us);
  out.Text(std::string_view(state.failure).substr(0, kExportFailureBytesMax));
  out.Int(Hash64(bytes, kExportStateSeed));
  return bytes;
}

Result<ExportState> DecodeExportState(ByteView bytes) {
  Decoder in(bytes);
  const auto magic = in.Int<uint32_t>();
  const auto version = in.Int<uint16_t>();
  if (in.ok() && magic == kMagic && version > kVersion) {
    return Status(Code::kUnsupported, "the state of an export is of a newer release");
  }
  const auto zero = in.Int<uint16_t>();
  ExportState state;
  state.directory = in.Text();
  state.every_minutes = in.Int<uint32_t>();
  state.until.value = in.Int<int64_t>();
  state.until_time_us = in.Int<int64_t>();
  state.succeeded_us = in.Int<int64_t>();
  state.failed_us = in.Int<int64_t>();
  state.failure = in.Text();
  const auto checksum = in.Int<uint64_t>();
  if (!in.done() || magic != kMagic || version != kVersion || zero != 0 ||
      state.until < Seqno::Undefined() || state.directory.size() > kExportDirectoryBytesMax ||
      state.failure.size() > kExportFailureBytesMax ||
      checksum != Hash64(bytes.first(bytes.size() - sizeof(checksum)), kExportStateSeed)) {
    return Status(Code::kCorruption, "damaged state of an export");
  }
  return state;
}

Result<std::vector<ExportState>> ReadExportStates(storage::Backend& volume) {
  ASSIGN_OR_RETURN(const auto hints, volume.ListHints(kHintPrefix));
  std::vector<ExportState> states;
  for (const storage::Hint& hint : hints) {
    auto state = DecodeExportState(hint.value);
    if (state.ok()) states.push_back(std::move(*state));
  }
  std::ranges::sort(states, {}, &ExportState::directory);
  return states;
}

}  // namespace borealis::node
