// What a command or a reply is answered with: a pure function of the request and of how things stand. It must never give a stranger
// something to read, change what the asker may not change, or put a word from outside into a text as it came.

import ForgeCore

/// What follows from commands. The same request and scene give the same outcome.
package func answer(_ request: CommandRequest, in scene: CommandScene) -> CommandOutcome { CommandOutcome() }

/// What follows from a person's words in a thread, when they hold no command. `words` is the text as it stands now.
package func answer(reply words: String, _ request: CommandRequest, in scene: CommandScene) -> CommandOutcome { CommandOutcome() }

/// The whole text to post; nil when nothing is said. `answers` are the model's, in the order of the questions, already turned into text;
/// nil where it failed.
package func answerText(_ outcome: CommandOutcome, answers: [String?], for request: CommandRequest) -> String? { nil }
