// The organisation's own `.forge.yml`, which binds all of its repositories: from the repository that the settings name, on the code host of
// the repository under review. That there is none, or that the installation never reached it, is normal. That it cannot be read any more
// is not: what it forbids holds all the same, so the last known one holds until it is gone. Where nobody knows whether there is one,
// nothing is begun.

package import ForgeConfig
package import ForgeCore
import Synchronization

package final class OrganisationLayers: UpperConfigLayers {
    /// So long it is not read again, whether there is one or not.
    package static let memory = Duration.seconds(900)
    /// Forgotten all at once above so many organisations.
    private static let countMax = 1_000
    private static let path = RepositoryPath(".forge.yml")
    private static let bytesMax = 1 << 20

    private struct Known {
        var layer: ConfigLayer?
        var at: Timestamp
        /// There may be one, for others to see.
        var isRefused = false
    }

    private enum Absence { case gone, refused }

    private let above: [ConfigLayer]
    /// The repository's name, such as `.github`.
    private let name: String
    private let host: any CodeHost
    private let mirrors: any SourceMirrors
    private let now: WallClock
    private let log: Log
    private let known = Mutex<[HostPlace: Known]>([:])

    /// `above` are the operator's.
    package init(
        above: [ConfigLayer], named name: String, on host: any CodeHost, _ mirrors: any SourceMirrors, now: WallClock, log: Log
    ) {
        self.above = above
        self.name = name
        self.host = host
        self.mirrors = mirrors
        self.now = now
        self.log = log.named("organisation")
    }

    package func layers(above place: HostPlace) async throws -> [ConfigLayer] {
        // Its own file is that repository's own.
        guard let home = RepositoryName("\(place.repository.owner)/\(name)"), home != place.repository else { return above }
        let layer = try await layer(in: HostPlace(tenant: place.tenant, repository: home))
        return above + [layer].compactMap { $0 }
    }

    private func layer(in home: HostPlace) async throws -> ConfigLayer? {
        let moment = now.now
        let last = known.withLock { $0[home] }
        if let last, moment - last.at < Self.memory { return last.layer }
        do {
            let layer = try await read(home)
            keep(Known(layer: layer, at: moment), of: home)
            return layer
        } catch {
            let absence = Self.absence(error)
            if absence == .gone || absence == .refused && last?.layer == nil {
                let isRefused = absence == .refused
                if isRefused, last?.isRefused != true { warn("the organisation's file is not for Forge to see; none holds", home, error) }
                keep(Known(layer: nil, at: moment, isRefused: isRefused), of: home)
                return nil
            }
            guard let last else { throw error }
            warn("the organisation's file could not be read; the last known one holds", home, error)
            return last.layer
        }
    }

    private func warn(_ message: String, _ home: HostPlace, _ error: any Error) {
        log.warning(message, [.init("repository", .string(home.repository.description)), .init("why", .string("\(error)"))])
    }

    private func keep(_ entry: Known, of home: HostPlace) {
        known.withLock { known in
            if known.count >= Self.countMax, known[home] == nil { known.removeAll() }
            known[home] = entry
        }
    }

    /// There is no such repository, or it is not for this installation to see; nil where the error says neither.
    private static func absence(_ error: any Error) -> Absence? {
        switch error {
        case let error as CodeHostError:
            switch error.kind {
            case .notFound: .gone
            case .forbidden: .refused
            case .unauthorized, .refused, .conflict, .limited, .unavailable, .defect: nil
            }
        case let error as SourceError:
            switch error.kind {
            case .notFound: .gone
            case .unauthorized: .refused
            case .unavailable, .tooLarge, .refused, .defect: nil
            }
        default: nil
        }
    }

    private func read(_ home: HostPlace) async throws -> ConfigLayer? {
        let session = host.session(home, .review, .background)
        do {
            let layer = try await read(home, session)
            await session.end()
            return layer
        } catch {
            await session.end()
            throw error
        }
    }

    private func read(_ home: HostPlace, _ session: any HostSession) async throws -> ConfigLayer? {
        guard let branch = try await session.defaultBranch() else { return nil }
        let ref = "refs/heads/\(branch)"
        let snapshot = try await mirrors.fetch(FetchRequest(place: home, remote: try await session.gitRemote(), refs: [ref]))
        do {
            var text: [UInt8]?
            if let tip = try await snapshot.commit(of: ref) {
                text = try await snapshot.file(Self.path, at: tip, bytesMax: Self.bytesMax)
            }
            await snapshot.release()
            return text.map { ConfigLayer.organisation($0, file: "\(home.repository):.forge.yml") }
        } catch {
            await snapshot.release()
            throw error
        }
    }
}
