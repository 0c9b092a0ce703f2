// FaultyBackend::Run and Around: a call and what befalls it. Private to this folder.
#pragma once

#include "storage/faulty/faulty_backend.h"

namespace borealis::storage {

template <typename Work>
auto FaultyBackend::Run(Fault fault, Code lost, const Work& work) -> decltype(work()) {
  switch (fault) {
    case Fault::kNoSpace:
    case Fault::kIo:
    case Fault::kUnavailable:
      return Refusal(fault);
    case Fault::kRequestLost:
      return Status(lost, "the request was lost");
    case Fault::kCrashBefore:
      Crash();
      return work();
    case Fault::kReplyLost: {
      auto result = work();
      // What was refused for a reason is told: only a success's reply is lost.
      if (result.ok()) {
        return Status(lost, "the reply was lost");
      }
      return result;
    }
    case Fault::kCrashAfter:
      static_cast<void>(work());
      Crash();
      return Status(Code::kUnavailable, "this process died in the call");
    default:
      return work();
  }
}

template <typename Work>
auto FaultyBackend::Around(Call call, const Work& work) -> decltype(work()) {
  MutexLock lock(faulty_->mutex_);
  return Run(DrawLocked(call), call == Call::kSwap ? Code::kUnknown : Code::kUnavailable, work);
}

}  // namespace borealis::storage
