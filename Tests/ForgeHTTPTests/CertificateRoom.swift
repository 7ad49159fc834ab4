// Certificates made for one test by openssl: an authority, and servers that it vouches for. They stand in a folder that goes with the object.

import ForgeCore
import ForgeServer
import ForgeTestSupport
import Foundation

final class CertificateRoom {
    let folder: URL

    var authority: String { path("authority.pem") }

    init() throws {
        folder = URL.temporaryDirectory.appending(path: "forge-certificates-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try make(authority: "authority")
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    func make(authority name: String) throws {
        try run("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=\(name) -keyout \(path(name + ".key")) -out \(path(name + ".pem"))")
    }

    /// A certificate for these names, such as `IP:127.0.0.1`.
    func make(_ name: String, for names: String) throws {
        try run("req -newkey rsa:2048 -nodes -subj /CN=\(name) -keyout \(path(name + ".key")) -out \(path(name + ".csr"))")
        try Data("subjectAltName=\(names)\n".utf8).write(to: folder.appending(path: name + ".cnf"))
        try run(
            "x509 -req -in \(path(name + ".csr")) -days 2 -CA \(authority) -CAkey \(path("authority.key")) -CAcreateserial"
                + " -extfile \(path(name + ".cnf")) -out \(path(name + ".pem"))")
    }

    func files(_ name: String) throws -> TLSFiles {
        TLSFiles(
            certificate: Array(try Data(contentsOf: folder.appending(path: name + ".pem"))),
            privateKey: Secret(Array(try Data(contentsOf: folder.appending(path: name + ".key")))))
    }

    private func run(_ words: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = words.split(separator: " ").map(String.init)
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.runAlone()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    }
}

/// The product's own server with a certificate, answering everything alike.
final class EncryptedServer: Sendable {
    let port: UInt16
    private let server: HTTPServer

    init(_ files: TLSFiles) throws {
        let dependencies = ServerDependencies(
            log: .silent, metrics: Metrics(), monotonic: { DispatchTime.now().uptimeNanoseconds }, requestIDs: { "request" })
        let route = HTTPRoute(.get, "/") { _ in HTTPResponse(status: 200, text: "encrypted") }
        server = HTTPServer(
            listen: ListenAddress(address: IPAddress(version4: 0x7F00_0001), port: 0), routes: [route], tls: files,
            dependencies: dependencies)
        port = try server.start()
    }

    func stop() async { await server.stop(within: .seconds(5)) }
}
