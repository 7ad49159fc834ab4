// The same stories once more, in the stricter world. Where that is not at hand they are left out, and a line says why.

import ForgeTestSupport
import Foundation
import Testing

@Suite(.serialized) struct SecondOpinionTests {
    private func tell(_ work: (Story<TwinWorld>) async throws -> Void) async throws {
        if case .failure(let reason) = TwinWorld.place {
            print("no second opinion: \(reason.description)")
            return
        }
        try await work(try Story(TwinWorld()))
    }

    @Test func `a flaw is found, fixed and thanked for, says the twin`() async throws { try await tell(flawIsFoundAndFixed) }
    @Test func `a clean change is told by the check alone, says the twin`() async throws { try await tell(cleanChange) }
    @Test func `a dismissed finding stays away, says the twin`() async throws { try await tell(dismissedStaysAway) }
    @Test func `after a force-push nothing is said twice, says the twin`() async throws { try await tell(forcePush) }
    @Test func `a fork is reviewed like a branch, says the twin`() async throws { try await tell(fork) }
    @Test func `a draft waits until it is ready, says the twin`() async throws { try await tell(draft) }
    @Test func `a broken configuration is one comment, says the twin`() async throws { try await tell(configProblem) }
    @Test func `commands are answered once each, says the twin`() async throws { try await tell(commandsAreAnswered) }
    @Test func `a stranger's command does nothing but earn a thumb, says the twin`() async throws { try await tell(strangersCommand) }
}
