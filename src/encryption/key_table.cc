#include "encryption/key_table.h"

#include <algorithm>
#include <cstring>

#include "base/codec.h"
#include "storage/register_format.h"

namespace borealis::encryption {
namespace {

constexpr storage::RegisterFormat kKeysFormat = {.name = kKeysRegister,
                                                 .magic = 0x594b4c42,  // "BLKY"
                                                 .seed = kKeyTableSeed};
constexpr std::string_view kPurpose = "borealis key wrap";

Bytes WrapData(const Uuid& volume, uint32_t number) {
  Bytes data;
  Encoder out(data);
  out.Raw(std::as_bytes(std::span(volume.bytes)));
  out.Int(number);
  return data;
}

Bytes WrapKey(const Uuid& volume, uint32_t number, const MasterKey& master, const Secret& key) {
  return SealBox(master.key, kPurpose, WrapData(volume, number), key.bytes());
}

Result<size_t> IndexOf(const KeyTable& table, const MasterKey& master) {
  const auto found = std::ranges::find(table.masters, master.fingerprint);
  if (found != table.masters.end()) return static_cast<size_t>(found - table.masters.begin());
  std::string wanted;
  for (const uint64_t fingerprint : table.masters) {
    wanted += (wanted.empty() ? "" : " or ") + FormatFingerprint(fingerprint);
  }
  return Status(Code::kInvalidArgument,
                fmt::format("the master key given is another (its fingerprint is {}, the volume's "
                            "is {}): give the one that the volume was made with, or rotated to",
                            FormatFingerprint(master.fingerprint), wanted));
}

bool Holds(const KeyTable& table) {
  const auto distinct = [&] {
    std::vector<uint64_t> sorted = table.masters;
    std::ranges::sort(sorted);
    return std::ranges::adjacent_find(sorted) == sorted.end();
  };
  uint32_t last = 0;
  for (const WrappedKey& key : table.keys) {
    if (key.number <= last) return false;
    last = key.number;
  }
  return !table.masters.empty() && table.masters.size() <= kMastersMax && !table.keys.empty() &&
         table.keys.size() <= kDataKeysMax && !table.volume.IsNil() && distinct();
}

}  // namespace

Bytes EncodeKeyTable(const KeyTable& table) {
  CHECK(Holds(table));
  Bytes body;
  Encoder out(body);
  out.Raw(std::as_bytes(std::span(table.volume.bytes)));
  out.Int(static_cast<uint32_t>(table.masters.size()));
  for (const uint64_t fingerprint : table.masters) out.Int(fingerprint);
  out.Int(static_cast<uint32_t>(table.keys.size()));
  for (const WrappedKey& key : table.keys) {
    CHECK(key.boxes.size() == table.masters.size());
    out.Int(key.number);
    out.Int(key.created_us);
    for (const Bytes& box : key.boxes) {
      CHECK(box.size() == kWrapBytes);
      out.Raw(box);
    }
  }
  return storage::FrameRegister(kKeysFormat, body);
}

Result<KeyTable> DecodeKeyTable(ByteView bytes) {
  ASSIGN_OR_RETURN(const ByteView body, storage::RegisterBody(kKeysFormat, bytes));
  Decoder in(body);
  KeyTable table;
  const ByteView volume = in.Raw(table.volume.bytes.size());
  if (in.ok()) std::memcpy(table.volume.bytes.data(), volume.data(), volume.size());
  const auto masters = in.Count<uint32_t>(sizeof(uint64_t));
  if (masters > kMastersMax) return kKeysFormat.Damaged();
  for (uint32_t i = 0; i < masters; ++i) table.masters.push_back(in.Int<uint64_t>());
  const auto keys = in.Count<uint32_t>(12 + masters * kWrapBytes);
  for (uint32_t i = 0; i < keys; ++i) {
    WrappedKey& key = table.keys.emplace_back();
    key.number = in.Int<uint32_t>();
    key.created_us = in.Int<int64_t>();
    for (uint32_t m = 0; m < masters; ++m) {
      const ByteView box = in.Raw(kWrapBytes);
      key.boxes.emplace_back(box.begin(), box.end());
    }
  }
  if (!in.done() || !Holds(table)) return kKeysFormat.Damaged();
  return table;
}

KeyTable MakeKeyTable(const Uuid& volume, const MasterKey& master, int64_t now_us) {
  KeyTable table;
  table.volume = volume;
  table.masters = {master.fingerprint};
  CHECK_OK(AddDataKey(table, master, now_us));
  return table;
}

Result<Secret> UnwrapKey(const KeyTable& table, const WrappedKey& key, const MasterKey& master) {
  ASSIGN_OR_RETURN(const size_t index, IndexOf(table, master));
  Result<Bytes> opened =
      OpenBox(master.key, kPurpose, WrapData(table.volume, key.number), key.boxes[index]);
  if (!opened.ok() || opened->size() != kKeyBytes) {
    return Status(
        Code::kCorruption,
        fmt::format("data key {} in the volume's register \"keys\" is damaged", key.number));
  }
  Secret secret = Secret::Of(*opened);
  Wipe(*opened);
  return secret;
}

Status AddMaster(KeyTable& table, const MasterKey& master, const MasterKey& added) {
  RETURN_IF_ERROR(IndexOf(table, master).status());
  if (IndexOf(table, added).ok()) return Status::Ok();
  if (table.masters.size() >= kMastersMax) {
    return {Code::kInvalidArgument,
            fmt::format("the volume has {} master keys, as many as it can: retire the others first "
                        "(`borealis volume key retire`)",
                        table.masters.size())};
  }
  KeyTable next = table;
  next.masters.push_back(added.fingerprint);
  for (WrappedKey& key : next.keys) {
    ASSIGN_OR_RETURN(const Secret secret, UnwrapKey(table, key, master));
    key.boxes.push_back(WrapKey(table.volume, key.number, added, secret));
  }
  table = std::move(next);
  return Status::Ok();
}

Status KeepOnly(KeyTable& table, const MasterKey& master) {
  ASSIGN_OR_RETURN(const size_t index, IndexOf(table, master));
  // Nothing may be given up that the one that stays does not open.
  for (const WrappedKey& key : table.keys) {
    RETURN_IF_ERROR(UnwrapKey(table, key, master).status());
  }
  for (WrappedKey& key : table.keys) key.boxes = {std::move(key.boxes[index])};
  table.masters = {master.fingerprint};
  return Status::Ok();
}

Status AddDataKey(KeyTable& table, const MasterKey& master, int64_t now_us) {
  RETURN_IF_ERROR(IndexOf(table, master).status());
  if (table.masters.size() > 1) {
    return {Code::kInvalidArgument,
            "two master keys are valid, and a new data key can be wrapped for one only: retire the "
            "other first (`borealis volume key retire`)"};
  }
  if (table.keys.size() >= kDataKeysMax) {
    return {Code::kInvalidArgument,
            fmt::format("the volume has {} data keys, as many as it can: restore it into a new one",
                        table.keys.size())};
  }
  const uint32_t number = table.keys.empty() ? 1 : table.keys.back().number + 1;
  table.keys.push_back({.number = number,
                        .created_us = now_us,
                        .boxes = {WrapKey(table.volume, number, master, Secret::Random())}});
  return Status::Ok();
}

}  // namespace borealis::encryption
