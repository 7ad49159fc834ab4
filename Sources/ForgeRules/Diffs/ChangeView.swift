// A diff made ready for all checks at once: every file read and lexed a single time, and what the checks ask about the change as a whole. It
// must never look at a repository: what is not in the diff may be known through `RepositoryView`, or not at all.

package import ForgeCore

/// What is known of the tree that a diff leads to. A check that needs it stays silent where it is not known.
package struct RepositoryView: Sendable {
    /// Whether there is a file; nil when nobody knows.
    package var hasFile: @Sendable (RepositoryPath) -> Bool?

    package init(hasFile: @escaping @Sendable (RepositoryPath) -> Bool?) {
        self.hasFile = hasFile
    }

    package static let unknown = Self { _ in nil }
}

final class ChangeView: Sendable {
    let files: [ChangedFile]
    let repository: RepositoryView
    /// Plain names of test cases that some test file of the diff adds, and removes, anywhere.
    let addedCases: Set<String>
    let removedCases: Set<String>
    /// Names of functions and types that the change takes out of the product, in small letters and digits.
    let removedNames: Set<String>
    /// Plain names of product files that are no longer where they were.
    let goneStems: Set<String>

    convenience init(_ diff: Diff, repository: RepositoryView = .unknown) {
        self.init(diff.files.map(ChangedFile.init), repository: repository)
    }

    init(_ files: [ChangedFile], repository: RepositoryView) {
        self.files = files
        self.repository = repository
        var added: Set<String> = []
        var removed: Set<String> = []
        for file in files where file.traits.isTest && file.language.isProgram {
            added.formUnion(TestSyntax.cases(in: file.new, file.language).map(\.plainName))
            removed.formUnion(TestSyntax.cases(in: file.old, file.language).map(\.plainName))
        }
        addedCases = added
        removedCases = removed
        removedNames = removed.isEmpty ? [] : Self.removedNames(files)
        let gone = files.filter { ($0.isDeleted || $0.change.kind == .renamed) && !$0.traits.isTest }
        goneStems = Set(gone.compactMap { $0.change.old?.path }.map(TestNames.stem))
    }

    private static func removedNames(_ files: [ChangedFile]) -> Set<String> {
        let products = files.filter { $0.language.isProgram && !$0.traits.isTest && !$0.isForeign }
        let removed = products.flatMap { declared($0.old) }
        return Set(removed).subtracting(products.flatMap { declared($0.new) })
    }

    private static func declared(_ text: ChangedText) -> [String] {
        text.lines.indices.compactMap { index in
            guard text.lines[index].isChanged else { return nil }
            let line = text.text(index)
            guard line.count < 1_000 else { return nil }
            return TestSyntax.word(
                line,
                after: [
                    "func ", "def ", "class ", "struct ", "enum ", "function ", "interface ", "fn ", "trait ", "type ", "fun ", "module ",
                    "exports.",
                ]
            )
            .map(CaseChecks.plain)
        }
    }

    func file(_ path: RepositoryPath) -> ChangedFile? { files.first { $0.path == path } }

    /// Files that people write code in and that are no tests.
    var products: [ChangedFile] {
        files.filter { $0.language.isProgram && !$0.traits.isTest && !$0.isForeign && !$0.traits.isExample }
    }

    var tests: [ChangedFile] { files.filter { $0.traits.isTest && $0.language.isProgram && !$0.traits.isVendored } }

    /// Whether behaviour changes: some product file has a changed line of code.
    var changesBehaviour: Bool {
        products.contains { file in
            file.new.lines.indices.contains { file.new.lines[$0].isChanged && isCode(file.new, $0) }
                || file.old.lines.indices.contains { file.old.lines[$0].isChanged && isCode(file.old, $0) }
        }
    }

    private func isCode(_ text: ChangedText, _ index: Int) -> Bool { !text.text(index).isBlank && !text.isAll(.comment, index) }
}

extension RepositoryPath {
    /// The path of another name in the same folder.
    func sibling(_ name: String) -> RepositoryPath {
        RepositoryPath(bytes: Array(bytes[..<(bytes.count - self.name.count)]) + Array(name.utf8))
    }

    var folder: ArraySlice<UInt8> { bytes[..<(bytes.count - name.count)] }
    var nameText: String { name.string }
}
