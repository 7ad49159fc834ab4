// What a command is answered with whose words are no longer those that were written: others may have read, and agreed to, something else.

import ForgeCore

/// Nothing is carried out. Whoever is not listened to hears what he hears anyway, and a reply without a command nothing at all.
package func answer(edited request: CommandRequest, in scene: CommandScene) -> CommandOutcome {
    if let refusal = scene.refusal(of: request) { return refusal }
    guard !request.commands.isEmpty else { return CommandOutcome(note: "the reply was edited") }
    return CommandOutcome(
        reaction: .confused,
        parts: [AnswerPart(.text("The comment was changed after it was written, so nothing in it was carried out. Write a new one."))],
        note: "the comment was edited")
}
