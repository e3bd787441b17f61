/// Where something is documented or was seen.
public struct Source: Sendable, Hashable {
    /// The short id by which entries refer to it, `W11E`.
    public let id: String
    /// The repository of the document, `owner/name`.
    public let repository: String?
    /// The path of the document in its repository, or the name of a file.
    public let path: String?
    /// The commit that was read.
    public let commit: String?
    /// The date that the document gives, `YYYY-MM-DD`.
    public let date: String?
    /// An address, for sources outside repositories.
    public let url: String?
    /// Anything else a reader should know.
    public let note: String?

    /// A source; leave out what is not known.
    public init(
        id: String,
        repository: String? = nil,
        path: String? = nil,
        commit: String? = nil,
        date: String? = nil,
        url: String? = nil,
        note: String? = nil
    ) {
        self.id = id
        self.repository = repository
        self.path = path
        self.commit = commit
        self.date = date
        self.url = url
        self.note = note
    }
}

extension Source: CustomStringConvertible {
    /// One line that lets a reader find the source: repository, path, commit, date or address.
    public var description: String {
        var parts: [String] = []
        if let repository { parts.append(repository) }
        if let path { parts.append(path) }
        if let url { parts.append(url) }
        var text = parts.joined(separator: " ")
        if let commit { text += "@" + commit }
        if let date { text += " (" + date + ")" }
        return text.isEmpty ? id : text
    }
}
