// swift-tools-version: 6.2
import PackageDescription

// Layers: an entry may depend on entries above it, never below; Scripts/check-imports enforces it.
let package = Package(
    name: "patchway",
    platforms: [.macOS(.v26)],
    products: [
        .executable(name: "patchway", targets: ["patchway"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // MARK: - C libraries and shims
        .systemLibrary(name: "CLDNS", pkgConfig: "ldns", providers: [.apt(["libldns-dev"])]),
        .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CEVTX", pkgConfig: "libevtx", providers: [.apt(["libevtx-dev", "libbfio-dev"])]),
        .target(name: "CFetch", linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "CGit", linkerSettings: [.linkedLibrary("git2")]),
        .target(name: "CHTTP2", linkerSettings: [.linkedLibrary("nghttp2")]),
        .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
        .target(name: "CMachine"),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "CSockets"),
        .target(name: "CTLS", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .target(name: "CTRE", linkerSettings: [.linkedLibrary("tre")]),
        .target(name: "CZones"),

        // MARK: - Layer 1: representations
        .target(name: "DNS"),
        .target(name: "LDNS", dependencies: ["CLDNS", "DNS"]),
        .target(name: "TextScan", dependencies: ["CArchive"]),
        .target(name: "SQLite", dependencies: ["CSQLite"]),
        .target(name: "EventLogs", dependencies: ["CEVTX"]),
        .target(name: "Revisions", dependencies: ["CGit"]),
        .target(name: "NameLanguages"),

        // MARK: - Layer 2: what lists mean, what update services need, what logs say
        .target(name: "Policy", dependencies: ["CMachine", "CRE2", "CTRE", "DNS"]),
        .target(name: "FilterLists", dependencies: ["DNS", "LDNS", "Policy", "SQLite", "TextScan"]),
        .target(name: "Catalog", dependencies: ["CZones", "DNS", "TextScan"]),
        .target(name: "QueryLogs", dependencies: ["DNS", "EventLogs", "SQLite", "TextScan"]),
        .target(name: "Detection", dependencies: ["DNS", "Policy"]),
        .target(name: "Downloads", dependencies: ["CFetch"]),
        .target(name: "Validation", dependencies: ["DNS", "LDNS"]),

        // MARK: - Layer 3: the server; findings, and the questions that lead to them
        .target(
            name: "Resolver",
            dependencies: ["CHTTP2", "CSockets", "CTLS", "Detection", "DNS", "Policy", "TextScan", "Validation"]
        ),
        .target(name: "Findings", dependencies: ["Catalog", "DNS", "Policy"]),
        .target(
            name: "Audit",
            dependencies: ["Catalog", "DNS", "FilterLists", "Findings", "NameLanguages", "Policy"]
        ),
        .target(
            name: "Replay",
            dependencies: ["Catalog", "Detection", "DNS", "Findings", "Policy", "QueryLogs", "TextScan"]
        ),

        // MARK: - Faces
        .target(name: "Settings", dependencies: ["Catalog", "DNS", "Policy", "Resolver", "TextScan", "Yams"]),
        .target(name: "Reports", dependencies: ["Catalog", "DNS", "Findings", "LDNS", "Policy", "TextScan"]),

        // MARK: - Command
        .executableTarget(
            name: "patchway",
            dependencies: [
                "Audit", "Catalog", "DNS", "Downloads", "FilterLists", "Findings", "LDNS", "Policy", "QueryLogs",
                "Replay",
                "Reports",
                "Resolver", "Revisions", "Settings", "TextScan", "Validation",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),

        // MARK: - Tests
        .target(name: "TestSupport", path: "Tests/TestSupport"),
        .target(name: "CCounter", path: "Tests/Benchmarks/CCounter"),
        .executableTarget(
            name: "policy-bench",
            dependencies: ["CCounter", "DNS", "FilterLists", "Policy"],
            path: "Tests/Benchmarks/PolicyBench"
        ),
        .executableTarget(
            name: "oracle",
            dependencies: [
                "Audit", "Catalog", "DNS", "FilterLists", "Findings", "Policy", "QueryLogs", "Replay", "Resolver",
                "Settings",
                "TestSupport", "TextScan",
            ],
            path: "Tests/Oracle"
        ),
        .target(
            name: "Suites",
            dependencies: ["DNS", "FilterLists", "LDNS", "Policy", "Resolver", "TestSupport"],
            path: "Tests/Suites"
        ),
        .executableTarget(name: "suite", dependencies: ["Suites"], path: "Tests/Suite"),
        .testTarget(name: "DNSTests", dependencies: ["DNS", "LDNS", "TestSupport"]),
        .testTarget(name: "LDNSTests", dependencies: ["CLDNS", "DNS", "LDNS", "TestSupport"]),
        .testTarget(name: "TextScanTests", dependencies: ["TestSupport", "TextScan"]),
        .testTarget(name: "NameLanguagesTests", dependencies: ["NameLanguages", "Policy", "TestSupport"]),
        .testTarget(name: "ValidationTests", dependencies: ["DNS", "LDNS", "Validation"]),
        .testTarget(name: "RevisionsTests", dependencies: ["Revisions", "TestSupport"]),
        .testTarget(name: "DownloadsTests", dependencies: ["Downloads"]),
        .testTarget(name: "DetectionTests", dependencies: ["Detection", "DNS", "Policy"]),
        .testTarget(
            name: "QueryLogsTests",
            dependencies: ["DNS", "EventLogs", "QueryLogs", "TestSupport", "TextScan"]
        ),
        .target(
            name: "FindingSupport",
            dependencies: ["Catalog", "DNS", "FilterLists", "Policy"],
            path: "Tests/FindingSupport"
        ),
        .testTarget(name: "PolicyTests", dependencies: ["DNS", "Policy", "TestSupport"]),
        .testTarget(
            name: "FilterListsTests",
            dependencies: ["DNS", "FilterLists", "Policy", "Suites", "TestSupport", "TextScan"]
        ),
        .testTarget(name: "CatalogTests", dependencies: ["Catalog", "DNS", "TestSupport", "TextScan"]),
        .testTarget(
            name: "SettingsTests",
            dependencies: [
                "Catalog", "DNS", "FilterLists", "Policy", "Resolver", "Settings", "TestSupport", "TextScan",
            ]
        ),
        .testTarget(
            name: "FindingsTests",
            dependencies: ["Catalog", "DNS", "FindingSupport", "Findings", "Policy"]
        ),
        .testTarget(
            name: "AuditTests",
            dependencies: [
                "Audit", "Catalog", "DNS", "FilterLists", "FindingSupport", "Findings", "Policy", "TestSupport",
            ]
        ),
        .testTarget(
            name: "ReplayTests",
            dependencies: [
                "Catalog", "DNS", "FindingSupport", "Findings", "Policy", "QueryLogs", "Replay", "TestSupport",
                "TextScan",
            ]
        ),
        .testTarget(
            name: "ReportsTests",
            dependencies: ["Catalog", "DNS", "FindingSupport", "Findings", "Policy", "Reports", "TextScan"]
        ),
        .testTarget(name: "PatchwayTests", dependencies: ["Policy", "TestSupport"]),
        .testTarget(
            name: "ConventionTests",
            dependencies: ["FilterLists", "QueryLogs", "TestSupport", "TextScan"]
        ),
        .executableTarget(
            name: "serve-bench",
            dependencies: ["DNS", "Policy", "Resolver", "TextScan"],
            path: "Tests/Benchmarks/ServeBench"
        ),
        .target(
            name: "FuzzSubjects",
            dependencies: [
                "CSockets", "DNS", "FilterLists", "LDNS", "Policy", "QueryLogs", "Replay", "Resolver", "Settings",
                "TestSupport", "TextScan",
            ],
            path: "Tests/Fuzz/Subjects"
        ),
        .testTarget(name: "FuzzTests", dependencies: ["FuzzSubjects", "TestSupport"], path: "Tests/Fuzz/Tests"),
        .testTarget(
            name: "ResolverTests",
            dependencies: [
                "CSockets", "Detection", "DNS", "FilterLists", "Policy", "Resolver", "TestSupport", "Validation",
            ]
        ),
    ]
)

// The program of libFuzzer, which needs its sanitizer: Scripts/fuzz says so. Tests put examples to the same subjects.
let fuzzes = Context.environment["PATCHWAY_FUZZ"] != nil
if fuzzes {
    package.targets += [
        .target(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(name: "fuzz", dependencies: ["CFuzzer", "FuzzSubjects"], path: "Tests/Fuzz/Runner"),
    ]
}

// RE2's headers.
package.cxxLanguageStandard = .cxx17

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
    .enableUpcomingFeature("ExistentialAny"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
    .enableUpcomingFeature("InternalImportsByDefault"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
    .enableUpcomingFeature("MemberImportVisibility"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0461-async-function-isolation.md
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0470-isolated-conformances.md
    .enableUpcomingFeature("InferIsolatedConformances"),
    // Needed for our own non-escapable views over message octets.
    .enableExperimentalFeature("Lifetimes"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0458-strict-memory-safety.md
    .strictMemorySafety(),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0443-warning-control-flags.md
    .treatAllWarnings(as: .error),
    .treatWarning("DeprecatedDeclaration", as: .warning),
]

let cTargets: Set<String> = [
    "CLDNS", "CArchive", "CCounter", "CEVTX", "CFetch", "CFuzzer", "CHTTP2", "CMachine", "CRE2", "CSQLite", "CSockets",
    "CTLS", "CTRE", "CZones",
]
for target in package.targets where !cTargets.contains(target.name) {
    target.swiftSettings = (target.swiftSettings ?? []) + strict
    // What is not public can be tried only where modules are built for it.
    if target.name == "FuzzSubjects" {
        target.swiftSettings?.append(fuzzes ? .define("TESTABLE") : .define("TESTABLE", .when(configuration: .debug)))
    }
}
