public import DNS

/// One CNAME step behind an update name, with everything that shows it.
public struct ChainEdge: Sendable, Hashable {
    /// How sure the step is.
    public enum Basis: String, Sendable, CaseIterable {
        /// A source shows owner and target.
        case observed
        /// Sources show the target only; the owner is a reading of its name.
        case inferred
    }

    /// One sighting of a step.
    public struct Sighting: Sendable, Hashable {
        /// The capture, document or list.
        public let place: String
        /// Years; nil when the source has no date.
        public let when: String?
        /// `blocked…` when a filter stopped the name there, or anything else.
        public let note: String?

        /// A sighting of its parts.
        public init(place: String, when: String?, note: String?) {
            self.place = place
            self.when = when
            self.note = note
        }
    }

    /// The alias.
    public let owner: DomainName
    /// What it points to.
    public let target: DomainName
    /// Observed if any sighting is.
    public var basis: Basis
    /// All sightings, in file order.
    public var sightings: [Sighting]

    /// An edge of its parts.
    public init(owner: DomainName, target: DomainName, basis: Basis, sightings: [Sighting]) {
        self.owner = owner
        self.target = target
        self.basis = basis
        self.sightings = sightings
    }
}
