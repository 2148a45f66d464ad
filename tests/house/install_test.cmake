# SPDX-License-Identifier: Apache-2.0
# Installs the engine to a temporary prefix, then configures, builds and runs the consumer against it.
#   cmake -D BUILD=… -D CONSUMER=… -D WORK=… -D GENERATOR=… -D CXX=… -D CONFIG=… -P install_test.cmake
function(run)
    execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE status)
    set(output "${output}" PARENT_SCOPE)
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "failed (${status}): ${ARGN}\n${output}")
    endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix --component engine)
file(GLOB_RECURSE private_headers ${WORK}/prefix/include/*/src/*.h ${WORK}/prefix/include/*_impl.h)
if(private_headers OR NOT EXISTS ${WORK}/prefix/include/rustcask/database.h)
    message(FATAL_ERROR "not the public headers, and them alone, were installed: ${private_headers}")
endif()
run(${CMAKE_COMMAND} -S ${CONSUMER} -B ${WORK}/build -G ${GENERATOR} -DCMAKE_CXX_COMPILER=${CXX}
    -DCMAKE_BUILD_TYPE=${CONFIG} -DCMAKE_PREFIX_PATH=${WORK}/prefix
    -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF)
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${WORK}/build/consumer ${WORK}/database)
if(NOT output STREQUAL "hello\n")
    message(FATAL_ERROR "the consumer printed: ${output}")
endif()
message("an installed Rustcask can be embedded")
