// The words by which a reply is read, as lists: whoever disagrees with a reading finds here why. A clause is matched word by word from its
// beginning; nothing is looked for inside words.

enum ReplyPhrases {
    /// Said before the matter itself.
    static let greetings: Set<String> = [
        "ok", "okay", "yes", "yeah", "yep", "yup", "hi", "hey", "hello", "well", "hm", "hmm", "hmmm", "ah", "oh", "so", "right",
        "please", "forge", "bot", "fyi", "btw", "imo", "imho", "also", "and", "just", "then", "lol", "haha", "sure",
    ]

    // MARK: Dismissals

    /// Before the words themselves: "this is a false positive", "marking as by design".
    private static let subjects = phrases(
        """
        this is|that is|it is|this's|that's|thats|it's|its|these are|this was|that was|it was|
        this is a|that is a|it is a|that's a|thats a|it's a|its a|this is an|that is an|that's an|it's an|a|an|this one is|this one is a|
        this is all|these are all|it's all|
        we'll|i'll|we will|i will|we are|we're|i am|i'm|let's|lets|you can|forge can|
        marking as|marking as a|marking this as|marking this as a|mark as|mark as a|mark this as|mark this as a|closing as|closing as a|
        closing this as|closing this as a|resolving as|resolving as a|dismissing as|dismissing as a|treat as|treat as a|treat this as|
        treat this as a|call it a|calling this a
        """)

    /// They may stand between subject and matter and change nothing.
    private static let stresses: Set<String> = [
        "definitely", "clearly", "really", "just", "simply", "totally", "absolutely", "100%", "entirely", "purely", "deliberately",
        "obviously", "certainly", "another", "all", "very", "much",
    ]

    private static let dismissals = phrases(
        """
        ignore|ignore this|ignore it|ignore that|ignore this one|ignore these|ignore this finding|ignore this warning|
        ignoring this|ignoring it|can ignore this|can ignore it|can be ignored|dismiss|dismiss this|dismiss it|dismiss this one|
        dismissing|dismissing this|dismissing it|suppress|suppress this|suppress it|
        won't fix|wont fix|wontfix|won't-fix|will not fix|won't fix this|wont fix this|won't fix it|will not fix this|will not fix it|
        not fixing|not fixing this|not fixing it|not going to fix|not going to fix this|not going to fix it|not gonna fix this|won't do|
        false positive|false-positive|false positives|false alarm|fp|
        by design|intentional|intentionally|intended behaviour|intended behavior|on purpose|deliberate|
        working as intended|works as intended|works as designed|working as designed|expected behaviour|expected behavior|wai|
        acceptable risk|accepted risk|risk accepted|accept this risk|accept the risk|known and accepted|
        we can ignore this|we can ignore it|we accept this risk|we accept the risk|i accept this risk|i accept the risk|
        we won't fix|i won't fix|we won't fix this|i won't fix this|we won't fix it|i won't fix it|we will not fix this|i will not fix this
        """)

    /// These also say what the code does ("this is ignored by git"), so nothing but a reason may follow.
    private static let participles = phrases("ignored|ignoring|dismissed|suppressed|accepted|intended")
    private static let reasons: Set<String> = ["because", "since", "thanks"]

    /// What may follow the words of a dismissal; anything else might be what they are about.
    private static let tails: Set<String> = [
        "because", "since", "as", "for", "until", "till", "in", "here", "on", "too", "please", "then", "now", "thanks", "again", "due",
        "given",
        "per", "after", "with", "everywhere", "and", "see", "from", "when", "while", "at", "only",
    ]

    /// Behind the words of a dismissal they make it less than one.
    private static let conditions: Set<String> = [
        "if", "unless", "maybe", "perhaps", "probably", "possibly", "think", "guess", "hopefully", "but", "however", "except", "though",
        "although", "fix", "fixed",
    ]

    static func isDismissal(_ clause: [String]) -> Bool {
        let clause = clause.first == "but" ? Array(clause.dropFirst()) : clause
        return starts(of: clause).contains { start in
            dismissals.contains { isMatter($0, of: start, before: tails) }
                || participles.contains { isMatter($0, of: start, before: reasons) }
        }
    }

    private static func isMatter(_ phrase: [String], of words: ArraySlice<String>, before tails: Set<String>) -> Bool {
        guard words.starts(with: phrase) else { return false }
        let rest = words.dropFirst(phrase.count)
        return (rest.first.map(tails.contains) ?? true) && !rest.contains(where: conditions.contains)
    }

    /// The clause itself, and what is left of it behind a subject.
    private static func starts(of clause: [String]) -> [ArraySlice<String>] {
        let plain = clause.filter { !stresses.contains($0) }[...]
        return [plain] + subjects.filter { plain.starts(with: $0) }.map { plain.dropFirst($0.count) }
    }

    // MARK: What takes a dismissal back

