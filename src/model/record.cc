#include "model/record.h"

namespace borealis {

bool IsKnown(RecordType type) {
  switch (type) {
    case RecordType::kWriteSet:
    case RecordType::kIsolated:
    case RecordType::kView:
    case RecordType::kFragment:
    case RecordType::kFragmentRollback:
    case RecordType::kChunk:
    case RecordType::kIsolatedOutcome:
    case RecordType::kDigest:
      return true;
  }
  return false;
}

}  // namespace borealis
