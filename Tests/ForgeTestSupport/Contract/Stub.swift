extension StoreContract {
    static let ticketCases: [Case] = []
    static let ticketJoiningCases: [Case] = []
    static let runCases: [Case] = []
    static let evidenceCases: [Case] = []
    static let journalCases: [Case] = []
    static let tokenCases: [Case] = []
    static let answerCases: [Case] = []
    static let sweepCases: [Case] = []
    static let pagingCases: [Case] = []
    static let tenancyCases: [Case] = []
    static let propertyCases: [Case] = []
}
