// Folders that commands may read, beside what the service keeps: none may show the other.

import ForgeConfig
import Testing

@Suite struct ServicePlaceTests {
    private static var files: Files { Files(contents: ["/etc/forge/app.pem": "a key\n", "/srv/keys/model": "a key\n"]) }

    @Test(arguments: [
        ("/srv", "holds a folder in which data lies"), ("/srv/forge", "holds a folder in which data lies"),
        ("/srv/./x/../forge/", "holds a folder in which data lies"), ("/", "holds a folder in which data lies"),
    ]) func `a folder with the data folder in it is refused`(_ readable: String, _ said: String) {
        check("data: /srv/forge/\nsandbox: {readable: [/opt/swift, \(readable)]}\n", line: 2, [said])
    }

    @Test func `a folder within the data folder is refused, and one beside it is not`() throws {
        check("data: /srv/forge\nsandbox: {readable: [/srv/forge/tools]}\n", line: 2, ["holds a folder that lies in data"])
        check("sandbox: {readable: [/var/lib/forge/tools]}\n", line: 1, ["holds a folder that lies in data"])
        #expect(try settings("data: /srv/forge\nsandbox: {readable: [/srv/forge-tools]}\n").sandbox.readable == ["/srv/forge-tools"])
    }

    @Test func `repositories and files with credentials are named by their keys, and no file by its path`() throws {
        check(
            "local_host: {repositories: /srv/git}\nsandbox: {readable: [/srv/git/tools]}\n", line: 2,
            ["holds a folder that lies in local_host.repositories"])
        check(
            """
            github: {private_key_file: /etc/forge/app.pem}
            model: {api_key_file: /srv/keys/model}
            sandbox: {readable: [/srv, /etc/forge]}
            """, line: 3, ["holds a folder in which github.private_key_file lies", "holds a folder in which model.api_key_file lies"])
        let text = "model: {api_key_file: /srv/keys/model}\nsandbox: {readable: [/srv/keys/tools, /opt]}\n"
        #expect(try settings(text, files: Self.files).sandbox.readable.count == 2)
    }

    private func check(_ text: String, line: Int, _ said: [String], at location: SourceLocation = #_sourceLocation) {
        let lines = said.map { what in
            let advice =
                what.contains("that lies in")
                ? "commands would read what Forge keeps there: put the toolchain elsewhere"
                : "commands would read it: name the toolchain's own folder alone"
            return "line \(line): sandbox.readable \(what): \(advice)"
        }
        checkProblems(text, files: Self.files, lines.joined(separator: "\n"), at: location)
    }
}
