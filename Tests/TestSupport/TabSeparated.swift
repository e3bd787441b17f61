/// Tab-separated text, as suites and facts have it.
public enum TabSeparated {
    /// The lines with something in them, heading included, each as its fields.
    public static func lines(_ octets: [UInt8]) -> [[String]] {
        String(decoding: octets, as: UTF8.self).split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }
}
