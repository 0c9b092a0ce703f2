// Who a process is, beyond its number: what /proc tells, and the boot and namespace it lives in.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace borealis::storage::local {

// Start time of a process in clock ticks since boot; 0 when there is no such process.
uint64_t ProcessStartTime(uint64_t pid);
// State letter of one thread ('R', 'S', 'D', 'T', 't', 'Z', ...); 0 when there is none.
char ThreadState(uint64_t pid, uint32_t tid);
uint32_t CurrentTid();
// Of this boot of the kernel; changes with every reboot.
std::string BootId();
// Identity of this process's pid namespace.
uint64_t PidNamespace();

}  // namespace borealis::storage::local
