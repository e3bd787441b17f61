internal import Glibc

/// What this host calls itself.
enum HostName {
    /// The name, or nothing where it has none.
    static var own: String {
        var octets = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&octets, octets.count - 1) == 0 else { return "" }
        return String(decoding: octets.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
