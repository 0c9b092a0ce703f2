import { describe, expect, it } from "vitest";
import { backupWindowProblem, maintenanceWindowProblem } from "./validate";

describe("windows", () => {
  it("of a day have at least half an hour, and may reach over midnight", () => {
    for (const good of ["03:00-03:30", "23:45-00:15"]) expect(backupWindowProblem(good)).toBe("");
    for (const bad of ["", "03:00-03:29", "24:00-01:00", "3:00-04:00", "03:00-04:00-05:00"]) expect(backupWindowProblem(bad)).not.toBe("");
  });
  it("of a week name days", () => {
    for (const good of ["sun:04:00-sun:04:30", "sun:23:45-mon:00:15", "Tue:01:00-Wed:01:00"]) expect(maintenanceWindowProblem(good)).toBe("");
    for (const bad of ["", "04:00-05:00", "sun:04:00-sun:04:29", "sun:04:00-tue:04:00", "sux:04:00-sun:05:00", "sun-04:00-sun:05:00"]) {
      expect(maintenanceWindowProblem(bad)).not.toBe("");
    }
  });
});
