// A volume with one bug at a time, to prove that the conformance suite can fail. It wraps the
// memory backend; each bug is one that a real implementation could have.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "storage/conformance/backend_conformance.h"

namespace borealis::storage::conformance {

struct Bug {
  std::string_view name;
  std::string_view caught_by;  // the test that must fail
};

inline constexpr std::array kBugs = {
    Bug{"SealIsNoFence", "SealReturnsTheSizeAndEndsAppendsOfEveryProcess"},
    Bug{"SealSizeIsReadEarly", "NoAppendSucceedsAfterAnySealReturned"},
    Bug{"SealAgainGrows", "SealAgainGivesTheSameSizeToEveryProcess"},
    Bug{"SealCutsLivingBytes", "CutBelowWhatALivingProcessMadeDurableIsRefused"},
    Bug{"EpochIsIgnored", "StaleOrFutureEpochIsFenced"},
    Bug{"AppendIsTwoAppends", "ConcurrentAppendsAreDenseWholeAndVisibleOnceAcknowledged"},
    Bug{"AppendIgnoresDecline", "EncoderThatDeclinesAppendsNothing"},
    Bug{"PlaceIsOffByOne", "EncoderIsToldThePlaceAndWhatIsDurable"},
    Bug{"AcknowledgesUnsynced", "AcknowledgedThingsSurviveAPowerLoss"},
    Bug{"SyncFailureIsRetried", "FailedSyncPoisonsTheSegmentForEveryProcess"},
    Bug{"DeathTearsAppend", "AppenderThatDiesInAnAppendLeavesAllOfItOrNothing"},
    Bug{"ReadIsNotClipped", "ReadIsClippedToTheDurableEnd"},
    Bug{"SegmentIdIsReused", "SegmentIdIsTakenWhateverItsEpoch"},
    Bug{"WakeUpIsLost", "EveryAppendWakesTheWaitersOfOtherProcesses"},
    Bug{"InterruptIsLost", "InterruptWakesOnlyItsOwnBackendUntilCleared"},
    Bug{"NobodyRecovers", "AfterTheLastProcessLeftTheNextOneNeedsRecovery"},
    Bug{"RecoveryLockIsMissing", "AttachingWaitsUntilRecoveryEnded"},
    Bug{"SwapIgnoresVersion", "SwapWithAnotherVersionConflictsAndChangesNothing"},
    Bug{"SwapIsNotAtomic", "OneOfManySwapsWins"},
    Bug{"VersionsStartAgain", "RegisterMadeAgainRepeatsNoVersion"},
    Bug{"NamesAreNotChecked", "RegisterNamesAreValidated"},
    Bug{"BlobIsVisibleEarly", "BlobIsInvisibleUntilItsCommit"},
    Bug{"BlobLeavesDebris", "AbandonedBlobLeavesNothing"},
    Bug{"BlobIsOverwritten", "CommitOverAnExistingBlobIsRefused"},
    Bug{"FirstHintWins", "LastHintWinsAndEveryProcessSeesIt"},
};
// The wrapper without a bug passes everything.
inline constexpr std::string_view kNoBug = "NoBug";

// What all processes on one broken volume share.
struct BrokenShared {
  std::string_view bug;
  Mutex mutex;
  std::map<SegmentId, Epoch> epochs GUARDED_BY(mutex);
  // Added to what the medium gives as versions; grows with deletions.
  std::map<std::string, uint64_t, std::less<>> version_offsets GUARDED_BY(mutex);
};

std::unique_ptr<Volume> MakeBrokenVolume(std::string_view bug);

}  // namespace borealis::storage::conformance
