// A path that a person gave, as it is from the root of the machine. Links on the way are not followed.

import ForgeSystem

/// Without detours, which the sandbox refuses.
func absolutePath(_ path: String) -> String {
    var parts: [Substring] = []
    for part in (path.hasPrefix("/") ? path : ProcessFacts.workingFolder + "/" + path).split(separator: "/") where part != "." {
        if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
}
