// What Swift cannot import from this library directly is wrapped here, one line a function.
#pragma once
#include <sqlite3.h>
