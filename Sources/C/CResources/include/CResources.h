// Files that travel in the binary, by name. The bytes are constant and live as long as the program.
#pragma once
#include <stddef.h>

struct forge_resource {
    const char *name;
    const unsigned char *bytes;
    size_t count;
};

/// NULL past the last one.
const struct forge_resource *forge_resource_at(size_t index);
