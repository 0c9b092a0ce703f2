#include "verify/verify.h"

#include <fmt/core.h>

#include <charconv>
#include <set>

#include "verify/catalogue.h"

namespace borealis::verify {
namespace {

struct NodeImage {
  Objects objects;
  TableSums sums;
  std::map<std::string, std::string> not_compared;
};

class Verification {
 public:
  Verification(std::vector<NodeSession>& nodes, const std::vector<Endpoint>& endpoints,
               const std::string& user, const std::function<void(const Progress&)>& progress)
      : nodes_(nodes), endpoints_(endpoints), user_(user), progress_(progress) {
    for (const NodeSession& node : nodes) report_.nodes.push_back(node.name);
  }

  Result<Report> Run() {
    RETURN_IF_ERROR(FirstRound());
    while (report_.rounds < kRoundsMax && !(suspects_.empty() && again_.empty())) {
      RETURN_IF_ERROR(AnotherRound());
    }
    for (const std::string& name : suspects_) report_.undecided[name] = "was not read while held";
    for (const auto& [table, why] : again_) report_.undecided["rows of " + table] = why;
    return report_;
  }

 private:
  Result<CommonPoint> Reach(const std::function<Status(NodeSession&)>& while_held) {
    images_.clear();
    for (const NodeSession& node : nodes_) images_[node.name];
    ASSIGN_OR_RETURN(const CommonPoint point,
                     ReachCommonPoint(nodes_, endpoints_[0], user_, while_held));
    ++report_.rounds;
    report_.held_us_max = std::max(report_.held_us_max, point.held_us_max);
    return point;
  }

  Status FirstRound() {
    ASSIGN_OR_RETURN(const CommonPoint point, Reach([](NodeSession&) { return Status::Ok(); }));
    report_.seqno = point.seqno;
    RETURN_IF_ERROR(OnAll(nodes_, [this](NodeSession& node) {
      ASSIGN_OR_RETURN(images_.at(node.name).objects, ReadObjects(node.control, {}));
      return Sum(node, nullptr);
    }));
    report_.objects = images_.begin()->second.objects.size();
    for (const auto& [name, image] : images_) {
      report_.not_compared.insert(image.not_compared.begin(), image.not_compared.end());
    }
    for (const Difference& difference : CompareObjects(ObjectsByNode())) {
      suspects_.insert(difference.what);
    }
    JudgeSums();
    return Status::Ok();
  }

  Status AnotherRound() {
    RETURN_IF_ERROR(Reach([this](NodeSession& node) {
                      if (suspects_.empty()) return Status::Ok();
                      ASSIGN_OR_RETURN(images_.at(node.name).objects,
                                       ReadObjects(node.control, suspects_));
                      return Status::Ok();
                    }).status());
    const std::map<std::string, std::string> tables = again_;
    RETURN_IF_ERROR(OnAll(nodes_, [&](NodeSession& node) { return Sum(node, &tables); }));
    for (Difference& difference : CompareObjects(ObjectsByNode())) {
      if (suspects_.contains(difference.what)) report_.differences.push_back(std::move(difference));
    }
    suspects_.clear();
    JudgeSums();
    // A table that is not everywhere has been reported as such.
    for (const Difference& difference : report_.differences) {
      constexpr std::string_view kTable = "table ";
      if (difference.what.starts_with(kTable)) again_.erase(difference.what.substr(kTable.size()));
    }
    return Status::Ok();
  }

  // All tables, or those named. Ends the snapshot.
  Status Sum(NodeSession& node, const std::map<std::string, std::string>* only) {
    NodeImage& image = images_.at(node.name);
    ASSIGN_OR_RETURN(std::vector<Table> tables, ListTables(node.control));
    std::erase_if(tables, [&](const Table& table) {
      if (only != nullptr) return !only->contains(table.QuotedName());
      if (table.HasSnapshot()) return false;
      image.not_compared["rows of " + table.QuotedName()] =
          table.kind == "SEQUENCE" ? "a sequence" : "engine " + table.engine;
      return true;
    });
    std::string lost;
    for (size_t i = 0; i < tables.size(); ++i) {
      const std::string name = tables[i].QuotedName();
      progress_({node.name, i, tables.size(), name});
      TableSum& sum = image.sums[name];
      if (!lost.empty()) {
        sum.unreadable = lost;
        continue;
      }
      auto read = SumTable(node.reader, tables[i]);
      if (!read.ok() && read.status().code() == Code::kUnavailable) return read.status();
      if (read.ok()) {
        sum = *std::move(read);
      } else {
        lost = "the snapshot was lost: " + read.status().message();
        sum.unreadable = lost;
      }
    }
    progress_({node.name, tables.size(), tables.size(), ""});
    return EndSnapshot(node, image);
  }

  // Sums count only if they were all read in one and the same transaction.
  static Status EndSnapshot(NodeSession& node, NodeImage& image) {
    ASSIGN_OR_RETURN(const auto rows, node.reader.Query("SELECT @@in_transaction"));
    if (rows.size() != 1 || rows[0][0] != "1") {
      for (auto& [name, sum] : image.sums) sum.unreadable = "the snapshot was lost";
    }
    return node.reader.Query("ROLLBACK").status();
  }

  std::map<std::string, Objects> ObjectsByNode() const {
    std::map<std::string, Objects> objects;
    for (const auto& [name, image] : images_) objects[name] = image.objects;
    return objects;
  }

  void JudgeSums() {
    std::map<std::string, TableSums> sums;
    for (const auto& [name, image] : images_) sums[name] = image.sums;
    SumsVerdict verdict = CompareSums(sums);
    report_.tables += verdict.equal.size() + verdict.different.size();
    for (const std::string& table : verdict.equal) {
      const std::string& rows = images_.begin()->second.sums.at(table).rows;
      uint64_t number = 0;
      std::from_chars(rows.data(), rows.data() + rows.size(), number);
      report_.rows += number;
    }
    for (Difference& difference : verdict.different) {
      report_.differences.push_back(std::move(difference));
    }
    again_ = std::move(verdict.again);
  }

  std::vector<NodeSession>& nodes_;
  const std::vector<Endpoint>& endpoints_;
  const std::string& user_;
  const std::function<void(const Progress&)>& progress_;
  Report report_;
  std::map<std::string, NodeImage> images_;   // by node; each thread has its own entry
  std::set<std::string> suspects_;            // objects to read again while held
  std::map<std::string, std::string> again_;  // tables to sum up again, and why
};

}  // namespace

Result<Report> Verify(const std::vector<Endpoint>& endpoints, const std::string& user,
                      const std::function<void(const Progress&)>& progress) {
  std::vector<NodeSession> nodes;
  for (const Endpoint& endpoint : endpoints) {
    auto node = NodeSession::Open(endpoint, user);
    if (!node.ok()) return node.status().WithContext(endpoint.name);
    nodes.push_back(*std::move(node));
  }
  return Verification(nodes, endpoints, user, progress).Run();
}

}  // namespace borealis::verify
