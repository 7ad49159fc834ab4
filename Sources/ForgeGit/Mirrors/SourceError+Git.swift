// Failures of the library, and ends that we made, to what callers decide by: is it there, may we, will later be better. Sentences say what
// to do; no credential gets into them, since what the library says is shown without any text that is one.

import CGit2
import ForgeCore

extension GitError {
    /// Something on the disk is not as it should be.
    var isDamage: Bool { area == .storage || area == .transfer }

    static var diskFull: GitError {
        GitError(.other, "disk", "the disk with the mirrors is nearly full: make room, or lower what mirrors may take", area: .system)
    }

    static func missing(_ commits: [CommitSHA], _ request: FetchRequest) -> GitError {
        let names = commits.prefix(3).map(\.short).joined(separator: ", ")
        return GitError(.notFound, "commits", "\(request.place.repository) does not have \(names) (any more)", area: .network)
    }

    init(_ stop: FetchWatch.Stop, _ options: MirrorOptions) {
        switch stop {
        case .cancelled: self.init(.cancelled, "fetch", "the fetch was cancelled", area: .network)
        case .late: self.init(.other, "fetch", "the fetch took longer than \(options.fetchTimeout)", area: .network)
        case .idle: self.init(.other, "fetch", "the host said nothing for \(options.idleTimeout)", area: .network)
        case .tooManyObjects(let count):
            self.init(.other, "limit", "the host would send \(count) objects; at most \(options.fetchObjectsMax) are taken", area: .network)
        case .tooManyBytes:
            self.init(.other, "limit", "the host sends more than the \(options.fetchBytesMax) bytes that are taken", area: .network)
        case .diskFull: self = .diskFull
        case .elsewhere(let endpoint):
            self.init(
                .other, "redirect",
                "the host leads to \(endpoint), and a credential goes to the configured address only: configure that one if it is right",
                area: .network)
        }
    }
}

extension SourceError {
    /// What became of a fetch.
    init(_ error: GitError, _ request: FetchRequest) {
        let place = request.place.repository.description
        let said = error.message.withoutCredential(request.remote)
        let from = RemoteAddress(request.remote.url).shown
        switch (error.code, HTTPStatus(said)) {
        case (.unauthorized, _), (_, .some(401)), (_, .some(403)):
            self.init(
                .unauthorized,
                "\(from) refuses the credential for \(place): see that the installation may read the repository's contents")
        case (_, .some(404)), (_, .some(410)):
            self.init(.notFound, "\(from) has no repository \(place), or it is not for us to see")
        case (.notFound, nil) where error.call == "commits": self.init(.notFound, said)
        case (.notFound, nil) where !error.isDamage, (_, nil) where said.hasPrefix("failed to resolve path"):
            self.init(.notFound, "there is no repository at \(from): \(said)")
        case _ where error.call == "limit": self.init(.tooLarge, "\(place) is not fetched: \(said)")
        case _ where error.call == "redirect" || said.hasPrefix("cannot redirect"):
            self.init(.unauthorized, "\(place) is not fetched from \(from): \(said)")
        case (.invalidName, nil): self.init(.notFound, said)
        case (.untrustedCertificate, _):
            self.init(
                .unavailable,
                "the certificate of \(from) is not trusted (\(said)): name its authority in the settings, or mend it there")
        default:
            let isOurs = error.area == .other
            self.init(isOurs ? .defect : .unavailable, "\(place) could not be fetched from \(from): \(said)")
        }
    }

    /// What became of reading from a mirror.
    init(reading error: GitError, _ place: String) {
        switch error.code {
        case .cancelled: self.init(.unavailable, "reading \(place) was cancelled")
        case .notFound where !error.isDamage: self.init(.notFound, error.message)
        case _ where error.call == "limit": self.init(.tooLarge, "\(place) is too large here: \(error.message)")
        case _ where error.call == "refused": self.init(.refused, error.message)
        case .invalidName: self.init(.notFound, "\(place): \(error.message)")
        default: self.init(error.area == .system ? .unavailable : .defect, "\(place) could not be read: \(error.message)")
        }
    }
}

/// Out of the library's "unexpected http status code: 503".
private func HTTPStatus(_ message: String) -> Int? {
    guard let mark = message.firstRange(of: "http status code: ") else { return nil }
    return Int(message[mark.upperBound...].prefix { $0.isNumber })
}

extension String {
    func withoutCredential(_ remote: GitRemote) -> String {
        guard let password = remote.password?.reveal(), !password.isEmpty else { return self }
        return replacing(String(decoding: password, as: UTF8.self), with: "•••")
    }
}
