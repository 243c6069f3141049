# cmake -DIN=plugin.json -DOUT=troupe_manifest.h -P embed_manifest.cmake
# Writes the manifest as an array in the section that the host reads without running a byte of the plugin.
file(READ "${IN}" hex HEX)
# Character literals: a number above 127 would not fit into a signed char.
string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
string(REGEX REPLACE "(('[^']*',){16})" "\\1\n  " bytes "${bytes}")
file(WRITE "${OUT}.new" "/* Made from plugin.json by troupe_add_plugin(). */
#ifndef TROUPE_MANIFEST_H
#define TROUPE_MANIFEST_H
#if defined(__APPLE__)
__attribute__((section(\"__DATA,__troupe_man\"), used))
#elif defined(__GNUC__)
__attribute__((section(\".troupe_manifest\"), used))
#endif
static const char troupe_manifest_bytes[] = {
  ${bytes}
};
#endif
")
file(COPY_FILE "${OUT}.new" "${OUT}" ONLY_IF_DIFFERENT)
file(REMOVE "${OUT}.new")
