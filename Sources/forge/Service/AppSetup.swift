// Makes a GitHub App with the browser of whoever started it: shows the page, takes the answer that belongs to it, fetches the credentials and
// has them kept. It ends with one App; every further answer is refused. It must never show a credential, nor believe an address in a request.

import ForgeCore
import ForgeGitHub
import ForgeHTTP
import ForgeSystem

actor AppSetup {
    struct Made: Sendable {
        var app: NewApp
        var files: AppFiles.Kept
    }

    private enum Stage {
        case waiting, converting, over
    }

    private let registration: AppRegistration
    private let addresses: GitHubAddresses
    private let http: HTTPClient
    private let files: AppFiles
    private var manifest: AppManifest
    private var stage = Stage.waiting
    /// One element: the App, or why there is none although GitHub made it.
    nonisolated let outcome: AsyncStream<Result<Made, AppSetupError>>
    private let outcomes: AsyncStream<Result<Made, AppSetupError>>.Continuation

    init(_ registration: AppRegistration, _ manifest: AppManifest, at addresses: GitHubAddresses, http: HTTPClient, files: AppFiles) {
        self.registration = registration
        self.manifest = manifest
        self.addresses = addresses
        self.http = http
        self.files = files
        (outcome, outcomes) = AsyncStream.makeStream()
    }

    nonisolated var routes: [HTTPRoute] {
        [
            HTTPRoute(.get, "/{token}", hidesPath: true) { await self.page($0) },
            HTTPRoute(.get, "/{token}/created", hidesPath: true) { await self.returned($0) },
        ]
    }

    /// The address to open in a browser, once the port is known.
    func open(port: UInt16) -> String {
        let origin = "http://127.0.0.1:\(port)"
        manifest.redirectURL = origin + registration.returnPath
        return origin + registration.pagePath
    }

    private func page(_ request: HTTPRequest) -> HTTPResponse {
        guard registration.isToken(request.parameters["token"] ?? "") else { return Self.unknown }
        guard case .waiting = stage else { return AppPages.problem(410, "This page has done its work; the terminal says how to go on.") }
        return AppPages.form(manifest, to: registration.formAddress)
    }

    private func returned(_ request: HTTPRequest) async -> HTTPResponse {
        guard registration.isToken(request.parameters["token"] ?? "") else { return Self.unknown }
        guard case .waiting = stage else {
            return AppPages.problem(409, "This answer was taken already; the terminal says what became of it.")
        }
        switch registration.read(request.query) {
        case .refused(let why): return AppPages.problem(400, why)
        case .code(let code):
            stage = .converting
            return await convert(code)
        }
    }

    /// One flat answer to whoever does not know the address.
    private static var unknown: HTTPResponse { AppPages.problem(404, "There is nothing here. The terminal shows the address to open.") }

    private func convert(_ code: String) async -> HTTPResponse {
        do throws(AppSetupError) {
            let made = try keep(try await conversion(of: code))
            stage = .over
            outcomes.yield(.success(made))
            return AppPages.made(made.app)
        } catch {
            // The same answer may be brought once more, by loading the page again.
            stage = error.isPassing ? .waiting : .over
            if !error.isPassing { outcomes.yield(.failure(error)) }
            return AppPages.problem(502, error.isPassing ? "\(error.message). Load this page again to try once more." : error.message)
        }
    }

    private func conversion(of code: String) async throws(AppSetupError) -> NewApp {
        let headers = [HeaderField("accept", "application/vnd.github+json"), HeaderField("x-github-api-version", GitHubClient.apiVersion)]
        var request = OutgoingRequest(.post, addresses.api + NewApp.conversionPath(of: code), headers: headers)
        request.shownURL = addresses.api + NewApp.shownConversionPath
        request.limits.bodyBytesMax = 1 << 20
        let answer: OutgoingResponse
        do throws(HTTPClientError) {
            answer = try await http.send(request)
        } catch {
            guard error.mayBeDone else { throw AppSetupError("GitHub was not reached: \(error.message)", isPassing: true) }
            throw AppSetupError("GitHub's answer got lost: \(error.message). \(Self.maybeMade)")
        }
        switch answer.status {
        case 201:
            guard let json = try? JSONParser.parse(answer.body).value else {  // a broken answer is told in our words
                throw AppSetupError("GitHub's answer cannot be read. \(Self.maybeMade)")
            }
            return try NewApp(conversion: json, web: addresses.web)
        case 404: throw AppSetupError("GitHub does not know the code: it is an hour old, was used already, or comes from another GitHub")
        case 403, 429, 500...: throw AppSetupError("GitHub answers \(answer.status) now", isPassing: true)
        default: throw AppSetupError("GitHub answers \(answer.status) to the code")
        }
    }

    private static let maybeMade = "If an App was made, delete it on GitHub and begin again: its key is told only once"

    private func keep(_ app: NewApp) throws(AppSetupError) -> Made {
        do throws(SystemError) {
            return Made(app: app, files: try files.keep(app))
        } catch {
            throw AppSetupError("App \(app.id) is made, and its credentials could not be kept: \(error). Make new ones at \(app.htmlURL)")
        }
    }
}
