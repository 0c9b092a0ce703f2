// ApplyItem: a delivered record that an applier thread has to do something with, and
// ReplicationEvents: how the driver hands it to the server.
#pragma once

#include <string>

#include "replication/core.h"

namespace borealis::replication {

struct ApplyItem {
  Action action = Action::kApply;  // kApply, kDummy or kView
  Seqno seqno;
  Seqno depends_on;
  Position position;  // to load the payload again when it was dropped
  Record record;      // payload may be dropped or chunked: Replicator::LoadPayload
  View view;          // kView
};

// Implemented by the provider. Called without any lock of the driver.
class ReplicationEvents {
 public:
  virtual ~ReplicationEvents() = default;
  // From an applier thread, everything up to item.depends_on finished. Must pass commit order
  // (Replicator::EnterOrder, LeaveOrder) before it returns. An error stops the node. `exit` is set
  // when this applier thread shall end.
  virtual Status Apply(ApplyItem& item, void* applier, bool* exit) = 0;
  // From an applier thread, alone: everything before finished, nothing after started.
  virtual Status ViewChanged(const ApplyItem& item, void* applier) = 0;
  // From the ticker, about every tick_ms. Must not wait.
  virtual void Ticked() {}
  // From an applier thread: caught up with the durable end of the log.
  virtual void Synced() = 0;
  // From a thread of this node's own: too far behind to serve clients. Synced() follows when it has
  // caught up. False: the server can't be told now, ask again. Must not wait for appliers.
  virtual bool Behind() = 0;
  // From an applier thread: the last call before all appliers return.
  virtual void Closed(void* applier) = 0;
  // This node's data differs from the log's since `seqno`, which ended with `own` here (empty:
  // success). It must take no more transactions and leave; what was delivered may be finished. May
  // be called several times, with locks held. Returns, if it does, before this node left.
  virtual void Diverged(Seqno seqno, const std::string& own, const Status& reason) = 0;
  // This node must not go on. kInternal: its data differs from the log's (rebuild the cache);
  // kFenced: it was expelled; kCorruption: the log is damaged. Called with locks held: it ends the
  // process.
  [[noreturn]] virtual void Stop(const Status& reason) = 0;
};

}  // namespace borealis::replication
