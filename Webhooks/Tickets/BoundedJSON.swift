// What a sender says and no ticket field holds, copied into `extra` within a budget. Without the budget a 2 MiB body would become a 2 MiB
// ticket; without the names left out, `contexts` would carry in by the back door what was dropped at the front.

import ForgeCore

/// Copies JSON values until its bytes are used up.
struct BoundedJSON {
    private var bytesLeft: Int
    private let keepsPersonalData: Bool
    private let textBytesMax: Int
    private static let depthMax = 8
    /// Whether anything did not fit.
    private(set) var isCut = false
    /// Whether anything personal was left out.
    private(set) var hasDropped = false

    init(bytesMax: Int, textBytesMax: Int, keepsPersonalData: Bool) {
        self.bytesLeft = bytesMax
        self.textBytesMax = textBytesMax
        self.keepsPersonalData = keepsPersonalData
    }

    /// Nil when nothing of it is left.
    mutating func copy(_ value: JSON, depth: Int = 0) -> JSON? {
        guard bytesLeft > 0, depth <= Self.depthMax else {
            isCut = true
            return nil
        }
        switch value {
        case .null: return nil
        case .bool, .integer:
            bytesLeft -= 8
            return value
        case .number(let text):
            guard text.utf8.count <= 64 else { return nil }
            bytesLeft -= text.utf8.count
            return value
        case .string(let text): return copy(text).map(JSON.string)
        case .array(let items): return copy(items, depth: depth)
        case .object(let members): return copy(members, depth: depth)
        }
    }

    private mutating func copy(_ text: String) -> String? {
        guard let clean = keepsPersonalData ? text : PersonalData.cleaned(text) else {
            hasDropped = true
            return nil
        }
        let short = clean.cut(toBytes: min(textBytesMax, max(bytesLeft, 4)))
        if short.utf8.count < clean.utf8.count { isCut = true }
        bytesLeft -= short.utf8.count + 2
        return short
    }

    private mutating func copy(_ items: [JSON], depth: Int) -> JSON? {
        bytesLeft -= 2
        var copies: [JSON] = []
        for item in items {
            guard bytesLeft > 0 else {
                isCut = true
                break
            }
            if let copy = copy(item, depth: depth + 1) { copies.append(copy) }
        }
        guard !copies.isEmpty else { return nil }
        return .array(copies)
    }

    private mutating func copy(_ members: [JSON.Member], depth: Int) -> JSON? {
        bytesLeft -= 2
        var copies: [JSON.Member] = []
        for member in members {
            guard bytesLeft > 0 else {
                isCut = true
                break
            }
            if let copy = copy(member, depth: depth) { copies.append(copy) }
        }
        guard !copies.isEmpty else { return nil }
        return .object(copies)
    }

    /// A member of an object; nil when it is personal or empty.
    mutating func copy(_ member: JSON.Member, depth: Int = 0) -> JSON.Member? {
        guard member.value != .null else { return nil }
        guard keepsPersonalData || !PersonalData.isMember(member.name) else {
            hasDropped = true
            return nil
        }
        let name = member.name.cut(toBytes: 128)
        bytesLeft -= name.utf8.count + 3
        return copy(member.value, depth: depth + 1).map { JSON.Member(name, $0) }
    }
}
