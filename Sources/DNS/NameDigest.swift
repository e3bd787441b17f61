extension DomainName {
    /// Nobody knows it, so nobody can write names whose digests are alike.
    @usableFromInline static let digestSeed = UInt64.random(in: .min ... .max)

    /// The same number for equal names, in this process alone; hashing costs by the call, so tables are given this.
    /// - Complexity: O(octets), eight at a time
    @inlinable public var digest: UInt64 { wire.span.foldedDigest(seed: Self.digestSeed) }
}

extension Span where Element == UInt8 {
    /// A number for these octets, ASCII case ignored; `seed` has to be secret where strangers choose the octets.
    @inlinable
    public func foldedDigest(seed: UInt64) -> UInt64 {
        unsafe withUnsafeBytes { octets in
            var digest = seed ^ UInt64(truncatingIfNeeded: octets.count)
            var offset = 0
            while offset &+ 8 <= octets.count {
                let word = unsafe octets.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                digest = foldedProduct(digest ^ asciiLowercased(word), 0x9E37_79B9_7F4A_7C15)
                offset &+= 8
            }
            guard offset < octets.count else { return digest }
            if octets.count >= 8 {
                // The last eight, some of them once more.
                let word = unsafe octets.loadUnaligned(fromByteOffset: octets.count &- 8, as: UInt64.self)
                return foldedProduct(digest ^ asciiLowercased(word), 0x9E37_79B9_7F4A_7C15)
            }
            var word: UInt64 = 0
            while offset < octets.count {
                word = unsafe word << 8 | UInt64(octets[offset])
                offset &+= 1
            }
            return foldedProduct(digest ^ asciiLowercased(word), 0x9E37_79B9_7F4A_7C15)
        }
    }

    /// The same with letter case.
    @inlinable
    public func digest(seed: UInt64) -> UInt64 {
        unsafe withUnsafeBytes { octets in
            var digest = seed ^ UInt64(truncatingIfNeeded: octets.count)
            var offset = 0
            while offset &+ 8 <= octets.count {
                let word = unsafe octets.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                digest = foldedProduct(digest ^ word, 0x9E37_79B9_7F4A_7C15)
                offset &+= 8
            }
            guard offset < octets.count else { return digest }
            if octets.count >= 8 {
                // The last eight, some of them once more.
                let word = unsafe octets.loadUnaligned(fromByteOffset: octets.count &- 8, as: UInt64.self)
                return foldedProduct(digest ^ word, 0x9E37_79B9_7F4A_7C15)
            }
            var word: UInt64 = 0
            while offset < octets.count {
                word = unsafe word << 8 | UInt64(octets[offset])
                offset &+= 1
            }
            return foldedProduct(digest ^ word, 0x9E37_79B9_7F4A_7C15)
        }
    }

    /// Whether the octets are the same.
    @inlinable
    public func isEqual(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        return unsafe withUnsafeBytes { left in
            unsafe other.withUnsafeBytes { right in
                var offset = 0
                while offset &+ 8 <= left.count {
                    let words = unsafe (
                        left.loadUnaligned(fromByteOffset: offset, as: UInt64.self),
                        right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                    )
                    if words.0 != words.1 { return false }
                    offset &+= 8
                }
                while offset < left.count {
                    if unsafe left[offset] != right[offset] { return false }
                    offset &+= 1
                }
                return true
            }
        }
    }

    /// Whether the octets are the same, ASCII case ignored.
    @inlinable
    public func isEqualFolded(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        return unsafe withUnsafeBytes { left in
            unsafe other.withUnsafeBytes { right in
                if unsafe left.baseAddress == right.baseAddress { return true }
                var offset = 0
                while offset &+ 8 <= left.count {
                    let words = unsafe (
                        left.loadUnaligned(fromByteOffset: offset, as: UInt64.self),
                        right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                    )
                    if words.0 != words.1, asciiLowercased(words.0) != asciiLowercased(words.1) { return false }
                    offset &+= 8
                }
                while offset < left.count {
                    if unsafe asciiLowercased(left[offset]) != asciiLowercased(right[offset]) { return false }
                    offset &+= 1
                }
                return true
            }
        }
    }
}
