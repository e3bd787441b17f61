import Downloads
import Testing

/// What speaks against a new version of a list.
@Suite struct UpdateGuardTests {
    private static func objections(_ rules: Int, _ names: Set<String>, _ old: Int?, _ oldNames: Set<String> = [])
        -> [String]
    {
        UpdateGuard.objections(
            to: UpdateGuard.Effect(rules: rules, names: names),
            after: UpdateGuard.Effect(rules: old, names: oldNames)
        )
    }

    @Test func letsOrdinaryChangesPass() {
        #expect(Self.objections(100, [], nil) == [])
        #expect(Self.objections(110, [], 100) == [])
        #expect(Self.objections(50, [], 100) == [])
        #expect(Self.objections(1_200, [], 100) == [], "small lists may grow")
        #expect(Self.objections(100, ["a.example"], 100, ["a.example"]) == [], "it was so before")
        #expect(Self.objections(100, ["a.example"], nil, ["a.example"]) == [], "another list does so already")
    }

    @Test func saysWhatChangesTooMuch() {
        #expect(Self.objections(49, [], 100) == ["it has only 49 rules, before 100"])
        #expect(Self.objections(21_001, [], 10_000) == ["it has 21001 rules, before 10000"])
        #expect(Self.objections(1, ["a.example"], nil) == ["names that updates need would be blocked: a.example"])
        #expect(
            Self.objections(100, ["e", "d", "c", "b", "a"], 100, ["a"])
                == ["names that updates need would be blocked: b, c, d and 1 more"]
        )
    }

    @Test func whatIsNotDecidedSpeaksAgainstItToo() {
        let new = UpdateGuard.Effect(rules: 9, names: [], undecided: ["a.example", "b.example", "c.example"])
        let old = UpdateGuard.Effect(rules: 9, names: ["b.example"], undecided: ["c.example"])
        #expect(UpdateGuard.objections(to: new, after: old) == ["names that updates need might be blocked: a.example"])
        #expect(UpdateGuard.objections(to: new, after: new) == [])
    }

    @Test(arguments: [
        ("<!DOCTYPE html><p>", true), ("\u{FEFF} \n<html>", true), ("<?xml version", true),
        ("# <html>\n0.0.0.0 a", false),
        ("||ads.example^", false), ("", false), ("example.com##<div>", false),
    ])
    func knowsPages(_ text: String, _ isPage: Bool) { #expect(UpdateGuard.isPage(Array(text.utf8)) == isPage) }
}
