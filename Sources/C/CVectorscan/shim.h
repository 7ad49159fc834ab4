// What ForgePatterns uses of Vectorscan.
#pragma once
#include <hs/hs.h>
