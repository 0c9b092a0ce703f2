// Provider: records of other nodes that are applied before their turn.
//
// An applier takes a record as soon as what it depends on is finished, applies it, and waits for
// its turn with all its locks. What it depends on follows from the claims that the server makes,
// and the server does not make them all: it forgets that a deleted or moved child row named its
// parent when the check of the foreign key had to wait for a lock. So a record may hold a lock that
// one before it needs (both would wait for ever), or fail because one before it is missing.
//
// Such a record gets a second chance, with everything before it finished: what then fails differs.
#include <algorithm>

#include "base/clock.h"
#include "base/log.h"
#include "provider/outcome.h"
#include "provider/provider.h"
#include "provider/session_state.h"

namespace borealis::provider {

using replication::Pipeline;

namespace {

// A needless second chance costs what applying cost, so a slow record has more patience: at most a
// third more work.
constexpr int64_t kPatienceFactor = 3;

}  // namespace

abi::Status Provider::EnterOrderEarly(Transaction& trx) {
  replication::Replicator* replicator = this->replicator();
  const std::optional<bool> applied = SessionCommits();
  if (applied.value_or(false)) {
    const int64_t applied_ns = SystemClock().MonotonicNs() - trx.started_ns;
    const int64_t patience_ns = std::max(apply_patience_ns_.load(), kPatienceFactor * applied_ns);
    if (replicator->EnterOrderWithin(trx.seqno(), patience_ns) == Pipeline::Turn::kNotInTime) {
      trx.GiveWay();
      return abi::kTrxFail;  // rolls back
    }
  } else {
    // It did not apply. The server will note its seqno all the same, before it says so.
    replicator->EnterOrder(trx.seqno(), nullptr);
    trx.marked = applied.has_value() && cache_.BeginUnsafe(trx.seqno()).ok();
  }
  trx.Enter();
  return abi::kOk;
}

// True: what did not apply has its second chance, and keeps its turn until then.
bool Provider::GiveWayAfterError(Transaction& trx, const abi::Buffer* error) {
  const std::string text = OutcomeText(error);
  if (text.empty() || !trx.early() || !trx.marked || diverged_) return false;
  LogInfo("seqno {} did not apply before its turn ({})", trx.seqno(), text);
  replicator()->figures().gave_way.fetch_add(1);
  trx.GiveWay();
  return true;
}

Status Provider::ApplyAgain(const replication::ApplyItem& item, const ApplyCall& call) {
  LogInfo(
      "seqno {} was rolled back for the sake of earlier ones and is applied again after them (a "
      "server that cannot apply a write set says so just above; nothing is lost)",
      item.seqno);
  replicator()->WaitFinished(item.seqno.Previous());
  Transaction again(item);
  return CallServer(again, call);
}

}  // namespace borealis::provider
