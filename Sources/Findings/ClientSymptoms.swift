public import Catalog
import Policy

extension Finding {
    /// The error codes that a Windows client shows when this happens: those that sources tie to the endpoint, then those
    /// of the failing stage. Nothing is claimed for names outside the catalog, for what is undecided, and where IPv4
    /// addresses are still to be had, which clients then use.
    public var clientErrors: [ErrorCode] {
        guard let endpoint, rule != .undecided, reach == .everything || reach == .ipv4 else { return [] }
        // A proxy answers, and the name resolves as ever: squid with HTTP status 403, squidGuard with whatever its
        // configuration redirects to.
        if isDeniedByProxy { return verdict.matched?.rule.engine == .squid ? [Self.forbidden] : [] }
        // A name that resolves to the wrong place shows no code that says it did not resolve, and where nobody answers
        // none that is about what was answered.
        let isUnanswered = stage == .dns || stage == .reachability
        var codes = endpoint.errors.filter {
            (stage == .dns || !Self.resolutionErrors.contains($0)) && !(isUnanswered && Self.isAboutContent($0))
        }
        for code in Self.stageErrors(verdict.kind) where !codes.contains(code) { codes.append(code) }
        return codes
    }

    /// Whether a proxy denies the host, which has nothing to do with its name.
    private var isDeniedByProxy: Bool {
        guard let engine = verdict.matched?.rule.engine else { return false }
        return engine == .squid || engine == .squidGuard
    }

    /// The stage at which the client notices.
    public var stage: ClientError.Stage? {
        if isDeniedByProxy { return .http }
        return switch verdict.kind {
        case .nxdomain, .nodata, .refused, .drop, .servfail: .dns
        case .sinkhole: .reachability
        case .redirect: .tls
        case .pass, .route, .truncate, .unsupported: nil
        }
    }

    private static func stageErrors(_ kind: VerdictKind) -> [ErrorCode] {
        switch kind {
        case .nxdomain, .nodata, .refused, .drop, .servfail: [nameNotResolved]
        case .sinkhole: [endpointUnreachable]
        case .redirect: [redirectorInvalid, securityVerification]
        case .pass, .route, .truncate, .unsupported: []
        }
    }

    /// Whether Delivery Optimization says of an HTTP answer that it is not what was asked for (DO_E_HTTP_…).
    private static func isAboutContent(_ code: ErrorCode) -> Bool { code.rawValue & 0xFFFF_F000 == 0x80D0_5000 }

    /// WU_E_PT_HTTP_STATUS_FORBIDDEN.
    private static let forbidden = ErrorCode(rawValue: 0x8024_4018)
    /// WU_E_PT_WINHTTP_NAME_NOT_RESOLVED and ERROR_WINHTTP_NAME_NOT_RESOLVED.
    private static let resolutionErrors = [nameNotResolved, ErrorCode(rawValue: 0x8007_2EE7)]
    /// WU_E_PT_WINHTTP_NAME_NOT_RESOLVED.
    private static let nameNotResolved = ErrorCode(rawValue: 0x8024_402C)
    /// WU_E_PT_ENDPOINT_UNREACHABLE.
    private static let endpointUnreachable = ErrorCode(rawValue: 0x8024_0438)
    /// WU_E_REDIRECTOR_INVALID_RESPONSE.
    private static let redirectorInvalid = ErrorCode(rawValue: 0x8024_5006)
    /// WU_E_PT_SECURITY_VERIFICATION_FAILURE.
    private static let securityVerification = ErrorCode(rawValue: 0x8024_0437)
}
