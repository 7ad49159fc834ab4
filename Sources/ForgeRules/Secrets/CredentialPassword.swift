// Whether a text in the place of a password is one. People write `password` there, or the way to it, more often than not; it must never
// take those for a leak.

struct CredentialPassword {
    let bytes: ArraySlice<UInt8>
    private let value: SecretValue

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        value = SecretValue(bytes)
    }

    /// Stands where nothing but a password can: between a user's name and a host, behind `-u`, in a `<password>` element.
    func isCertain(user: ArraySlice<UInt8>? = nil) -> Bool {
        guard bytes.count >= 3, !isTemplate, !Placeholder.isPlain(bytes), !isWeak else { return false }
        if let user, user.elementsEqual(bytes) { return false }
        if value.digitCount == bytes.count { return bytes.count > 5 && !Placeholder.isSequence(bytes) }
        return !Placeholder.isSequence(bytes)
    }

    /// Behind `password =` in quotes.
    var isQuotedOne: Bool {
        guard bytes.count >= 8, isCertain(), !bytes.contains(where: Byte.isSpace), !hasCode else { return false }
        guard value.entropy >= 2.5, !value.isUUID else { return value.isUUID }
        if value.digitCount == 0 { return value.kindCount >= 3 && value.wordShare < 0.6 && value.otherCount >= 2 }
        if value.kindCount >= 3 { return value.wordShare < 0.85 }
        return value.kindCount == 2 && value.digitCount >= 2 && value.letterCount > 0 && value.wordShare < 0.7
    }

    /// Behind `password =` without quotes, where code and sentences stand as well.
    var isBareOne: Bool {
        guard isQuotedOne, value.digitCount > 0, !value.isIdentifierPath else { return false }
        if value.kindCount >= 3 { return value.digitCount >= 2 || value.otherCount > 0 && !isPathLike }
        return value.digitCount * 4 >= bytes.count && bytes.count >= 10
    }

    private var isPathLike: Bool { bytes.contains(Byte.slash) || bytes.contains(UInt8(ascii: ".")) && value.wordShare > 0.4 }

    private var isTemplate: Bool {
        if Placeholder.isReference(bytes) { return true }
        return bytes.contains(Byte.openBrace) && bytes.contains(Byte.closeBrace)
            || bytes.contains(Byte.less) && bytes.contains(Byte.greater)
            || bytes.allSatisfy {
                [Byte.star, UInt8(ascii: "."), UInt8(ascii: "x"), UInt8(ascii: "X"), Byte.minus, Byte.underscore].contains($0)
            }
    }

    private var hasCode: Bool {
        bytes.contains { [Byte.openParenthesis, Byte.closeParenthesis, Byte.less, Byte.greater, Byte.backslash].contains($0) }
    }

    /// A word that people write instead of a password, with digits and signs behind it or not.
    private var isWeak: Bool {
        var word = bytes.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
        while let last = word.last, !(0x61...0x7A).contains(last) { word.removeLast() }
        return Self.weakWords.contains(word.filter { (0x61...0x7A).contains($0) })
    }

    private static let weakWords = Set(
        """
        p pw pass passwd password passwort motdepasse pwd mypass mypassword yourpass yourpassword userpass userpassword dbpass dbpassword \
        password_here passwordhere thepassword secretpassword testpassword testpass testpw somepassword somepass newpassword newpass \
        oldpassword oldpass adminpassword adminpass rootpassword rootpass dummypassword fakepassword strongpassword wrongpassword wrongpass \
        wrong invalid badpassword correctpassword goodpassword validpassword defaultpassword initialpassword temppassword \
        secret secrets mysecret topsecret supersecret test tests tester testing testuser user username login admin administrator root guest \
        anonymous anon demo example sample default dummy fake foo bar baz foobar qux quux hello world changeme changeit replaceme todo none \
        null nil true false empty undefined string text value key apikey token mytoken access postgres postgresql mysql mariadb mongo mongodb \
        redis rabbit rabbitmq oracle sqlserver sa minio elastic vagrant docker letmein welcome abc abcd xyz asdf qwerty hidden redacted masked \
        xxx yyy zzz xxxx x y z a b c ab dev prod local localhost host port your you me it here placeholder required optional prompt ask
        """.split(whereSeparator: \.isWhitespace).map { Array($0.utf8) })
}
