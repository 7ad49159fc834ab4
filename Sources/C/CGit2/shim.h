// What ForgeGit uses of libgit2.
#pragma once
#include <git2.h>
#include <git2/sys/errors.h>
