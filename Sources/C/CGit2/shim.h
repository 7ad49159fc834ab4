// What ForgeGit uses of libgit2, and strlen for paths, which need not be UTF-8.
#pragma once
#include <git2.h>
#include <git2/sys/repository.h>
#include <string.h>
