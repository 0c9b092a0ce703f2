// EC2: security groups and their rules, by IPv4 blocks.
#include <fmt/core.h>

#include <algorithm>

#include "control/actions/actions.h"
#include "control/actions/ec2_tags.h"
#include "control/api/signature.h"
#include "control/model/cidr.h"
#include "control/model/place.h"

namespace borealis::control {
namespace {

constexpr size_t kGroupsMax = 500;
constexpr size_t kRulesMax = 60;  // of one group

SecurityGroup* FindGroup(Call& call) {
  const std::string id = call.parameters.Text("GroupId");
  const std::string name = call.parameters.Text("GroupName");
  if (id.empty() && name.empty()) {
    call.Fail(400, "MissingParameter", "The request must contain GroupId or GroupName.");
    return nullptr;
  }
  for (auto& [key, group] : call.region.security_groups) {
    if (id.empty() ? group.name == name : key == id) return &group;
  }
  call.Fail(400, "InvalidGroup.NotFound",
            fmt::format("The security group '{}' does not exist", id.empty() ? name : id));
  return nullptr;
}

// To a group, or from it.
using Direction = std::vector<IngressRule> SecurityGroup::*;

std::string RuleId(const SecurityGroup& group, Direction direction, const IngressRule& rule) {
  const std::string text =
      fmt::format("{} {} {} {} {} {}", group.id, direction == &SecurityGroup::egress, rule.protocol,
                  rule.from_port, rule.to_port, rule.cidr);
  return "sgr-" + Sha256Hex(text).substr(0, 17);
}

// One permission without its sources: "PREFIX IpProtocol", FromPort, ToPort.
IngressRule ReadPorts(Call& call, const std::string& prefix) {
  IngressRule rule;
  rule.protocol = ToLower(call.parameters.Required(prefix + "IpProtocol"));
  if (rule.protocol == "6") rule.protocol = "tcp";
  if (rule.protocol == "-1" || rule.protocol == "all") {
    rule.protocol = "-1";
    rule.from_port = rule.to_port = -1;
    return rule;
  }
  if (rule.protocol != "tcp" && rule.protocol != "udp" && rule.protocol != "icmp") {
    call.parameters.FailValue(fmt::format("Invalid value '{}' for IP protocol.", rule.protocol));
  }
  const int lowest = rule.protocol == "icmp" ? -1 : 0;
  rule.from_port = call.parameters.Number(prefix + "FromPort", lowest, lowest, 65535);
  rule.to_port = call.parameters.Number(prefix + "ToPort", rule.from_port, lowest, 65535);
  if (rule.from_port > rule.to_port) {
    call.parameters.FailValue(
        fmt::format("Invalid TCP/UDP port range ({}:{})", rule.from_port, rule.to_port));
  }
  return rule;
}

void AddRule(Call& call, IngressRule rule, const std::string& cidr, const std::string& description,
             std::vector<IngressRule>& rules) {
  const auto block = Cidr::Parse(cidr);
  if (!block) {
    call.parameters.FailValue(fmt::format("CIDR block {} is malformed", cidr));
    return;
  }
  rule.cidr = block->ToString();
  rule.description = description.substr(0, 255);
  rules.push_back(std::move(rule));
}

std::vector<IngressRule> ReadRules(Call& call) {
  std::vector<IngressRule> rules;
  Parameters& p = call.parameters;
  if (p.Has("IpProtocol")) AddRule(call, ReadPorts(call, ""), p.Text("CidrIp"), "", rules);
  for (size_t n = 1; n <= kRulesMax; ++n) {
    const std::string prefix = fmt::format("IpPermissions.{}.", n);
    if (!p.HasUnder(fmt::format("IpPermissions.{}", n))) break;
    if (p.HasUnder(prefix + "Groups") || p.HasUnder(prefix + "Ipv6Ranges") ||
        p.HasUnder(prefix + "PrefixListIds")) {
      p.FailValue(
          "A rule names IPv4 blocks (IpRanges): no remote-ipv6-range, group or prefix list.");
    }
    const IngressRule ports = ReadPorts(call, prefix);
    for (size_t m = 1; m <= kRulesMax; ++m) {
      const std::string range = fmt::format("{}IpRanges.{}", prefix, m);
      if (!p.HasUnder(range)) break;
      AddRule(call, ports, p.Required(range + ".CidrIp"), p.Text(range + ".Description"), rules);
    }
  }
  if (rules.empty() && call.ok()) {
    call.Fail(400, "MissingParameter",
              "The request must contain a rule: IpPermissions or IpProtocol.");
  }
  return rules;
}

Value DescribeRule(const SecurityGroup& group, Direction direction, const IngressRule& rule) {
  return Value::Record()
      .Add("securityGroupRuleId", RuleId(group, direction, rule))
      .Add("groupId", group.id)
      .Add("groupOwnerId", kAccountId)
      .Add("isEgress", direction == &SecurityGroup::egress)
      .Add("ipProtocol", rule.protocol)
      .Add("fromPort", rule.from_port)
      .Add("toPort", rule.to_port)
      .Add("cidrIpv4", rule.cidr)
      .AddIfSet("description", rule.description);
}

// Rules of the same ports are one permission with several ranges, as EC2 shows them.
Value DescribePermissions(const std::vector<IngressRule>& rules) {
  Value list = Value::List("item");
  std::vector<bool> shown(rules.size());
  for (size_t i = 0; i < rules.size(); ++i) {
    if (shown[i]) continue;
    Value ranges = Value::List("item");
    for (size_t j = i; j < rules.size(); ++j) {
      IngressRule same = rules[j];
      same.cidr = rules[i].cidr;
      if (!same.SameAs(rules[i])) continue;
      shown[j] = true;
      ranges.Append(Value::Record()
                        .Add("cidrIp", rules[j].cidr)
                        .AddIfSet("description", rules[j].description));
    }
    Value record = Value::Record().Add("ipProtocol", rules[i].protocol);
    if (rules[i].protocol != "-1") {
      record.Add("fromPort", rules[i].from_port).Add("toPort", rules[i].to_port);
    }
    list.Append(record.Add("groups", Value::List("item"))
                    .Add("ipRanges", std::move(ranges))
                    .Add("ipv6Ranges", Value::List("item"))
                    .Add("prefixListIds", Value::List("item")));
  }
  return list;
}

void Create(Call& call) {
  SecurityGroup group;
  group.name = call.parameters.Required("GroupName").substr(0, 255);
  group.description = call.parameters.Required("GroupDescription").substr(0, 255);
  group.vpc = call.parameters.Has("VpcId") ? call.parameters.Text("VpcId") : std::string(kVpcId);
  group.tags = ReadEc2Tags(call);
  if (!call.ok()) return;
  if (group.vpc != kVpcId) {
    return call.Fail(400, "InvalidVpcID.NotFound",
                     fmt::format("The vpc ID '{}' does not exist", group.vpc));
  }
  for (const auto& [id, other] : call.region.security_groups) {
    if (other.name != group.name) continue;
    return call.Fail(
        400, "InvalidGroup.Duplicate",
        fmt::format("The security group '{}' already exists for VPC '{}'", group.name, group.vpc));
  }
  if (call.region.security_groups.size() >= kGroupsMax) {
    return call.Fail(400, "SecurityGroupLimitExceeded", "There are too many security groups.");
  }
  group.id = "sg-" + call.settings.random_hex(17);
  call.region.security_groups[group.id] = group;
  call.result.Add("groupId", group.id);
  AddEc2Tags(call.result, group.tags);
}

void Describe(Call& call) {
  const auto ids = call.parameters.List("GroupId");
  const auto names = call.parameters.List("GroupName");
  const Filters filters(call, {"group-id", "group-name", "vpc-id", "description"}, kEc2Filters);
  const auto& groups = call.region.security_groups;
  for (const std::string& id : ids) {
    if (groups.contains(id)) continue;
    return call.Fail(400, "InvalidGroup.NotFound",
                     fmt::format("The security group '{}' does not exist", id));
  }
  const auto among = [](const std::vector<std::string>& list, const std::string& text) {
    return list.empty() || std::find(list.begin(), list.end(), text) != list.end();
  };
  Value list = Value::List("item");
  for (const auto& [id, group] : groups) {
    if (!among(ids, id) || !among(names, group.name) || !filters.Accepts("group-id", id) ||
        !filters.Accepts("group-name", group.name) || !filters.Accepts("vpc-id", group.vpc) ||
        !filters.Accepts("description", group.description)) {
      continue;
    }
    Value record = Value::Record();
    record.Add("ownerId", kAccountId)
        .Add("groupId", id)
        .Add("groupName", group.name)
        .Add("groupDescription", group.description)
        .Add("vpcId", group.vpc)
        .Add("ipPermissions", DescribePermissions(group.ingress))
        .Add("ipPermissionsEgress", DescribePermissions(group.egress));
    AddEc2Tags(record, group.tags);
    list.Append(std::move(record));
  }
  call.result.Add("securityGroupInfo", std::move(list));
}

template <Direction direction>
void Authorize(Call& call) {
  SecurityGroup* group = FindGroup(call);
  if (group == nullptr) return;
  const std::vector<IngressRule> rules = ReadRules(call);
  Value set = Value::List("item");
  for (const IngressRule& rule : rules) {
    for (const IngressRule& other : (group->*direction)) {
      if (!rule.SameAs(other)) continue;
      return call.Fail(400, "InvalidPermission.Duplicate",
                       fmt::format("the specified rule \"peer: {}, {}, from port: {}, to port: {}, "
                                   "ALLOW\" already exists",
                                   rule.cidr, rule.protocol, rule.from_port, rule.to_port));
    }
    (group->*direction).push_back(rule);
    set.Append(DescribeRule(*group, direction, rule));
  }
  if ((group->*direction).size() > kRulesMax) {
    return call.Fail(400, "RulesPerSecurityGroupLimitExceeded",
                     fmt::format("A security group has at most {} rules.", kRulesMax));
  }
  call.result.Add("return", true).Add("securityGroupRuleSet", std::move(set));
}

template <Direction direction>
void Revoke(Call& call) {
  SecurityGroup* group = FindGroup(call);
  if (group == nullptr) return;
  const auto ids = call.parameters.List("SecurityGroupRuleId");
  for (const std::string& id : ids) {
    const size_t before = (group->*direction).size();
    std::erase_if((group->*direction),
                  [&](const IngressRule& r) { return RuleId(*group, direction, r) == id; });
    if ((group->*direction).size() != before) continue;
    return call.Fail(400, "InvalidSecurityGroupRuleId.NotFound",
                     fmt::format("The security group rule ID '{}' does not exist", id));
  }
  const auto rules = ids.empty() ? ReadRules(call) : std::vector<IngressRule>();
  for (const IngressRule& rule : rules) {
    const size_t before = (group->*direction).size();
    std::erase_if((group->*direction), [&](const IngressRule& r) { return r.SameAs(rule); });
    if ((group->*direction).size() != before) continue;
    return call.Fail(400, "InvalidPermission.NotFound",
                     "The specified rule does not exist in this security group.");
  }
  call.result.Add("return", true);
}

void Delete(Call& call) {
  const SecurityGroup* group = FindGroup(call);
  if (group == nullptr) return;
  if (group->id == kDefaultGroupId) {
    return call.Fail(400, "CannotDelete",
                     "the specified group: \"default\" cannot be deleted by a user");
  }
  for (const auto& [id, cluster] : call.region.clusters) {
    const auto& used = cluster.security_groups;
    if (std::find(used.begin(), used.end(), group->id) == used.end()) continue;
    return call.Fail(400, "DependencyViolation",
                     fmt::format("resource {} has a dependent object: cluster {}", group->id, id));
  }
  call.region.security_groups.erase(std::string(group->id));
  call.result.Add("return", true);
}

}  // namespace

ActionTable SecurityGroupActions() {
  return {{"CreateSecurityGroup", Create},
          {"DescribeSecurityGroups", Describe},
          {"AuthorizeSecurityGroupIngress", Authorize<&SecurityGroup::ingress>},
          {"RevokeSecurityGroupIngress", Revoke<&SecurityGroup::ingress>},
          {"AuthorizeSecurityGroupEgress", Authorize<&SecurityGroup::egress>},
          {"RevokeSecurityGroupEgress", Revoke<&SecurityGroup::egress>},
          {"DeleteSecurityGroup", Delete}};
}

}  // namespace borealis::control
