import Catalog
import Settings

/// The built-in error table as symbols by code.
enum ErrorSymbols {
    /// Reads the table; costs a few milliseconds.
    static func load() -> [ErrorCode: String] {
        var symbols: [ErrorCode: String] = [:]
        for error in BuiltInCatalog.errors().table.errors {
            if let symbol = error.symbols.first { symbols[error.code] = symbol }
        }
        return symbols
    }
}
