// Why a GitHub signature did not hold, for the operator's record alone. The delivery stays refused whatever is found here.

package import ForgeCrypto

extension GitHubVerifier {
    /// So many of the newest secrets are tried.
    private static let diagnosisSecretsMax = 4

    /// What was wrong with a refused body, as precisely as can be said. Call it after `wrongSignature`, off the answer's path.
    package static func diagnose(body: [UInt8], signature: String?, secrets: [HMACKey]) -> WebhookRejection {
        guard !secrets.isEmpty else { return noSecret }
        let expected: [UInt8]
        do throws(WebhookRejection) {
            expected = try code(signature: signature)
        } catch {
            return error
        }
        guard body.count <= BodyChange.bytesMax else {
            return WebhookRejection(
                .wrongSignature,
                "No configured secret gives this signature; the body (\(body.count) bytes) is too large to look for a change.")
        }
        let tried = Array(secrets.prefix(diagnosisSecretsMax))
        if let change = BodyChange.sentence(
            of: body, among: BodyChange.allCases, holds: { secret(among: tried, signing: $0, with: expected) != nil })
        {
            return WebhookRejection(.bodyChanged, change)
        }
        return WebhookRejection(
            .wrongSignature,
            "No configured secret gives this signature, nor with a change that proxies are known for: compare the two sides' secrets."
        )
    }
}
