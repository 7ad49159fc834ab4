// What ForgeYAML uses of libyaml, all of which Swift imports as it is.
#pragma once
#include <yaml.h>
