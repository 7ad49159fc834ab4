// What ForgePatterns uses of PCRE2, on bytes.
#pragma once
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
