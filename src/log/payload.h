// Reads back what the appender moved out of a record into chunks.
#pragma once

#include "log/segment_chain.h"

namespace borealis::log {

// The whole payload, verified against payload_hash. kCorruption; kNotFound when a chunk's segment
// was trimmed.
Result<Bytes> LoadPayload(SegmentChain& chain, const Record& record);
// Fills record.keys from record.key_chunks.
Status LoadKeys(SegmentChain& chain, Record& record);

}  // namespace borealis::log