    private static let refusals: Set<String> = [
        "not", "don't", "dont", "never", "isn't", "isnt", "cannot", "can't", "cant", "wasn't", "aren't", "won't", "shouldn't", "no",
    ]
    private static let between: Set<String> = ["a", "an", "be", "to", "just", "really", "been", "the"]

    /// "This is not a false positive", "don't ignore this": the opposite of a dismissal, and no dispute either.
    static func refusesDismissal(_ clause: [String]) -> Bool {
        clause.indices.contains { index in
            guard refusals.contains(clause[index]) else { return false }
            let rest = clause[(index + 1)...].drop { between.contains($0) }
            return (dismissals + participles).contains { rest.starts(with: $0) }
        }
    }

    /// Wherever they stand, or at the beginning only.
    private static let reversals: Set<String> = [
        "but", "however", "actually", "wait", "although", "except", "unless", "nevermind", "maybe", "perhaps", "probably", "possibly",
        "hopefully", "apparently",
    ]
    private static let openingReversals: Set<String> = ["though", "scratch", "hold", "sorry", "if", "no"]
    private static let reversingPhrases = phrases(
        """
        on second thought|never mind|my mistake|i think|i guess|i believe|i suppose|i assume|not sure|i'm not sure|we think|or is it|or not|
        i was wrong|or maybe
        """)

    /// "… but it should be fixed later", "… I think", "… wait, no".
    static func takesBack(_ clause: [String]) -> Bool {
        clause.contains(where: reversals.contains) || clause.first.map(openingReversals.contains) ?? false
            || clause.indices.contains { index in reversingPhrases.contains { clause[index...].starts(with: $0) } } || isPromise(clause)
    }

    /// "… I will fix it": then there is something to fix.
    private static func isPromise(_ clause: [String]) -> Bool {
        let words = Set(clause)
        return !words.isDisjoint(with: ["fix", "fixed", "fixing"]) && words.isDisjoint(with: ["won't", "wont", "not", "never"])
    }

    static func isBareNo(_ clause: [String]) -> Bool { clause == ["no"] || clause == ["nope"] || clause == ["nah"] }

    // MARK: Everything else

    private static let questions = phrases(
        """
        why|what|how|is this|is that|is it|are you|are these|can you|can we|could you|could we|should i|should we|do you|
        do we|do i|does this|does it|does that|would you|would it|explain|please explain|what's|whats|how's|tell me|show me|elaborate|
        can this|will this|am i|isn't this|isn't that|isn't it|not sure what|not sure why|not sure how|i don't understand|i dont understand|
        don't understand|i don't get|unclear
        """)

    static func opensQuestion(_ clause: [String]) -> Bool { questions.contains { clause.starts(with: $0) } }

    private static let fixes = phrases(
        """
        done|fixed|fixed in|fixed it|fixed this|fixed that|addressed|addressed in|resolved|resolved in|changed|updated|removed|pushed|
        will fix|i'll fix|i will fix|we'll fix|on it|fixing|fixing it|fixing this|just fixed|just pushed|i fixed|i've fixed|i pushed|i removed|
        i changed|should be fixed|this is fixed|this is done|it's fixed|it's done|is fixed|working on it|working on this|revoked|rotated
        """)

    static func isFix(_ clause: [String]) -> Bool { fixes.contains { clause.starts(with: $0) } }

    private static let thanks = phrases(
        """
        thanks|thank you|thx|ty|cheers|good catch|nice catch|great catch|good find|good point|nice|great|agreed|agree|i agree|true|fair|
        fair enough|fair point|no problem|no worries|np|no objections|makes sense|that makes sense|you're right|you are right|youre right|indeed|correct|exactly|+1|lgtm|perfect|cool
        """)

    /// Nothing but pictures, one of these among them.
    static let thankfulPictures: Set<Character> = ["👍", "🙏", "🎉", "💯", "❤️", "👏", "🙌"]

    static func isThanks(_ clause: [String]) -> Bool { thanks.contains { clause.starts(with: $0) } }

    /// Words by which people contradict, wherever they stand.
    private static let contradictions: Set<String> = [
        "disagree", "wrong", "incorrect", "untrue", "nonsense", "nope", "no", "never", "unreachable", "impossible", "irrelevant", "bogus",
        "hallucinated", "hallucination", "harmless", "safe", "isn't", "isnt", "doesn't", "doesnt", "don't", "dont", "can't", "cannot",
        "cant",
        "not", "already", "overkill", "nitpick", "nit", "pointless", "noise", "noisy", "misread", "misunderstood", "mistaken", "invalid",
        "won't", "wont", "wontfix", "aren't", "wasn't", "didn't",
    ]

    static func isDispute(_ clause: [String]) -> Bool {
        clause.contains(where: contradictions.contains)
            || clause.indices.contains { index in
                dismissals.contains { $0.count > 1 && clause[index...].starts(with: $0) }
            }
    }

    /// `a b|c` as lists of words. Line breaks between are for readers of this file.
    private static func phrases(_ text: String) -> [[String]] {
        text.split(separator: "|").map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }.filter { !$0.isEmpty }
    }
}
