public import TextScan

/// The categories in a folder, however deep: UT1 and Shalla publish one folder each, some with folders of their own.
public struct CategoryTree: Sendable {
    /// The folders of categories, in order.
    public private(set) var categories: [String] = []
    /// What was left out.
    public private(set) var diagnostics: [Diagnostic] = []

    /// What counts folders that were not looked at.
    public static let cutReason = "too-many-folders"

    /// Folders in folders.
    static let maximumDepth = 8
    /// Categories of a tree.
    static let maximumCategories = 5_000

    /// Whether there are folders that were not looked at.
    public private(set) var isCut = false

    private var links = 0

    /// Looks for categories; nil when the path is no folder, or holds none.
    /// - Complexity: O(names in the tree)
    public init?(_ path: String) {
        guard let listing = FolderListing(path) else { return nil }
        var base = path[...]
        while base.count > 1, base.hasSuffix("/") { base.removeLast() }
        add(String(base), listing, depth: 0)
        guard !categories.isEmpty else { return nil }
        if links > 0 {
            let text = "links in the folder are not followed, most are categories under another name: \(links)"
            diagnostics.append(Diagnostic(path: path, reason: "link", text: text))
        }
        if isCut {
            let text = "holds folders that are not looked at: too many, too deep or unreadable; name those missing"
            diagnostics.append(Diagnostic(path: path, reason: Self.cutReason, text: text))
        }
    }

    private mutating func add(_ path: String, _ listing: FolderListing, depth: Int) {
        links += listing.links.count
        if listing.isCut { isCut = true }
        if listing.files.contains(where: CategoryFolder.isContent) { categories.append(path) }
        for folder in listing.folders {
            guard depth < Self.maximumDepth, categories.count < Self.maximumCategories else {
                isCut = true
                return
            }
            let inner = path == "/" ? "/\(folder)" : "\(path)/\(folder)"
            if let listing = FolderListing(inner) { add(inner, listing, depth: depth + 1) } else { isCut = true }
        }
    }
}
