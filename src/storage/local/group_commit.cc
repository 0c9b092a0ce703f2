#include "storage/local/group_commit.h"

#include <cerrno>

#include "base/log.h"
#include "storage/local/futex.h"
#include "storage/local/process_identity.h"

namespace borealis::storage::local {
namespace {

SyncLane& LaneOf(SharedSegment& entry, uint32_t sync) { return entry.lanes[sync % 2]; }

// A sleeper reads the word, then raises the flag, then looks whether it must still sleep. Whoever
// takes the flag down changes the word after that: so a sleeper whose flag was taken, perhaps by
// one who was slow to wake an earlier sync, does not fall asleep on the old word.
void WakeLane(SyncLane& lane) {
  if (lane.sleepers.exchange(0) == 0) return;
  lane.word.fetch_add(1);
  FutexWake(lane.word, kWakeAll);
}

void WakeOne(SyncLane& lane) {
  if (lane.sleepers.load() == 0) return;
  lane.word.fetch_add(1);
  FutexWake(lane.word, 1);
}

// Moves the end up to `target`, unless it is frozen or belongs to another segment by now.
void Advance(SegmentHandle& handle, uint64_t target) {
  std::atomic<uint64_t>& word = handle.shared->durable;
  DurableWord durable(word.load());
  uint64_t seen = durable.word();
  while (!durable.frozen() && durable.Belongs(handle.generation) && durable.end() < target &&
         !word.compare_exchange_weak(seen, durable.WithEnd(target).word())) {
    durable = DurableWord(seen);
  }
}

}  // namespace

void WakeReaders(SharedState& state, SharedSegment& entry) {
  if (entry.readers.load() == 0) return;
  uint64_t waiting = entry.readers.exchange(0);
  while (waiting != 0) {
    const int slot = __builtin_ctzll(waiting);
    waiting &= waiting - 1;
    std::atomic<uint32_t>& word = state.slots[static_cast<size_t>(slot)].data_word;
    word.fetch_add(1);
    FutexWake(word, kWakeAll);
  }
}

GroupCommit::GroupCommit(SharedState& state, HangWatch& watch, const LocalOptions& options)
    : state_(state),
      watch_(watch),
      options_(options),
      ops_(options.file_ops != nullptr ? *options.file_ops : PosixFileOps()) {}

Status GroupCommit::MakeDurable(SegmentHandle& handle, uint64_t end, WatchedLock* held) {
  SharedSegment& entry = *handle.shared;
  const int64_t first_look_ns = int64_t{options_.first_look_ms} * 1'000'000;
  Patience patience;
  for (;;) {
    const DurableWord durable(entry.durable.load());
    if (!handle.EntryIsMine()) {
      // Sealed, and the entry given to another segment since.
      ASSIGN_OR_RETURN(const SegmentState state, handle.State());
      if (state.sealed && state.durable_end >= end) return Status::Ok();
      return {Code::kUnknown, fmt::format("segment {} ended below the bytes", handle.ref.id)};
    }
    if (durable.end() >= end) return Status::Ok();
    if (durable.frozen()) {
      return {Code::kUnknown,
              fmt::format("segment {}: {} at {}, below the bytes", handle.ref.id,
                          (entry.flags.load() & kFlagPoisoned) != 0 ? "a sync failed" : "sealed",
                          durable.end())};
    }
    const LeaderWord seen(entry.leader.load());
    LeaderWord mine(0);
    const bool steal = !seen.idle() && patience.looks > 0 && ShouldSteal(seen, patience);
    if (seen.idle() || steal) {
      if (TryLead(handle, seen, steal, mine)) Lead(handle, mine);
    } else if (Sleep(handle, end, seen, patience.looks == 0 ? first_look_ns : watch_.tick_ns())) {
      patience.looks = 0;
    } else {
      ++patience.looks;
      if (held != nullptr) held->Progress();
    }
  }
}

bool GroupCommit::ShouldSteal(LeaderWord seen, Patience& patience) {
  if (patience.word != seen.word()) {
    patience = {seen.word(), 1};
  }
  switch (watch_.FateOf(seen.slot(), seen.tid())) {
    case HangWatch::Fate::kGone:
    case HangWatch::Fate::kStopped:
      return true;
    case HangWatch::Fate::kOurs:
      return false;
    case HangWatch::Fate::kRunning:
      return patience.looks >= options_.hang_ticks;
    case HangWatch::Fate::kWaitingForDisk:
      // So would we.
      if (patience.looks % options_.hang_ticks == 0) {
        LogWarning("{}: a sync takes long ({} ticks of {} ms)", watch_.what(), patience.looks,
                   options_.tick_ms);
      }
      return patience.looks >= options_.hang_ticks_disk;
  }
  return false;
}

bool GroupCommit::TryLead(SegmentHandle& handle, LeaderWord seen, bool steal, LeaderWord& mine) {
  SharedSegment& entry = *handle.shared;
  mine = LeaderWord::Make(seen.sync() + 1, watch_.own_slot(), CurrentTid(), steal);
  uint64_t expected = seen.word();
  if (!entry.leader.compare_exchange_strong(expected, mine.word())) return false;
  if (steal) {
    uint64_t none = 0;
    entry.unfinished_sync.compare_exchange_strong(none, seen.sync());
    LogInfo("{}: took over sync {} of segment {} from attached object {}", watch_.what(),
            seen.sync(), handle.ref.id, seen.slot());
  }
  return true;
}

void GroupCommit::Lead(SegmentHandle& handle, LeaderWord mine) {
  SharedSegment& entry = *handle.shared;
  // Written before this load: covered by this sync. A thread that saw our word without a known
  // target assumes so, and merely wakes once too often when it was wrong.
  const uint64_t target = entry.written_end.load();
  entry.sync_target.store(target);
  uint64_t expected = mine.word();
  if (!entry.leader.compare_exchange_strong(expected, mine.WithTarget().word())) return;  // stolen
  mine = mine.WithTarget();
  if (DurableWord(entry.durable.load()).end() < target) {
    Reach(options_.sync_points, SyncPoint::kSyncLeading);
    const Status status = Sync(handle);
    if (!status.ok()) {
      Poison(handle, status);
    } else {
      Reach(options_.sync_points, SyncPoint::kSyncDone);
      Advance(handle, target);
      Reach(options_.sync_points, SyncPoint::kSyncPublished);
    }
  }
  Finish(entry, mine);
}

Status GroupCommit::Sync(SegmentHandle& handle) {
  SharedSegment& entry = *handle.shared;
  if (const uint64_t unfinished = entry.unfinished_sync.load(); unfinished != 0) {
    if (handle.syncs_at_open >= unfinished) {
      return {Code::kIo, fmt::format("segment {}: the outcome of sync {} died with its process",
                                     handle.ref.id, unfinished)};
    }
  }
  entry.syncs.fetch_add(1, std::memory_order_relaxed);
  if (ops_.Fdatasync(handle.fd.get()) != 0) {
    return ErrnoStatus(errno, fmt::format("segment {}: fdatasync", handle.ref.id));
  }
  entry.unfinished_sync.store(0);
  return Status::Ok();
}

void GroupCommit::Poison(SegmentHandle& handle, const Status& why) {
  SharedSegment& entry = *handle.shared;
  uint64_t seen = entry.durable.load();
  while (DurableWord(seen).Belongs(handle.generation) && !DurableWord(seen).frozen()) {
    // Flags first: whoever sees the end frozen also sees why.
    entry.flags.fetch_or(kFlagPoisoned | kFlagMustSeal);
    if (entry.durable.compare_exchange_weak(seen, DurableWord(seen).Frozen().word())) {
      LogError("{}: a failed sync is final: {}", watch_.what(), why.ToString());
      return;
    }
  }
}

void GroupCommit::Freeze(SegmentHandle& handle, uint64_t end) {
  SharedSegment& entry = *handle.shared;
  entry.flags.fetch_or(kFlagSealed);
  entry.durable = DurableWord::Make(handle.generation, end, true).word();
  WakeLane(entry.lanes[0]);
  WakeLane(entry.lanes[1]);
  WakeReaders(state_, entry);
}

void GroupCommit::Finish(SharedSegment& entry, LeaderWord mine) {
  uint64_t expected = mine.word();
  const bool was_mine = entry.leader.compare_exchange_strong(expected, mine.Idle().word());
  WakeOne(LaneOf(entry, mine.sync() + 1));
  WakeReaders(state_, entry);
  WakeLane(LaneOf(entry, mine.sync()));
  // Sleepers of a sync that was taken over lie in the other lane; so does everyone once the end is
  // frozen.
  const bool all = mine.stolen() || !was_mine || DurableWord(entry.durable.load()).frozen();
  if (all) WakeLane(LaneOf(entry, mine.sync() + 1));
}

bool GroupCommit::Sleep(SegmentHandle& handle, uint64_t end, LeaderWord seen, int64_t timeout_ns) {
  SharedSegment& entry = *handle.shared;
  const bool covered = !seen.target_known() || end <= entry.sync_target.load();
  SyncLane& lane = LaneOf(entry, covered ? seen.sync() : seen.sync() + 1);
  const uint32_t word = lane.word.load();
  lane.sleepers.store(1);
  // Unchanged: the wake-up of this sync is still to come, and finds the flag.
  if (entry.leader.load() != seen.word()) return true;
  const DurableWord durable(entry.durable.load());
  if (durable.frozen() || durable.end() >= end) return true;
  Reach(options_.sync_points, SyncPoint::kSyncSleeping);
  return FutexWait(lane.word, word, timeout_ns) != FutexResult::kTimeout;
}

}  // namespace borealis::storage::local
