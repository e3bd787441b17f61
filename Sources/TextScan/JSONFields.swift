/// The members of an object that are expected: each is taken by its name and kind, and what is wrong says where.
public struct JSONFields: Sendable {
    private let members: [String: JSONValue]
    /// Where the object begins, in octets.
    public let offset: Int

    /// The members of an object.
    public init(_ value: JSONValue) throws(JSONFault) {
        guard case .object(let members) = value.content else {
            throw JSONFault(offset: value.offset, reason: "json-kind", text: "an object is expected here")
        }
        self.members = Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
        offset = value.offset
    }

    /// A fault at a member, or at the object where there is no such.
    public func fault(_ name: String, _ text: String) -> JSONFault {
        JSONFault(offset: members[name]?.offset ?? offset, reason: "json-member", text: "`\(name)`: \(text)")
    }

    /// Whether there is such a member.
    public func has(_ name: String) -> Bool { members[name] != nil }

    private func value(_ name: String) throws(JSONFault) -> JSONValue {
        guard let value = members[name] else { throw fault(name, "is missing") }
        return value
    }

    /// A text.
    public func text(_ name: String) throws(JSONFault) -> String {
        guard case .text(let text) = try value(name).content else { throw fault(name, "is no text") }
        return text
    }

    /// A text; nil where there is none.
    public func optionalText(_ name: String) throws(JSONFault) -> String? { has(name) ? try text(name) : nil }

    /// A whole number from 0 on.
    public func count(_ name: String) throws(JSONFault) -> Int {
        guard case .number(let digits) = try value(name).content, let number = Int(digits), number >= 0 else {
            throw fault(name, "is no whole number from 0 on")
        }
        return number
    }

    /// A whole number; nil where there is none.
    public func optionalCount(_ name: String) throws(JSONFault) -> Int? { has(name) ? try count(name) : nil }

    /// A flag; false where there is none.
    public func flag(_ name: String) throws(JSONFault) -> Bool {
        guard has(name) else { return false }
        guard case .flag(let flag) = try value(name).content else { throw fault(name, "is neither true nor false") }
        return flag
    }

    /// The elements of an array.
    public func array(_ name: String) throws(JSONFault) -> [JSONValue] {
        guard case .array(let elements) = try value(name).content else { throw fault(name, "is no array") }
        return elements
    }

    /// An array of texts.
    public func texts(_ name: String) throws(JSONFault) -> [String] {
        var texts: [String] = []
        for element in try array(name) {
            guard case .text(let text) = element.content else {
                throw JSONFault(offset: element.offset, reason: "json-member", text: "`\(name)`: holds what is no text")
            }
            texts.append(text)
        }
        return texts
    }

    /// An array of objects; empty where there is none.
    public func objects(_ name: String) throws(JSONFault) -> [JSONFields] {
        guard has(name) else { return [] }
        var objects: [JSONFields] = []
        for element in try array(name) { objects.append(try JSONFields(element)) }
        return objects
    }

    /// An object; nil where there is none.
    public func object(_ name: String) throws(JSONFault) -> JSONFields? {
        guard let value = members[name] else { return nil }
        return try JSONFields(value)
    }

    /// An object of numbers; empty where there is none.
    public func counts(_ name: String) throws(JSONFault) -> [String: Int] {
        guard let object = try object(name) else { return [:] }
        var counts: [String: Int] = [:]
        for key in object.members.keys { counts[key] = try object.count(key) }
        return counts
    }
}
