#include "log/skips.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/codec.h"
#include "storage/register_format.h"

namespace borealis::log {
namespace {

constexpr storage::RegisterFormat kSkipsFormat = {.name = kSkipsRegister,
                                                  .magic = 0x4b534c42,  // "BLSK"
                                                  .seed = kSkipsSeed};
constexpr size_t kEntryBytesMin = 8 + 8 + 4;

bool Contains(const std::vector<Skip>& skips, Seqno seqno) {
  return std::ranges::any_of(skips, [&](const Skip& skip) { return skip.seqno == seqno; });
}

}  // namespace

Bytes EncodeSkips(const std::vector<Skip>& skips) {
  Bytes body;
  Encoder out(body);
  out.Int(static_cast<uint32_t>(skips.size()));
  for (const Skip& skip : skips) {
    out.Int(skip.seqno.value);
    out.Int(skip.decided_us);
    out.Text(skip.reason);
  }
  return storage::FrameRegister(kSkipsFormat, body);
}

Result<std::vector<Skip>> DecodeSkips(ByteView bytes) {
  ASSIGN_OR_RETURN(const ByteView body, storage::RegisterBody(kSkipsFormat, bytes));
  Decoder in(body);
  const auto count = in.Count<uint32_t>(kEntryBytesMin);
  std::vector<Skip> skips;
  for (uint32_t i = 0; i < count; ++i) {
    Skip skip;
    skip.seqno.value = in.Int<int64_t>();
    skip.decided_us = in.Int<int64_t>();
    skip.reason = in.Text();
    const bool valid = skip.seqno > Seqno::Zero() && skip.reason.size() <= kSkipReasonBytesMax;
    if (!in.ok() || !valid || Contains(skips, skip.seqno)) return kSkipsFormat.Damaged();
    skips.push_back(std::move(skip));
  }
  if (!in.done() || count > kSkipsMax) return kSkipsFormat.Damaged();
  return skips;
}

Result<std::vector<Skip>> ReadSkips(storage::Backend& backend) {
  ASSIGN_OR_RETURN(const storage::RegisterValue value, backend.ReadRegister(kSkipsRegister));
  if (value.version == 0) return std::vector<Skip>();
  auto skips = DecodeSkips(value.value);
  if (!skips.ok()) return skips.status().WithContext(backend.Describe());
  return skips;
}

std::vector<Seqno> SkippedSeqnos(const std::vector<Skip>& skips) {
  std::vector<Seqno> seqnos;
  seqnos.reserve(skips.size());
  for (const Skip& skip : skips) seqnos.push_back(skip.seqno);
  return seqnos;
}

Status ServersAreAttached(const storage::Backend& backend) {
  return {Code::kInvalidArgument,
          fmt::format("servers are attached to {}: stop every node first (`borealis down`, or "
                      "`borealis node stop` for each)",
                      backend.Describe())};
}

Status SkippedAlready(Seqno seqno) {
  return {Code::kAlreadyExists, fmt::format("the record at seqno {} is skipped already", seqno)};
}

Status AddSkip(storage::Backend& backend, const Skip& skip) {
  if (!backend.NeedsRecovery()) return ServersAreAttached(backend);
  if (skip.seqno <= Seqno::Zero() || skip.reason.size() > kSkipReasonBytesMax) {
    return {Code::kInvalidArgument,
            fmt::format("a skip needs a seqno above 0 and a reason of at most {} bytes",
                        kSkipReasonBytesMax)};
  }
  ASSIGN_OR_RETURN(const storage::RegisterValue value, backend.ReadRegister(kSkipsRegister));
  std::vector<Skip> skips;
  if (value.version != 0) {
    ASSIGN_OR_RETURN(skips, DecodeSkips(value.value));
  }
  if (Contains(skips, skip.seqno)) return SkippedAlready(skip.seqno);
  if (skips.size() >= kSkipsMax) {
    return {Code::kUnavailable, fmt::format("{} records are skipped already", kSkipsMax)};
  }
  skips.push_back(skip);
  return backend.SwapRegister(kSkipsRegister, value.version, EncodeSkips(skips)).status();
}

}  // namespace borealis::log
