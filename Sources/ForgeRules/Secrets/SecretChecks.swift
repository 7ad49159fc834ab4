// Checks of captured credentials, by the names that packs use. A check must never say what it was given.

enum SecretChecks {
    static let table: [String: RuleCheck] = [
        "token": .hit { answer(!Placeholder.isPlain($0.captured)) },
        "token-tail": .hit { answer(!Placeholder.isPlain($0.captured.suffix($0.capture.count / 2))) },
        "keyed-token": .hit(keyedToken),
        "generic-token": .hit(genericToken),
        "quoted-password": .hit { answer(isPasswordName($0) && CredentialPassword($0.captured).isQuotedOne) },
        "bare-password": .hit { answer(isPasswordName($0) && !isCode($0) && CredentialPassword($0.captured).isBareOne) },
        "password": .hit { answer(CredentialPassword($0.captured).isCertain()) },
        "connection-address": .hit(connectionAddress),
        "github-checksum": .hit { answer(!Placeholder.isPlain($0.captured) && Checksum.isRight($0.captured, prefixCount: 4)) },
        "npm-checksum": .hit { answer(!Placeholder.isPlain($0.captured) && Checksum.isRight($0.captured, prefixCount: 4)) },
        "github-stateless": .hit { answer(TokenFormat.isStateless($0.captured)) },
        "jwt": .hit { answer(JSONWebToken.isToken($0.captured) && !JSONWebToken.isDocumentationSample($0.captured)) },
        "private-key": .hit(privateKey),
        "aws-secret": .hit(awsSecret),
        "azure-storage": .hit { answer(!Placeholder.isDocumentationSample($0.captured) && !Placeholder.isPlain($0.captured)) },
        "sentry-token": .hit(sentryToken),
        "base64-pair": .hit(base64Pair),
        "registry-auth": .hit { answer(!Placeholder.isLikely($0.captured) && SecretValue($0.captured).digitCount > 0) },
        "discord-bot": .hit(discordBot),
        "kubernetes-data": .hit(kubernetesData),
        "hidden-base64": .hit(HiddenTokens.base64),
        "hidden-hex": .hit(HiddenTokens.hex),
        "hidden-escapes": .hit(HiddenTokens.escapes),
        "hidden-reversed": .hit(HiddenTokens.reversed),
        "hidden-joined": .hit(HiddenTokens.joined),
        "hidden-invisible": .hit(HiddenTokens.invisible),
    ]

    private static func answer(_ isFinding: Bool) -> RuleCheckAnswer { isFinding ? .isFinding : .isNone }

    // MARK: - Values that only a name gives away

    /// A value of a known shape behind a provider's name.
    private static func keyedToken(_ input: RuleCheckInput) -> RuleCheckAnswer {
        let value = SecretValue(input.captured)
        let key = KeyName(input)
        guard key.isAssigned, !key.isOfSomethingElse, !Placeholder.isPlain(input.captured), !isCode(input) else { return .isNone }
        guard value.isUUID || value.letterCount > 0 && (value.digitCount > 0 || value.isMixed), value.wordShare < 0.6 else {
            return .isNone
        }
        return answer(value.isUUID || value.isHex || value.isMixed || value.alternationCount >= 2 && value.entropy >= 2.6)
    }

    /// A value without a shape behind `token`, `secret`, `api_key` and the like.
    private static func genericToken(_ input: RuleCheckInput) -> RuleCheckAnswer {
        let value = SecretValue(input.captured)
        let key = KeyName(input)
        guard key.isAssigned || input.rule.id != "generic-token", !key.isOfSomethingElse, !isCode(input),
            !Placeholder.isLikely(input.captured), !isOfKnownFormat(input.captured)
        else {
            return .isNone
        }
        if value.isUUID { return answer(key.isStrong) }
        return answer(value.isRandom)
    }

    /// Formats with a checksum are other rules' to judge: a wrong one is no leak.
    private static func isOfKnownFormat(_ value: ArraySlice<UInt8>) -> Bool {
        knownPrefixes.contains { value.starts(with: $0) }
    }

