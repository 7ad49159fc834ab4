// A disk that can be full or read-only. Only root may mount one: where the tests run without, those that need it are left out.

import ForgeCore
import Glibc

@testable import ForgeStore

/// A file system in memory of a few megabytes.
final class SmallDisk: Sendable {
    let folder: StoreFolder

    /// From <sys/mount.h>: MS_REMOUNT | MS_RDONLY, and MNT_DETACH.
    private static let remountReadOnly: UInt = 32 | 1
    private static let detach: Int32 = 2

    static let canMount: Bool = {
        // Whether it can be mounted is the question: any failure means no.
        (try? SmallDisk(megabytes: 1)) != nil
    }()

    init(megabytes: Int) throws {
        folder = try StoreFolder()
        guard unsafe mount("tmpfs", folder.path, "tmpfs", 0, "size=\(megabytes)m") == 0 else {
            throw StoreError.system(errno, call: "mount")
        }
    }

    func forbidWriting() throws {
        guard unsafe mount("tmpfs", folder.path, "tmpfs", Self.remountReadOnly, nil) == 0 else {
            throw StoreError.system(errno, call: "remount")
        }
    }

    deinit { unsafe umount2(folder.path, Self.detach) }
}
