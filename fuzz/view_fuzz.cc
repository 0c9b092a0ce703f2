// DecodeView and DecodeViewChange on bytes from outside: what is accepted encodes to the same
// bytes.
//
//   first byte % 2   0: the rest is a view   1: the rest is a view change
#include <algorithm>

#include "base/check.h"
#include "model/view.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace borealis;  // NOLINT(google-build-using-namespace)
  if (size == 0) {
    return 0;
  }
  const ByteView input(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  Bytes again;
  if (data[0] % 2 == 0) {
    const Result<View> view = DecodeView(input);
    if (!view.ok()) {
      return 0;
    }
    again = EncodeView(*view);
  } else {
    const Result<ViewChange> change = DecodeViewChange(input);
    if (!change.ok()) {
      return 0;
    }
    again = EncodeViewChange(*change);
  }
  CHECK(std::equal(again.begin(), again.end(), input.begin(), input.end()));
  return 0;
}
