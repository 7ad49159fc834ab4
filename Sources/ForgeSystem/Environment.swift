// The environment this process was started with, as a value.

import CSystem

package enum Environment {
    package static var current: [String: String] {
        var found: [String: String] = [:]
        var next = unsafe forge_environment()
        while let pointer = unsafe next, let entry = unsafe pointer.pointee {
            let text = unsafe String(cString: entry)
            if let equals = text.firstIndex(of: "=") { found[String(text[..<equals])] = String(text[text.index(after: equals)...]) }
            unsafe next = pointer + 1
        }
        return found
    }
}
