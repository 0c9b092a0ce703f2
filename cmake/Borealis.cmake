# Build rules shared by every room.
#
#   borealis_library(NAME SOURCES a.cc b.cc DEPS base model)   -> target borealis_NAME (static, PIC)
#   borealis_plug(NAME_plug SOURCES a.cc DEPS NAME)            -> target borealis_NAME_plug: a module that the
#     server loads, everything linked in, nothing visible but what NAME.map lists
#   borealis_test(NAME SOURCES a_test.cc DEPS log)             -> target NAME, one ctest per gtest case
#   borealis_benchmark(NAME SOURCES a_bench.cc DEPS log)       -> target NAME (not a test)
#   borealis_unity(TARGET)                                      -> for other targets, see BOREALIS_UNITY
#   borealis_fuzzer(NAME SOURCES a_fuzz.cc DEPS model)         -> target NAME, only with BOREALIS_FUZZ
#
# DEPS name rooms (borealis_X) or foreign targets and libraries.
# Seeded bugs: borealis_seeded(ROOM SOURCES a.cc) compiles those files of a library a second time, with the
# bugs in them; a program with $<TARGET_OBJECTS:borealis_seeded_ROOM> has these instead of the library's.
# Nothing that is shipped does.

# For who builds once: most of a file's compile time are its headers, and here eight files of a room
# share them (a clean build takes less than half the time, one after a change longer).
option(BOREALIS_UNITY "Compile several files of a room as one" OFF)
# These are compiled alone all the same: names that are local to them are local to others, too.
set(BOREALIS_ALONE
  certification/membership_codec.cc certification/membership_test.cc
  cli/describe.cc cli/main.cc cli/node_commands.cc cli/snapshot_commands.cc
  control/actions/security_group_actions.cc control/console/machine.cc control/console/password_file.cc
  control/http/server.cc control/model/recurring_window_test.cc control/store/region_codec.cc
  control/store/store.cc
  encryption/key_table_test.cc
  log/batch_cipher_test.cc log/identity.cc log/lease.cc log/member_position.cc
  log/registers_test.cc log/segment_scan_test.cc
  node/cache_decision_test.cc node/export_state.cc
  node/lease_keeper.cc node/node_control.cc node/node_status.cc node/replica.cc
  node/server_command_test.cc node/tls_authority_test.cc
  node/upkeep.cc node/volume_export.cc node/volume_keys.cc
  plugin/guards.cc plugin/operator_rules_test.cc plugin/row_rules.cc plugin/set_rules.cc
  plugin/text_rules.cc plugin/text_rules_test.cc plugin/topology_text_test.cc
  provider/start_signal.cc
  replication/lease_table_test.cc replication/outcome_votes_test.cc
  replication/replicator_replica_test.cc replication/replicator_test.cc
  snapshot/cache_state.cc snapshot/checkpoint.cc snapshot/manifest.cc snapshot/manifest_test.cc
  storage/faulty/faulty_volume_test.cc
  storage/local/hint_store.cc storage/local/local_backend_test.cc storage/local/reserve_test.cc
  storage/local/segment_table.cc storage/local/segment_writer.cc storage/local/shared_state.cc)

option(BOREALIS_FUZZ "Build libFuzzer targets (clang only)" OFF)
set(BOREALIS_BUSY_ROOMS base model storage storage_memory storage_faulty log certification simulator)
set(BOREALIS_SANITIZE "" CACHE STRING "Value for -fsanitize=, empty for none")

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
include(GoogleTest)

