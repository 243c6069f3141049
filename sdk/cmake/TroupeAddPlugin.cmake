# troupe_add_plugin(<name> MANIFEST <plugin.json> ENTRY <file> [SOURCES <file>...] [LIBRARIES <target>...] [STATIC_RUNTIME] [NO_VALIDATE])
#
# Builds <name>.troupe, which exports troupe_module_v1 and nothing else, and the object library <name>_objects: SOURCES without the
# boundary, for tests to link. STATIC_RUNTIME puts the C++ runtime into the module. Where the program troupe is known (target
# Troupe::troupe, or TROUPE_PROGRAM), a test <name>.validate runs `troupe plugins validate` on the result, unless NO_VALIDATE says that it is broken on purpose.
#
# Each flag repairs something measured: without the version script std:: templates stay exported and unique, so that the module never
# unloads and two plugins may share code; without -z,defs a missing symbol waits for its first call (a sanitizer's runtime is
# resolved by the program, so there it is left out); without -z,now a missing function shows up in the middle of a run.
include_guard(GLOBAL)

function(troupe_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "STATIC_RUNTIME;NO_VALIDATE" "MANIFEST;ENTRY" "SOURCES;LIBRARIES")
  if(NOT ARG_MANIFEST OR NOT ARG_ENTRY)
    message(FATAL_ERROR "troupe_add_plugin(${name}): MANIFEST and ENTRY are needed")
  endif()
  cmake_path(ABSOLUTE_PATH ARG_MANIFEST BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" OUTPUT_VARIABLE manifest)
  set(generated "${CMAKE_CURRENT_BINARY_DIR}/${name}_generated")
  add_custom_command(OUTPUT "${generated}/troupe_manifest.h"
    COMMAND ${CMAKE_COMMAND} -DIN=${manifest} -DOUT=${generated}/troupe_manifest.h -P "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/embed_manifest.cmake"
    COMMAND ${CMAKE_COMMAND} -E touch "${generated}/troupe_manifest.h"
    DEPENDS "${manifest}" "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/embed_manifest.cmake"
    COMMENT "Embedding the manifest of ${name}" VERBATIM)

  add_library(${name} MODULE "${ARG_ENTRY}" "${generated}/troupe_manifest.h")
  target_include_directories(${name} PRIVATE "${generated}" "${CMAKE_CURRENT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE Troupe::sdk ${ARG_LIBRARIES})
  set(targets ${name})
  if(ARG_SOURCES)
    add_library(${name}_objects OBJECT ${ARG_SOURCES})
    target_include_directories(${name}_objects PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}")
    target_link_libraries(${name}_objects PUBLIC Troupe::sdk ${ARG_LIBRARIES})
    target_link_libraries(${name} PRIVATE ${name}_objects)
    list(APPEND targets ${name}_objects)
  endif()
  set_target_properties(${targets} PROPERTIES POSITION_INDEPENDENT_CODE ON
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX ".troupe")
  foreach(target IN LISTS targets)
    target_compile_features(${target} PRIVATE cxx_std_17)
    target_compile_options(${target} PRIVATE
      $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-fno-gnu-unique>)
  endforeach()
  if(UNIX AND NOT APPLE)
    target_link_options(${name} PRIVATE LINKER:-z,now "LINKER:--version-script=${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.version")
    if(NOT "${CMAKE_CXX_FLAGS} ${CMAKE_MODULE_LINKER_FLAGS} ${CMAKE_C_FLAGS}" MATCHES "-fsanitize")
      target_link_options(${name} PRIVATE LINKER:-z,defs)
    endif()
    set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.version")
  endif()
  if(ARG_STATIC_RUNTIME)
    target_link_options(${name} PRIVATE -static-libstdc++ -static-libgcc)
  endif()

  if(ARG_NO_VALIDATE)
    return()
  endif()
  if(TARGET Troupe::troupe)
    add_test(NAME ${name}.validate COMMAND Troupe::troupe plugins validate $<TARGET_FILE:${name}>)
  elseif(TROUPE_PROGRAM)
    add_test(NAME ${name}.validate COMMAND ${TROUPE_PROGRAM} plugins validate $<TARGET_FILE:${name}>)
  endif()
endfunction()