    private static let knownPrefixes = [
        "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "npm_", "sha256-", "sha384-", "sha512-", "sha1-", "$2a$", "$2b$", "$2y$", "$argon2",
        "pbkdf2", "ssh-",
    ]
    .map { Array($0.utf8) }

    private static func isPasswordName(_ input: RuleCheckInput) -> Bool { !KeyName(input).isOfSomethingElse }

    /// What follows says that the value is called, indexed or reached into.
    private static func isCode(_ input: RuleCheckInput) -> Bool {
        guard input.capture.upperBound < input.line.upperBound else { return false }
        return [Byte.openParenthesis, Byte.openBracket, Byte.openBrace, Byte.dollar, Byte.less].contains(
            input.text[input.capture.upperBound])
    }

    private static func awsSecret(_ input: RuleCheckInput) -> RuleCheckAnswer {
        let value = SecretValue(input.captured)
        let key = KeyName(input)
        guard key.isAssigned, !key.isOfSomethingElse, !Placeholder.isPlain(input.captured), value.upperCount > 0, value.lowerCount > 0
        else { return .isNone }
        return answer(value.digitCount > 0 && value.entropy >= 3.5 && value.wordShare < 0.6)
    }

    // MARK: - Values that can be taken apart

    private static func connectionAddress(_ input: RuleCheckInput) -> RuleCheckAnswer {
        answer(ConnectionAddress(input.text, line: input.line, match: input.match, password: input.capture).isLeak)
    }

    private static func privateKey(_ input: RuleCheckInput) -> RuleCheckAnswer {
        let header = input.text[input.match]
        let marks = Array("KEY".utf8)
        guard let end = header.indices.first(where: { header[$0...].starts(with: marks) }) else { return .isNone }
        var at = end
        while at < input.text.count, input.text[at] != Byte.minus { at += 1 }
        while at < input.text.count, input.text[at] == Byte.minus { at += 1 }
        return PrivateKeyText(in: input.text, behind: input.match.lowerBound..<at).map { .isFindingAt($0.body) } ?? .isNone
    }

    /// Claims in base64 and a secret, with `_` between them.
    private static func sentryToken(_ input: RuleCheckInput) -> RuleCheckAnswer {
        let rest = input.captured.dropFirst("sntrys_".utf8.count)
        guard let bar = rest.lastIndex(of: Byte.underscore) else { return .isNone }
        // Both halves may hold `_`, so the claims end where they are JSON.
        let bars = rest.indices.filter { rest[$0] == Byte.underscore && $0 <= bar }
        return answer(bars.contains { JSONWebToken.object(rest[..<$0]) != nil })
    }

    /// `user:password` in base64.
    private static func base64Pair(_ input: RuleCheckInput) -> RuleCheckAnswer {
        guard !Placeholder.isDocumentationSample(input.captured) else { return .isNone }
        guard let bytes = Base64.decoded(input.captured), let colon = bytes.firstIndex(of: Byte.colon) else { return .isNone }
        guard bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else { return .isNone }
        return answer(CredentialPassword(bytes[(colon + 1)...]).isCertain(user: bytes[..<colon]))
    }

    /// The first part is the bot's number in base64.
    private static func discordBot(_ input: RuleCheckInput) -> RuleCheckAnswer {
        let first = input.captured.prefix { $0 != UInt8(ascii: ".") }
        guard let number = Base64.decoded(first), (17...20).contains(number.count) else { return .isNone }
        return answer(number.allSatisfy(Byte.isDigit))
    }

    private static func kubernetesData(_ input: RuleCheckInput) -> RuleCheckAnswer {
        guard let bytes = Base64.decoded(input.captured), !bytes.isEmpty else { return .isNone }
        return answer(!Placeholder.isReference(bytes[...]) && !Placeholder.isPlain(bytes[...]) && bytes.count >= 6)
    }
}
