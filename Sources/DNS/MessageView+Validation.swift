extension MessageView {
    /// Checks what the frame check leaves out: every question and owner name, and the RDATA of every type that has a
    /// ``RDATAFormat``.
    ///
    /// RDATA of length 0 is allowed with class ANY and NONE, where an update deletes or requires (RFC 2136 §2.4, §2.5).
    /// A TSIG record must be the last one (RFC 8945 §5.1).
    /// - Throws: ``WireError`` with the offset of the first fault.
    /// - Complexity: O(octets), with at most 127 pointers followed for a name
    public func validateRecords() throws(WireError) {
        var names = NameBuffer()
        var position = MessageHeader.size
        for _ in 0..<header.questionCount {
            position = try names.fill(octets, at: position) + 4
        }
        for index in 0..<recordCount {
            _ = try names.fill(octets, at: position)
            let record = try readRecord(octets, at: position, index: index, header: header)
            guard record.type != .tsig || index == recordCount - 1 else { throw .badValue(offset: position) }
            try validateData(of: record, names: &names)
            position = record.end
        }
    }

    private func validateData(of record: RecordView, names: inout NameBuffer) throws(WireError) {
        if record.dataLength == 0, record.recordClass == .any || record.recordClass == .none { return }
        guard let format = RDATAFormat(record.type) else { return }
        try format.validate(octets, record.dataOffset..<record.end, compressed: true, names: &names)
    }
}
