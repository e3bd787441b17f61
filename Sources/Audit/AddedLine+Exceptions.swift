import DNS
public import FilterLists
public import Findings
import Policy

extension LoadedLayer {
    /// The layer as it would be with exceptions, each where its engine looks for them.
    /// - Parameter exceptions: with the list that each is about: those of a group of clients have it.
    /// - Throws: what compiling it gives.
    public func adding(_ exceptions: [(exception: LayerException, list: Int)]) throws(ListError) -> LoadedLayer {
        guard let engine = exceptions.first?.exception.engine else { return self }
        let whole = ExceptionFile(engine, exceptions.map(\.exception)).text
        func each(_ format: ListFormat, _ role: ListRole) -> [AddedLine] {
            exceptions.map { AddedLine(list: $0.list, text: $0.exception.line, place: .ownList(format, role)) }
        }
        switch engine {
        case .pihole:
            return try adding(
                exceptions.map { exception, list in
                    let name = "\(exception.name)"
                    guard exception.scope != .exact else {
                        return AddedLine(list: list, text: name, place: .ownList(.domains, .exempt))
                    }
                    let text = "(\\.|^)\(name.replacing(".", with: "\\."))$"
                    return AddedLine(list: list, text: text, place: .ownList(.regex, .exempt))
                }
            )
        case .adguardHome: return try adding(each(.adblock, .block))
        case .blocky, .panOS, .fortiGate: return try adding(each(.wildcard, .allow))
        case .technitium, .umbrella, .zscaler: return try adding(each(.domains, .allow))
        case .dnscryptProxy: return try adding(each(.dnscrypt, .allow))
        case .dnsmasq: return try adding(each(.dnsmasq, .block))
        case .unbound:
            return try adding([AddedLine(list: listCount - 1, text: whole, place: .ownList(.unbound, .block))])
        case .dnsdist: return try adding([AddedLine(list: listCount - 1, text: whole, place: .end)])
        case .knotPolicy:
            return try adding([AddedLine(list: 0, text: whole, place: .inFrontOf(firstRule(of: 0)))])
        case .bindRPZ, .unboundRPZ, .pdnsRPZ, .knotRPZ:
            return try adding([AddedLine(list: 0, text: whole, place: .listInFront(.rpz, .block))])
        case .squid: return try adding([AddedLine(list: 0, text: whole, place: .listInFront(.squid, .allow))])
        case .squidGuard: return try adding([AddedLine(list: 0, text: whole, place: .listInFront(.domains, .allow))])
        default: return self
        }
    }

    /// Where the first rule of a list stands.
    private func firstRule(of list: Int) -> Int {
        layer.compiledRules.map(layer.place).filter { $0.list == list }.map(\.text.lowerBound).min() ?? 0
    }
}
