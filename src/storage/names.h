// Rules for names and values that every Backend applies alike, before it touches its medium.
// Each returns kInvalidArgument with a one-line message; nothing else. Pure.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/bytes.h"
#include "base/status.h"

namespace borealis::storage {

inline constexpr size_t kRegisterNameBytesMax = 64;
inline constexpr size_t kBlobNameBytesMax = 128;
inline constexpr size_t kHintBytesMax = 4096;

// [a-z0-9._-]{1,64}; hints are named like registers.
Status CheckRegisterName(std::string_view name);
// [a-z0-9._-]{1,128}
Status CheckBlobName(std::string_view name);
// At most Backend::kRegisterBytesMax.
Status CheckRegisterValue(std::string_view name, ByteView value);
// At most kHintBytesMax.
Status CheckHintValue(std::string_view name, ByteView value);

}  // namespace borealis::storage
