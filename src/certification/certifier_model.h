// CertifierModel: certification written down as plainly as it can be, to test Certifier against.
//
// It remembers every record that passed and compares a new one with each of them, key by key:
// O(n^2). It has no index, no generations, no source numbers; it never forgets a member. It shares
// with the real one the values and codecs of model/ and nothing else.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "certification/certifier.h"

namespace borealis::certification {

class CertifierModel {
 public:
  explicit CertifierModel(uint32_t window) : window_(window) {}
  Outcome Certify(Seqno seqno, const Record& record);
  const View& view() const { return view_; }

 private:
  struct Past {
    int64_t seqno;
    NodeId source;
    bool isolated;
    std::vector<Key> keys;
  };

  Verdict Decide(int64_t n, const Record& record);
  bool ChangeView(int64_t n, const Record& record);
  bool Join(int64_t n, const Record& record, const Member& joining);
  bool Conflicts(int64_t n, const Record& record) const;
  int64_t NewestDependency(int64_t n, const Record& record) const;

  int64_t window_;
  int64_t barrier_ = 0;
  View view_;
  std::map<NodeId, uint64_t> highest_request_;  // of members
  std::set<NodeId> ever_;
  std::vector<Past> passed_;
};

}  // namespace borealis::certification
