import TextScan

/// What stands in a file where a download did not bring the list: an error page, the error text of a server, or what stands
/// for a file that is kept elsewhere.
enum DownloadFault {
    /// What a text is instead of a list, and what to do about it; nil for what may be one.
    static func of(_ text: Span<UInt8>) -> String? {
        let start = text.hasPrefix("\u{FEFF}") ? 3 : 0
        if text.hasPrefix("version https://git-lfs.github.com/spec/", at: start) {
            return
                "a Git LFS pointer, which only stands for a file; get the file itself: `git lfs pull`, or download it from "
                + "where it is kept"
        }
        if ContentSniff(text).known == .html {
            return "an HTML page; was an error page downloaded instead of the list?"
        }
        if isServerError(text) {
            return "the error of a web server; it was downloaded instead of the list: check the address"
        }
        return nil
    }

    /// Whether a short JSON document is what programs answer that have no such file.
    static func isJSONError(_ text: Span<UInt8>) -> Bool {
        text.count < 2_048
            && (text.firstRange(of: "\"message\"") != nil || text.firstRange(of: "\"error\"") != nil
                || text.firstRange(of: "\"errors\"") != nil)
    }

    /// `404: Not Found`, `502 Bad Gateway`, `HTTP/1.1 404 Not Found`, `Not Found`: the first line, with little behind it.
    private static func isServerError(_ text: Span<UInt8>) -> Bool {
        guard text.count < 1_024 else { return false }
        var lines = LineScanner(text)
        var words: [String] = []
        while words.isEmpty, let line = lines.next() {
            let content = text.extracting(line.range).string.lowercased()
            words = content.split { " :,-.!".contains($0) }.map(String.init)
        }
        if words.first?.hasPrefix("http/") == true { words.removeFirst(min(2, words.count)) }
        if let code = words.first, code.count == 3, ["4", "5"].contains(code.prefix(1)), Int(code) != nil,
            words.count > 1
        {
            words.removeFirst()
        }
        if words.first == "error" { words.removeFirst() }
        return phrases.contains(words.joined(separator: " "))
    }

    /// Reason phrases (RFC 9110), and how servers vary them.
    private static let phrases: Set<String> = [
        "not found", "page not found", "file not found", "404 page not found", "bad request", "unauthorized",
        "forbidden",
        "access denied", "access forbidden", "method not allowed", "gone", "too many requests", "rate limit exceeded",
        "internal server error", "bad gateway", "service unavailable", "service temporarily unavailable",
        "gateway timeout", "gateway time out",
    ]
}
