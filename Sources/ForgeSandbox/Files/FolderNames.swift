// The names in one folder, as they are read from the disk: without git directories and without files that are being written, which nobody is
// to know of.

import CSandbox

struct FolderName: Sendable {
    var bytes: [UInt8]
    var kind: FileFacts.Kind
}

enum FolderNames {
    /// In the order of the disk. What `.gitignore` in it says goes to `onIgnoreFile` while the folder is open.
    ///
    /// - Parameter showsHidden: for who has to tell that they are there, and nothing else of them.
    static func read(
        _ folder: consuming OpenFile, countMax: Int = .max, showsHidden: Bool = false,
        onIgnoreFile: (borrowing OpenFile) -> Void = { _ in }
    ) throws(SystemRefusal) -> [FolderName] {
        let number = folder.giveUp()
        guard let stream = unsafe fdopendir(number) else {
            let refusal = SystemRefusal.last
            close(number)
            throw refusal
        }
        defer { unsafe closedir(stream) }
        var names: [FolderName] = []
        while names.count < countMax, let entry = unsafe forge_next_name(stream) {
            let name = unsafe bytes(of: forge_name_text(entry))
            if name == ignoreFile, let file = openIgnoreFile(number) { onIgnoreFile(file) }
            guard name != [0x2E], name != [0x2E, 0x2E], showsHidden || !WorkPath.isHidden(name) else { continue }
            guard let kind = unsafe kind(of: entry, name, number) else { continue }
            names.append(FolderName(bytes: name, kind: kind))
        }
        return names
    }

    private static let ignoreFile = Array(".gitignore".utf8)

    private static func openIgnoreFile(_ folder: Int32) -> OpenFile? {
        // One that cannot be opened (a symlink, which git does not follow either) says nothing.
        try? OpenFile(owned: unsafe forge_open_here(folder, ".gitignore", forge_for_reading))
    }

    /// Nil when it has gone.
    private static func kind(of entry: UnsafePointer<dirent>, _ name: [UInt8], _ folder: Int32) -> FileFacts.Kind? {
        let known = unsafe forge_name_kind(entry)
        if known >= 0 { return FileFacts.Kind(rawValue: known) ?? .other }
        var facts = stat()
        guard unsafe name.withTerminated({ unsafe forge_facts_here(folder, $0, &facts) }) == 0 else { return nil }
        return FileFacts.Kind(rawValue: forge_file_kind(facts.st_mode)) ?? .other
    }

    private static func bytes(of text: UnsafePointer<CChar>) -> [UInt8] {
        let count = unsafe strlen(text)
        return unsafe Array(UnsafeRawBufferPointer(start: text, count: count))
    }
}
