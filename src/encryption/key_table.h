// KeyTable, register "keys": the data keys of an encrypted volume, each wrapped by the master keys
// that may open it. The volume holds no key in the clear. A volume that is not encrypted has no
// such register.
//
//   keys  := u32 magic "BLKY"  u32 register version(1)  uuid volume
//            u32 number of masters  u64 fingerprint*  u32 number of keys  key*  u64 checksum
//   key   := u32 number  i64 created_us  box(64) for each master, in their order
//   box   := the data key sealed as in encryption/cipher.h, under the master key; its associated
//            data are the uuid and the number
//   checksum := Hash64(everything before, kKeyTableSeed)
//
// Invariants, checked when decoding: 1 to kMastersMax masters, all different; 1 to kDataKeysMax
// keys, numbers from 1, rising. Writers use the last key; what is encrypted names its key's number.
//
// Rotation: AddMaster lets a second master key open everything, so that processes can be moved from
// one to the other one by one; KeepOnly ends the old one. AddDataKey begins a new data key.
// Pure but for randomness.
#pragma once

#include <vector>

#include "base/uuid.h"
#include "encryption/key_source.h"

namespace borealis::encryption {

inline constexpr char kKeysRegister[] = "keys";
inline constexpr uint64_t kKeyTableSeed = 0x6b657973;
inline constexpr size_t kMastersMax = 8;
inline constexpr size_t kDataKeysMax = 1000;
inline constexpr size_t kWrapBytes = kBoxBytes + kKeyBytes;

struct WrappedKey {
  uint32_t number = 0;
  int64_t created_us = 0;
  std::vector<Bytes> boxes;  // one for each master
  bool operator==(const WrappedKey&) const = default;
};

struct KeyTable {
  Uuid volume;
  std::vector<uint64_t> masters;  // fingerprints
  std::vector<WrappedKey> keys;
  bool operator==(const KeyTable&) const = default;
};

// REQUIRES: the invariants above.
Bytes EncodeKeyTable(const KeyTable& table);
// kCorruption, kUnsupported.
Result<KeyTable> DecodeKeyTable(ByteView bytes);

// One data key, one master.
KeyTable MakeKeyTable(const Uuid& volume, const MasterKey& master, int64_t now_us);

// kInvalidArgument: the master opens nothing here. kCorruption: the box is not what it sealed.
Result<Secret> UnwrapKey(const KeyTable& table, const WrappedKey& key, const MasterKey& master);

// Each is kInvalidArgument when `master` opens nothing here, and leaves the table as it was then.
// Ok at once when `added` is there.
Status AddMaster(KeyTable& table, const MasterKey& master, const MasterKey& added);
Status KeepOnly(KeyTable& table, const MasterKey& master);
// Also kInvalidArgument while there are other masters: it can't be wrapped for them.
Status AddDataKey(KeyTable& table, const MasterKey& master, int64_t now_us);

}  // namespace borealis::encryption