add_compile_options(-Wall -Wextra -Wconversion -Werror -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of g++ 12 on std::string, std::variant and vector::resize when it optimizes (GCC bugs
  # 105651, 105562); the debug build has them on where they mean something.
  add_compile_options(-Wno-restrict -Wno-array-bounds -Wno-stringop-overflow
                      -Wno-maybe-uninitialized)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-Wthread-safety)
endif()
if(BOREALIS_SANITIZE)
  # Not optimized but for the rooms below: with -O1 the compiler takes 1.6 times as long, and only the
  # tests that run millions of steps of these gain more than that.
  add_compile_options(-fsanitize=${BOREALIS_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${BOREALIS_SANITIZE})
  if(BOREALIS_SANITIZE MATCHES "thread")
    add_compile_definitions(BOREALIS_TSAN=1)
  endif()
endif()
if(BOREALIS_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

function(_borealis_link target visibility)
  foreach(dep ${ARGN})
    if(TARGET borealis_${dep} OR EXISTS ${CMAKE_SOURCE_DIR}/src/${dep}/CMakeLists.txt)
      target_link_libraries(${target} ${visibility} borealis_${dep})
    else()
      target_link_libraries(${target} ${visibility} ${dep})
    endif()
  endforeach()
endfunction()

function(borealis_unity target)
  if(NOT BOREALIS_UNITY)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  get_target_property(sources ${target} SOURCES)
  foreach(file ${sources})
    file(RELATIVE_PATH path ${CMAKE_SOURCE_DIR}/src ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    if(path IN_LIST BOREALIS_ALONE)
      set_source_files_properties(${file} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
  endforeach()
endfunction()

function(borealis_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(borealis_${name} STATIC ${ARG_SOURCES})
  target_include_directories(borealis_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  if(BOREALIS_SANITIZE AND name IN_LIST BOREALIS_BUSY_ROOMS)
    target_compile_options(borealis_${name} PRIVATE -O1)
  endif()
  _borealis_link(borealis_${name} PUBLIC ${ARG_DEPS})
  borealis_unity(borealis_${name})
endfunction()

function(borealis_seeded name)
  cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
  add_library(borealis_seeded_${name} OBJECT ${ARG_SOURCES})
  set_source_files_properties(${ARG_SOURCES} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_compile_definitions(borealis_seeded_${name} PRIVATE BOREALIS_SEEDED_BUGS=1)
  target_link_libraries(borealis_seeded_${name} PRIVATE borealis_${name})  # for its include directories
  if(BOREALIS_SANITIZE)
    target_compile_options(borealis_seeded_${name} PRIVATE -O1)
  endif()
endfunction()

function(borealis_plug name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  string(REGEX REPLACE "_plug$" "" file ${name})
  add_library(borealis_${name} MODULE ${ARG_SOURCES})
  set_target_properties(borealis_${name} PROPERTIES OUTPUT_NAME borealis_${file})
  target_compile_definitions(borealis_${name} PRIVATE BOREALIS_VERSION="${PROJECT_VERSION}")
  _borealis_link(borealis_${name} PRIVATE ${ARG_DEPS})
  borealis_unity(borealis_${name})
  target_link_options(borealis_${name} PRIVATE
                      -Wl,--version-script=${CMAKE_CURRENT_SOURCE_DIR}/${file}.map)
  if(BOREALIS_SANITIZE)
    # A sanitizer's runtime is the program's to bring, and the server has none: whoever starts one with this
    # library has the runtime loaded before (tests/lib/sanitized_mariadbd).
    set_target_properties(borealis_${name} PROPERTIES EXCLUDE_FROM_ALL ON)
  else()
    target_link_options(borealis_${name} PRIVATE -Wl,--no-undefined)
  endif()
endfunction()

function(borealis_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})
  _borealis_link(${name} PRIVATE ${ARG_DEPS})
  target_link_libraries(${name} PRIVATE GTest::gtest GTest::gmock GTest::gtest_main)
  borealis_unity(${name})
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()

function(borealis_benchmark name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/src)
  _borealis_link(${name} PRIVATE ${ARG_DEPS})
  target_link_libraries(${name} PRIVATE benchmark::benchmark benchmark::benchmark_main)
endfunction()

function(borealis_fuzzer name)
  if(NOT BOREALIS_FUZZ)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})
  _borealis_link(${name} PRIVATE ${ARG_DEPS})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
endfunction()
