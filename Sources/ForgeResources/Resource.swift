// Files of this repository that travel in the binary, so that one file is all there is to install.

import CResources

package enum Resource {
    /// Every file's path, in the order of the list.
    package static var paths: [String] {
        var paths: [String] = []
        while let entry = unsafe forge_resource_at(paths.count)?.pointee { unsafe paths.append(String(cString: entry.name)) }
        return paths
    }

    /// Nil when no file of this path is in the binary; the list is in `Sources/C/CResources/resources.c`.
    package static func bytes(of path: String) -> [UInt8]? {
        var index = 0
        while let entry = unsafe forge_resource_at(index)?.pointee {
            if unsafe String(cString: entry.name) == path {
                return unsafe Array(UnsafeBufferPointer(start: entry.bytes, count: entry.count))
            }
            index += 1
        }
        return nil
    }
}
