// What ForgeGit uses of libgit2, and strlen for paths, which need not be UTF-8.
#pragma once
#include <git2.h>
#include <git2/sys/repository.h>
#include <string.h>

/// Variadic, which Swift does not import: https://libgit2.org/libgit2/#HEAD/group/libgit2/git_libgit2_opts
static inline int forge_git_verify_objects(int enabled) { return git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, enabled); }
