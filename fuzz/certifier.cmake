borealis_fuzzer(certifier_fuzz
                SOURCES certifier_fuzz.cc ${CMAKE_SOURCE_DIR}/src/certification/random_history.cc
                DEPS certification)
