// The keys of an encrypted volume, changed by an operator while its nodes serve or while they do
// not. The master key in use is the one that the environment names (encryption/key_source.h).
//
//   add      another master key opens the volume, too
//   retire   no other master key opens it any more
//   renew    what is written is encrypted under a new data key, from the next segment and the next
//            snapshot on; what was written stays under its own
//
// Each is one compare-and-swap of the register, tried again when it loses. Adapter.
#pragma once

#include "base/clock.h"
#include "encryption/key_table.h"
#include "storage/backend.h"

namespace borealis::node {

// kInvalidArgument: the volume is not encrypted.
Result<encryption::KeyTable> LookAtKeys(storage::Backend& volume);

// kInvalidArgument: the key given is another, or it can't be done (key_table.h): one line. Nothing
// has changed then. Return the table as it is now.
Result<encryption::KeyTable> AddMasterKey(storage::Backend& volume,
                                          const encryption::KeySource& added);
Result<encryption::KeyTable> RetireOtherMasterKeys(storage::Backend& volume);
Result<encryption::KeyTable> RenewDataKey(storage::Backend& volume, const Clock& clock);

}  // namespace borealis::node
