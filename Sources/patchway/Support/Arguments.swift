/// What has to be put right about a command line before it is parsed.
enum Arguments {
    /// Moves a signed number that `explain` is given behind `--`, so that `explain -2145107924` needs no quoting tricks:
    /// event logs print error codes that way.
    static func withSignedCodes(_ arguments: [String]) -> [String] {
        guard arguments.first == "explain", !arguments.contains("--"),
            let place = arguments.firstIndex(where: isSignedNumber)
        else { return arguments }
        var moved = arguments
        let code = moved.remove(at: place)
        return moved + ["--", code]
    }

    private static func isSignedNumber(_ text: String) -> Bool {
        text.utf8.count > 1 && text.hasPrefix("-") && text.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }
}
