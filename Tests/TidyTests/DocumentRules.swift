// What holds for pages and examples: links lead to files, decisions are listed, bodies parse. Reads no page from the network.

import Foundation

struct PageLink: Equatable {
    let target: String
    let line: Int
}

/// The relative links of a page, without their fragments; links in code are text.
func relativeLinks(_ text: String) -> [PageLink] {
    var isFenced = false
    var links: [PageLink] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        if line.drop(while: { $0 == " " }).hasPrefix("```") { isFenced.toggle() }
        if isFenced { continue }
        let prose = line.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        for part in prose.joined(separator: "_").components(separatedBy: "](").dropFirst() {
            let target = part.prefix { $0 != ")" && $0 != " " }.prefix { $0 != "#" }
            let isElsewhere = target.contains("://") || target.hasPrefix("mailto:")
            if !target.isEmpty && !isElsewhere { links.append(PageLink(target: String(target), line: index + 1)) }
        }
    }
    return links
}

/// Where a link on a page leads, from the root; nil when it leaves the project.
func destination(of target: String, from page: String) -> String? {
    var parts = target.hasPrefix("/") ? [] : page.split(separator: "/").dropLast().map(String.init)
    for step in target.split(separator: "/") {
        switch step {
        case ".": continue
        case "..":
            if parts.isEmpty { return nil }
            parts.removeLast()
        default: parts.append(String(step))
        }
    }
    return parts.joined(separator: "/")
}

func problemsWithLinks(page: String, text: String, exists: (String) -> Bool) -> [String] {
    relativeLinks(text).compactMap { link in
        if let path = destination(of: link.target, from: page), exists(path) { return nil }
        return "\(page):\(link.line): the link to \(link.target) leads nowhere"
    }
}

/// `pages` are the names in docs/decisions; `index` is the text of its README.md.
func problemsWithDecisions(pages: [String], index: String) -> [String] {
    let linked = Set(relativeLinks(index).map(\.target))
    return pages.filter { $0 != "README.md" && !linked.contains($0) }.map {
        "docs/decisions/\($0): is not linked from docs/decisions/README.md"
    }
}

func problemsWithExample(path: String, bytes: [UInt8]) -> [String] {
    do {
        _ = try JSONSerialization.jsonObject(with: Data(bytes))
        return []
    } catch {
        return ["\(path): is not a JSON object or array"]
    }
}
