// A repository as a host has it, and mirrors of it, for one test.

import ForgeCore
import ForgeGit
import ForgeTestSupport
import Foundation
import Testing

final class MirrorScene: Sendable {
    let origin: TemporaryRepository
    let folder: String
    let log = LogCapture()
    let place: HostPlace

    init() throws {
        origin = try TemporaryRepository()
        folder = FileManager.default.temporaryDirectory.appending(path: "forge-mirrors-\(UUID().uuidString)").path
        place = HostPlace(tenant: .installation(7), repository: try #require(RepositoryName("acme/app")))
    }

    deinit {
        // A folder that stays behind is no reason to fail a test.
        try? FileManager.default.removeItem(atPath: folder)
    }

    func mirrors(_ change: (inout MirrorOptions) -> Void = { _ in }) throws -> Mirrors {
        var options = MirrorOptions(folder: folder)
        options.freeBytesMin = 0
        change(&options)
        return try Mirrors(options, runtime: GitRuntime(), log: log.log)
    }

    func request(_ refs: [String] = ["refs/heads/main"], _ commits: [String] = [], url: String? = nil, place: HostPlace? = nil)
        throws -> FetchRequest
    {
        FetchRequest(
            place: place ?? self.place, remote: GitRemote(url: url ?? "file://\(origin.path)"), refs: refs,
            commits: try commits.map(sha))
    }

    /// Bytes that no compression makes smaller, the same every time.
    static func noise(_ count: Int) -> Data {
        var state: UInt64 = 88_172_645_463_325_252
        return Data(
            (0..<count).map { _ in
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                return UInt8(truncatingIfNeeded: state >> 24)
            })
    }

    func sha(_ text: String) throws -> CommitSHA { try #require(CommitSHA(text)) }

    /// Everything below the folder of the mirrors, files only.
    var files: [String] {
        let all = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return all.map { "\(folder)/\($0)" }.filter {
            (try? FileManager.default.attributesOfItem(atPath: $0))?[.type] as? FileAttributeType == .typeRegular
        }
    }

    var repositories: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/repositories")) ?? []).map { "\(folder)/repositories/\($0)" }
            .sorted()
    }

    var packs: [String] { files.filter { $0.hasSuffix(".pack") } }

    /// What a failed fetch says.
    func failure(_ body: () async throws -> Void) async -> SourceError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? SourceError ?? SourceError(.defect, "another error: \(error)")
        }
    }
}
