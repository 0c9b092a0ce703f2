// EC2: the default VPC, its subnets, the zones. All constant.
#include <fmt/core.h>

#include <algorithm>

#include "control/actions/actions.h"
#include "control/actions/ec2_tags.h"
#include "control/model/place.h"

namespace borealis::control {
namespace {

bool Wanted(const std::vector<std::string>& ids, std::string_view id) {
  return ids.empty() || std::find(ids.begin(), ids.end(), id) != ids.end();
}

// The first of `ids` that is not among `known` is an error.
void RequireKnown(Call& call, const std::vector<std::string>& ids,
                  const std::vector<std::string>& known, const char* code, const char* kind) {
  for (const std::string& id : ids) {
    if (std::find(known.begin(), known.end(), id) != known.end()) continue;
    call.Fail(400, code, fmt::format("The {} ID '{}' does not exist", kind, id));
  }
}

void DescribeVpcs(Call& call) {
  const auto ids = call.parameters.List("VpcId");
  const Filters filters(call, {"vpc-id", "is-default", "isDefault", "state", "cidr"}, kEc2Filters);
  RequireKnown(call, ids, {std::string(kVpcId)}, "InvalidVpcID.NotFound", "vpc");
  Value list = Value::List("item");
  if (filters.Accepts("vpc-id", kVpcId) && filters.Accepts("is-default", "true") &&
      filters.Accepts("isDefault", "true") && filters.Accepts("state", "available") &&
      filters.Accepts("cidr", kVpcCidr)) {
    list.Append(Value::Record()
                    .Add("vpcId", kVpcId)
                    .Add("ownerId", kAccountId)
                    .Add("state", "available")
                    .Add("cidrBlock", kVpcCidr)
                    .Add("dhcpOptionsId", "dopt-00000001")
                    .Add("instanceTenancy", "default")
                    .Add("isDefault", true));
  }
  call.result.Add("vpcSet", std::move(list));
}

void DescribeSubnets(Call& call) {
  const auto ids = call.parameters.List("SubnetId");
  const Filters filters(
      call, {"vpc-id", "subnet-id", "availability-zone", "default-for-az", "state"}, kEc2Filters);
  std::vector<std::string> known;
  Value list = Value::List("item");
  for (const Subnet& subnet : SubnetsOf(call.settings.region)) {
    known.push_back(subnet.id);
    if (!Wanted(ids, subnet.id) || !filters.Accepts("vpc-id", kVpcId) ||
        !filters.Accepts("subnet-id", subnet.id) || !filters.Accepts("default-for-az", "true") ||
        !filters.Accepts("availability-zone", subnet.zone) ||
        !filters.Accepts("state", "available")) {
      continue;
    }
    list.Append(Value::Record()
                    .Add("subnetId", subnet.id)
                    .Add("state", "available")
                    .Add("ownerId", kAccountId)
                    .Add("vpcId", kVpcId)
                    .Add("cidrBlock", subnet.cidr)
                    .Add("availableIpAddressCount", 4091)
                    .Add("availabilityZone", subnet.zone)
                    .Add("defaultForAz", true)
                    .Add("mapPublicIpOnLaunch", false)
                    .Add("subnetArn", fmt::format("arn:aws:ec2:{}:{}:subnet/{}",
                                                  call.settings.region, kAccountId, subnet.id)));
  }
  RequireKnown(call, ids, known, "InvalidSubnetID.NotFound", "subnet");
  call.result.Add("subnetSet", std::move(list));
}

void DescribeZones(Call& call) {
  const auto names = call.parameters.List("ZoneName");
  const Filters filters(call, {"zone-name", "region-name", "state", "opt-in-status", "zone-type"},
                        kEc2Filters);
  Value list = Value::List("item");
  for (const std::string& zone : ZonesOf(call.settings.region)) {
    if (!Wanted(names, zone) || !filters.Accepts("zone-name", zone) ||
        !filters.Accepts("region-name", call.settings.region) ||
        !filters.Accepts("state", "available") ||
        !filters.Accepts("zone-type", "availability-zone") ||
        !filters.Accepts("opt-in-status", "opt-in-not-required")) {
      continue;
    }
    list.Append(Value::Record()
                    .Add("zoneName", zone)
                    .Add("zoneState", "available")
                    .Add("optInStatus", "opt-in-not-required")
                    .Add("regionName", call.settings.region)
                    .Add("zoneId", zone)
                    .Add("groupName", call.settings.region)
                    .Add("networkBorderGroup", call.settings.region)
                    .Add("zoneType", "availability-zone")
                    .Add("messageSet", Value::List("item")));
  }
  call.result.Add("availabilityZoneInfo", std::move(list));
}

// There are none: clients that delete a group ask who uses it.
void DescribeInterfaces(Call& call) { call.result.Add("networkInterfaceSet", Value::List("item")); }

}  // namespace

ActionTable NetworkActions() {
  return {{"DescribeNetworkInterfaces", DescribeInterfaces},
          {"DescribeVpcs", DescribeVpcs},
          {"DescribeSubnets", DescribeSubnets},
          {"DescribeAvailabilityZones", DescribeZones}};
}

}  // namespace borealis::control
