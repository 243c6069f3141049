# cmake -DBUILD= -DPROGRAM= -DWORK= -DGENERATOR= -DMAKE_PROGRAM= -DCOMPILER= -DCONFIG= -P out_of_tree.cmake
# Installs the SDK into an empty prefix, puts the program beside it, copies the template out of it, and builds, validates, lists and runs the
# plugin with nothing else.
file(REMOVE_RECURSE "${WORK}")
set(prefix "${WORK}/prefix")

function(run what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${what}: ${result}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect text what)
  string(FIND "${output}" "${text}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "${what}: no \"${text}\" in\n${output}")
  endif()
endfunction()

run("install" ${CMAKE_COMMAND} --install "${BUILD}" --prefix "${prefix}" --component sdk --config "${CONFIG}")
file(COPY "${PROGRAM}" DESTINATION "${prefix}/bin")
foreach(file IN ITEMS bin/troupe include/troupe/troupe.h share/troupe/template/plugin.json)
  if(NOT EXISTS "${prefix}/${file}")
    message(FATAL_ERROR "the install tree has no ${file}")
  endif()
endforeach()

file(COPY "${prefix}/share/troupe/template/" DESTINATION "${WORK}/parrot")
run("configure" ${CMAKE_COMMAND} -S "${WORK}/parrot" -B "${WORK}/build" -G "${GENERATOR}" "-DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM}"
  "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_BUILD_TYPE=${CONFIG}"
  "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Werror")
run("build" ${CMAKE_COMMAND} --build "${WORK}/build")

set(plugin "${WORK}/build/provider.parrot.troupe")
set(ENV{XDG_CACHE_HOME} "${WORK}/cache")
set(ENV{XDG_DATA_HOME} "${WORK}/data")
set(ENV{XDG_STATE_HOME} "${WORK}/state")
set(ENV{TROUPE_PLUGIN_PATH} "${WORK}/build")
run("validate" "${prefix}/bin/troupe" plugins validate "${plugin}")
expect("ok exports-exactly-one" "validate")
expect(" 0 failed" "validate")
run("list" "${prefix}/bin/troupe" plugins list)
expect("org.example.provider.parrot" "list")
# The template's own test is the same validation, from its build.
run("ctest" ${CMAKE_CTEST_COMMAND} --test-dir "${WORK}/build" --no-tests=error)
# The host loads it, with its probe in a child, and makes one call.
run("try" "${prefix}/bin/troupe" try org.example.provider.parrot --prompt "Polly wants a story.")
expect("Polly wants a story. Polly wants a story. Polly wants a story." "try")
