// Reserve: room held back for trimming a log on a full disk; clients that wait for room can't take
// it.
//
//   segments/.reserve    a zeroed file of full capacity, the segment that a trim has to start
//   .reserve.0 .. .7     64 KiB each: one is given up when a register finds the disk full
//
// Only a backend opened with LocalOptions::use_reserve takes from it.
#pragma once

#include <string>

#include "storage/local/segment_files.h"

namespace borealis::storage::local {

class Reserve {
 public:
  static constexpr int kPieces = 8;
  static constexpr uint64_t kPieceBytes = 64 << 10;

  // `root` is the volume's directory. All outlive it.
  Reserve(int root, SegmentFiles& files) : root_(root), files_(files) {}

  // Makes what is missing. kNoSpace unless as much again stays free: a disk that is nearly full is
  // left to those who have nothing else.
  Status Keep(uint64_t segment_bytes);
  // The segment under a name that is the caller's alone; empty when there is none of this size.
  std::string TakeSegment(uint64_t segment_bytes);
  // Frees one piece of the disk. False when there is none.
  bool GiveUpPiece();

 private:
  Status KeepPiece(int i);
  Status KeepSegment(uint64_t segment_bytes);

  const int root_;
  SegmentFiles& files_;
};

}  // namespace borealis::storage::local
