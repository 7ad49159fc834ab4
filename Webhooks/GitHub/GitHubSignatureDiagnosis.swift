// Why a GitHub signature did not hold, for the operator's record alone. The delivery stays refused whatever is found here: a body that
// was changed on the way is not the body that was signed.
//
// It undoes, one at a time, what proxies and gateways are known to do to a body, and looks whether a signature holds then. The number
// of tries is fixed and the body's size bounded, since anybody can make this run.

package import ForgeCrypto

extension GitHubVerifier {
    /// Larger bodies are not looked into.
    package static let diagnosisBytesMax = 1 << 20
    /// So many of the newest secrets are tried.
    private static let diagnosisSecretsMax = 4

    /// What was wrong with a refused body, as precisely as can be said. Call it after `wrongSignature`, off the answer's path.
    package static func diagnose(body: [UInt8], signature: String?, secrets: [HMACKey]) -> WebhookRejection {
        guard !secrets.isEmpty else { return noSecret }
        let expected: [UInt8]
        do throws(WebhookRejection) {
            expected = try code(signature: signature)
        } catch {
            return error
        }
        guard body.count <= diagnosisBytesMax else {
            return WebhookRejection(
                .wrongSignature,
                "No configured secret gives this signature; the body (\(body.count) bytes) is too large to look for a change.")
        }
        let tried = Array(secrets.prefix(diagnosisSecretsMax))
        for change in BodyChange.allCases {
            for original in change.originals(of: body) where secret(among: tried, signing: original, with: expected) != nil {
                let difference = "signed were \(original.count) bytes, \(body.count) came"
                return WebhookRejection(.bodyChanged, "The body was changed on the way (\(difference)): \(change.sentence).")
            }
        }
        return WebhookRejection(
            .wrongSignature,
            "No configured secret gives this signature, nor with a change that proxies are known for: compare the two sides' secrets."
        )
    }
}

/// What may have happened to a body between GitHub and here.
private enum BodyChange: CaseIterable {
    case newlineAdded, newlineRemoved, linesToLF, linesToCRLF, markAdded, markRemoved, formDecoded, formEncoded, escapesRaised,
        escapesLowered

    var sentence: String {
        switch self {
        case .newlineAdded: "a line end was added after it"
        case .newlineRemoved: "the line end after it was removed"
        case .linesToLF: "its line ends were changed from CRLF to LF"
        case .linesToCRLF: "its line ends were changed from LF to CRLF"
        case .markAdded: "a byte order mark was put before it"
        case .markRemoved: "its byte order mark was removed"
        case .formDecoded: "its form encoding was taken off; pass the raw bytes on, or set the webhook's content type to application/json"
        case .formEncoded: "it was form-encoded; pass the raw bytes on"
        case .escapesRaised: "its \\u escapes were rewritten with capitals, as by a parser that wrote the JSON anew; pass the raw bytes on"
        case .escapesLowered: "its \\u escapes were rewritten in lower case, as by a parser that wrote the JSON anew; pass the raw bytes on"
        }
    }

    /// What the body may have been before; empty where this change cannot have made it.
    func originals(of body: [UInt8]) -> [[UInt8]] {
        switch self {
        case .newlineAdded: Self.lineEnds.filter { body.suffix($0.count).elementsEqual($0) }.map { Array(body.dropLast($0.count)) }
        case .newlineRemoved: Self.lineEnds.map { body + $0 }
        case .linesToLF: Self.ifChanged(body, Self.withCRLF(body))
        case .linesToCRLF: Self.ifChanged(body, Self.withLF(body))
        case .markAdded: body.starts(with: Self.mark) ? [Array(body.dropFirst(Self.mark.count))] : []
        case .markRemoved: body.starts(with: Self.mark) ? [] : [Self.mark + body]
        case .formDecoded: [GitHubForm.form(of: body)]
        case .formEncoded: GitHubForm.payload(of: body).map { [$0] } ?? []
        case .escapesRaised: Self.ifChanged(body, Self.withEscapes(of: body) { $0 | 0x20 })
        case .escapesLowered: Self.ifChanged(body, Self.withEscapes(of: body) { $0 & ~0x20 })
        }
    }

    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let lineEnds: [[UInt8]] = [[0x0A], [0x0D, 0x0A]]

    private static func ifChanged(_ body: [UInt8], _ original: [UInt8]) -> [[UInt8]] { body == original ? [] : [original] }

    private static func withLF(_ body: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(body.count)
        for (index, byte) in body.enumerated() {
            let isLineEnd = byte == 0x0D && index + 1 < body.count && body[index + 1] == 0x0A
            if !isLineEnd { out.append(byte) }
        }
        return out
    }

    private static func withCRLF(_ body: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(body.count + body.count / 32)
        for byte in body {
            if byte == 0x0A, out.last != 0x0D { out.append(0x0D) }
            out.append(byte)
        }
        return out
    }

    /// The body with the letters among the four digits of every `\uXXXX` in the other case.
    private static func withEscapes(of body: [UInt8], letter: (UInt8) -> UInt8) -> [UInt8] {
        var out = body
        var at = 0
        while at + 5 < out.count {
            guard out[at] == UInt8(ascii: "\\") else {
                at += 1
                continue
            }
            guard out[at + 1] == UInt8(ascii: "u") else {
                at += 2
                continue
            }
            for index in at + 2..<at + 6 where (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(out[index] | 0x20) {
                out[index] = letter(out[index])
            }
            at += 6
        }
        return out
    }
}
