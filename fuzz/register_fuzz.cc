// Files of registers in a local volume: what is accepted encodes to the same bytes; a value's name
// and its file's name are told from each other.
//
//   first byte % 3   0: a file   1: the same, its hash made right   2: the rest is a name
#include "base/check.h"
#include "fuzz/fuzz_input.h"
#include "storage/local/register_store.h"
#include "storage/local/volume_layout.h"
#include "storage/names.h"

namespace borealis::storage::local {
namespace {

constexpr std::string_view kName = "chain";

void TryFile(ByteView bytes) {
  const Result<RegisterValue> value = DecodeRegister(kName, bytes);
  if (!value.ok()) {
    return;
  }
  CHECK(value->version > 0);
  CHECK(fuzz::Same(EncodeRegister(kName, value->version, value->value), bytes));
  // Another register's file can't be taken for it.
  CHECK(!DecodeRegister("identity", bytes).ok());
}

void TryName(const std::string& name) {
  if (!CheckRegisterName(name).ok()) {
    return;
  }
  CHECK(name.find('/') == std::string::npos && name.find('\0') == std::string::npos);
  const std::string file = FileNameOf(name);
  CHECK(!IsInternalName(file));
  CHECK(NameOfFile(file) == name);
}

}  // namespace
}  // namespace borealis::storage::local

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace borealis;                  // NOLINT: a fuzz target
  using namespace borealis::storage::local;  // NOLINT: a fuzz target
  fuzz::Input input(data, size);
  const int kind = input.Take<uint8_t>() % 3;
  Bytes bytes = input.copy();
  if (kind == 2) {
    TryName(std::string(input.text()));
    return 0;
  }
  if (kind == 1) {
    // The seed is that of an empty value of this name, so it is taken from one.
    constexpr uint32_t kMagic = 0x67657262;
    fuzz::MakeHashRight(bytes, Hash64(AsBytes(kName), kMagic));
  }
  TryFile(bytes);
  return 0;
}
