import DNS
import LDNS
import Testing

@Test func probe() throws {
    let r = try ResourceRecord("www 300 IN A 192.0.2.1", origin: DomainName("example.com"))
    print(r)
    #expect(r.description == "www.example.com. 300 IN A 192.0.2.1")
}
