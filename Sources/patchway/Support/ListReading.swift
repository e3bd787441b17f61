import FilterLists
import Policy
import TextScan

/// How the lists of a command line are read; nil leaves it to the list.
struct ListReading {
    var engine: Engine?
    var format: ListFormat?
    var role: ListRole?
    var blockMode: String?
    /// See ``LayerOptions``; what it says of a list of names to allow is of no use to who compares two of them.
    var leavesOthersOpen = false

    var options: LayerOptions { LayerOptions(leavesOthersOpen: leavesOthersOpen) }
}

extension LayerLoader {
    /// Loads every list of a file, archive members apart, each as a layer of its own; members that were refused are
    /// diagnostics. A folder is one category.
    static func loadEach(
        _ path: String,
        _ reading: ListReading
    ) throws(ListError) -> (results: [Result<LoadedLayer, ListError>], diagnostics: [Diagnostic]) {
        let set: InputSet
        do throws(InputError) {
            set = try InputFile.read(path: path)
        } catch {
            guard case .isDirectory = error.reason else { throw ListError(path: path, reason: .input(error)) }
            let list = ListInput(path: path, role: reading.role ?? .block, format: reading.format)
            return (
                [
                    Result { () throws(ListError) in
                        try load([list], engine: reading.engine, blockMode: reading.blockMode, options: reading.options)
                    }
                ], []
            )
        }
        let results = set.inputs.map { input in
            Result { () throws(ListError) in try load(input.bytes.span.octets, named: input.path, reading) }
        }
        return (results, set.diagnostics)
    }

    /// Loads a list that was read already as a layer of its own.
    static func load(
        _ octets: [UInt8],
        named path: String,
        _ reading: ListReading
    ) throws(ListError) -> LoadedLayer {
        var list = ListInput(path: path, role: reading.role ?? .block, format: reading.format, octets: octets)
        list.leavesRoleOpen = reading.role == nil
        return try load([list], engine: reading.engine, blockMode: reading.blockMode, options: reading.options)
    }
}
