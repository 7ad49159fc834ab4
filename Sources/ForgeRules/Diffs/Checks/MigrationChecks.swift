// Whether a migration says how to undo itself. Only files that the diff shows whole are judged.

internal import ForgeCore

enum MigrationChecks {
    static let withoutWayBack: ChangeCheck = { view in
        view.files.compactMap { file in
            guard file.isWhole, !file.isForeign, !file.traits.isExample, !file.traits.isTest else { return nil }
            return missing(file, view).map { file.hit(message: $0) }
        }
    }

    private static func missing(_ file: ChangedFile, _ view: ChangeView) -> String? {
        let text = file.new.bytes[...]
        let name = file.path.nameText
        if name.hasSuffix(".up.sql") {
            let down = file.path.sibling(String(name.dropLast(7)) + ".down.sql")
            let isThere = view.files.contains { $0.path == down } || view.repository.hasFile(down) == true
            return isThere ? nil : "There is no \(down.nameText) that takes this migration back."
        }
        if file.language == .sql {
            if text.has("-- +goose Up"), !text.has("-- +goose Down") { return "The migration has `-- +goose Up` and no `-- +goose Down`." }
            if text.has("-- migrate:up"), !text.has("-- migrate:down") {
                return "The migration has `-- migrate:up` and no `-- migrate:down`."
            }
            return nil
        }
        guard file.traits.isMigration else { return nil }
        return missingInCode(file, text)
    }

    private static func missingInCode(_ file: ChangedFile, _ text: ArraySlice<UInt8>) -> String? {
        switch file.language {
        case .javascript, .typescript:
            let goesUp = text.hasAny([
                "exports.up", "async up(", " up(queryInterface", "export async function up", "export function up", " up: ",
            ])
            let goesDown = text.hasAny([
                "exports.down", "async down(", " down(queryInterface", "export async function down", "export function down", " down: ",
            ])
            return goesUp && !goesDown ? "The migration has `up` and no `down`." : nil
        case .python:
            guard text.has("def upgrade("), text.has("alembic") else { return nil }
            guard let down = text.first("def downgrade(") else { return "The migration has `upgrade` and no `downgrade`." }
            // A merge of two lines of migrations does nothing either way.
            guard let start = text.first("def upgrade("), start < down, !isEmptyPython(text[start..<down]) else { return nil }
            return isEmptyPython(text[down...]) ? "`downgrade` does nothing." : nil
        case .ruby: return text.hasWord("def up") && !text.hasWord("def down") ? "The migration has `up` and no `down`." : nil
        case .php: return text.has("function up(") && !text.has("function down(") ? "The migration has `up` and no `down`." : nil
        default: return nil
        }
    }

    /// Nothing in the body but `pass`, when the body before it did something.
    private static func isEmptyPython(_ text: ArraySlice<UInt8>) -> Bool {
        let lines = text.split(separator: Byte.newline).dropFirst().map(\.trimmed)
        let body = lines.filter { !$0.isEmpty && $0.first != Byte.hash && !$0.starts("\"\"\"") }
        return body.count == 1 && body[0].elementsEqual("pass".utf8)
    }
}
