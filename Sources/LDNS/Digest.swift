internal import CLDNS

extension Cryptography {
    /// The SHA-256 of octets (FIPS 180-4), in hexadecimal digits.
    /// - Complexity: O(octets)
    public static func sha256(_ octets: Span<UInt8>) -> String {
        var state = ldns_sha256_CTX()
        var digest = [UInt8](repeating: 0, count: 32)
        unsafe ldns_sha256_init(&state)
        unsafe octets.withUnsafeBufferPointer { unsafe ldns_sha256_update(&state, $0.baseAddress, $0.count) }
        unsafe ldns_sha256_final(&digest, &state)
        return digest.map { octet in
            let digits = String(octet, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
