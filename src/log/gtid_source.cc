#include "log/gtid_source.h"

#include "base/codec.h"
#include "storage/register_format.h"

namespace borealis::log {
namespace {

constexpr storage::RegisterFormat kGtidFormat = {.name = kGtidRegister,
                                                 .magic = 0x54474c42,  // "BLGT"
                                                 .seed = kGtidSourceSeed};

}  // namespace

Bytes EncodeGtidSource(const GtidSource& source) {
  Bytes body;
  Encoder out(body);
  out.Int(source.domain);
  out.Int(source.server);
  return storage::FrameRegister(kGtidFormat, body);
}

Result<GtidSource> DecodeGtidSource(ByteView bytes) {
  ASSIGN_OR_RETURN(const ByteView body, storage::RegisterBody(kGtidFormat, bytes));
  Decoder in(body);
  GtidSource source;
  source.domain = in.Int<uint32_t>();
  source.server = in.Int<uint32_t>();
  if (!in.done()) return kGtidFormat.Damaged();
  return source;
}

Result<GtidSource> AgreeOnGtidSource(storage::Backend& backend, const GtidSource& own) {
  while (true) {
    ASSIGN_OR_RETURN(const storage::RegisterValue value, backend.ReadRegister(kGtidRegister));
    if (value.version != 0) {
      auto source = DecodeGtidSource(value.value);
      if (!source.ok()) return source.status().WithContext(backend.Describe());
      return source;
    }
    const auto swapped = backend.SwapRegister(kGtidRegister, 0, EncodeGtidSource(own));
    if (swapped.ok()) return own;
    const Code code = swapped.status().code();
    if (code != Code::kConflict && code != Code::kUnknown) return swapped.status();
  }
}

}  // namespace borealis::log
