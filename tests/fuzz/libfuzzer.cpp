// SPDX-License-Identifier: Apache-2.0
// What libFuzzer calls.
#include "fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    rustcask::fuzz::run({reinterpret_cast<const char*>(data), size});
    return 0;
}
