import { expect, test } from "vitest";
import { DEFAULTS } from "./create";
import { fieldOfRefusal } from "./refusal";

test("a refusal belongs to the field of the parameter that it is about", () => {
  const field = (code: string, message: string, more = {}) => fieldOfRefusal(code, message, { ...DEFAULTS, ...more });
  expect(field("DBClusterAlreadyExistsFault", "There is one.")).toBe("identifier");
  expect(field("InvalidParameterValue", "The parameter MasterUserPassword is not a valid password")).toBe("password");
  expect(field("InvalidParameterValue", "The parameter MasterUsername is reserved")).toBe("user");
  expect(field("InvalidParameterValue", "Port must be from 1150 to 65535")).toBe("port");
  expect(field("InvalidGroup.Duplicate", "There is one.")).toBe("groupName");
});

test("and to the whole form, where there is no such field to be seen", () => {
  const field = (code: string, message: string, more: object) => fieldOfRefusal(code, message, { ...DEFAULTS, ...more });
  expect(field("InternalFailure", "The disk is full.", {})).toBeUndefined();
  expect(field("InvalidGroup.Duplicate", "There is one.", { easy: true })).toBeUndefined();
  expect(field("InvalidParameterValue", "The parameter MasterUserPassword", { generate: true })).toBeUndefined();
  expect(field("InvalidParameterValue", "The security group 'sg-1' does not exist", { newGroup: true })).toBeUndefined();
});
