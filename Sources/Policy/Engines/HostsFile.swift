extension EngineProfile {
    /// The client's own hosts file, asked before DNS: a name in it is answered from it alone, with all addresses of its
    /// lines; the family it has no address of stays without one. Other types go to DNS.
    ///
    /// Compared with glibc 2.36 (`hosts: files dns`, getaddrinfo for both families). Windows reads the same lines; what it
    /// does about the other family was not seen.
    static let hostsFile = EngineProfile(
        engine: .hostsFile,
        basis: "the hosts file of glibc 2.36, compared with the running library",
        formats: ["hosts"],
        precedence: [.hosts, .nullData],
        order: .classFirst,
        plainName: nil,
        starName: nil,
        hosts: .answersAddress,
        chain: .never,
        blockModes: [("default", BlockAnswer(a: .nodata, aaaa: .nodata, other: .forward, ttl: 0))],
        dataHidesOtherTypes: false,
        dataTTL: 0,
        setsAuthoritative: false
    )
}
